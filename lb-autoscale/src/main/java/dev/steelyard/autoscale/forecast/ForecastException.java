package dev.steelyard.autoscale.forecast;

/**
 * A model refuses a series: what it was given cannot support a forecast. A program that forecasts
 * for scaling treats it as "no forecast", not as a failure.
 *
 * <p>A knob out of its range is a plain {@link IllegalArgumentException} instead.
 */
public final class ForecastException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Why; enums are serializable. */
  private final Reason reason;

  ForecastException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Says why, for a program.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /** Why a series was refused. */
  public enum Reason {
    /** Fewer observations than the model needs. */
    TOO_SHORT,
    /** An observation is NaN, infinite or beyond 1e150, where squares overflow. */
    UNUSABLE_VALUE,
    /** A multiplicative component met an observation that is zero or negative. */
    NOT_POSITIVE,
    /** The numbers leave the model undefined: all times equal, or a level that fell to zero. */
    DEGENERATE
  }
}
