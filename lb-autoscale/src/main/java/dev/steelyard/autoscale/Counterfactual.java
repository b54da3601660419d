package dev.steelyard.autoscale;

/**
 * What would have made a decision another one. Found by asking the decision function itself, and
 * fed back into it: at {@code value}, it decides {@code desired}. Immutable.
 *
 * @param kind what would have to be different
 * @param subject the metric, the limit or the budget
 * @param value its value there: of a metric, in its unit; of a time, milliseconds since the epoch;
 *     of a bound, instances; of a budget, what it would have to allow
 * @param desired how many instances there would be
 * @param text in words
 */
public record Counterfactual(Kind kind, String subject, double value, int desired, String text) {
  /** What would have to be different. */
  public enum Kind {
    /** The value of a metric, all else equal: the nearest above or below that changes something. */
    METRIC,
    /** The time: the same metrics from then on decide otherwise. */
    TIME,
    /** The minimum or the maximum: the nearest that would not bind. */
    BOUND,
    /** A downstream budget: the smallest that would not bind. */
    CEILING
  }

  /** The words. */
  @Override
  public String toString() {
    return text;
  }
}
