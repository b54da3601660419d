package dev.steelyard.autoscale.lint;

import java.util.Objects;

/**
 * Something about a policy that its author should know, with a demonstration. Immutable.
 *
 * @param code what kind of thing it is
 * @param message what it is here, with the numbers
 * @param advice what to do about it
 * @param witness the metrics that show it
 */
public record Finding(Code code, String message, String advice, Witness witness) {
  /** How bad it is. */
  public enum Severity {
    /** It will not do what it is for. */
    ERROR,
    /** It will, but with consequences that are rarely meant. */
    WARNING,
    /** It may be meant. */
    INFO
  }

  /** What is looked for. */
  public enum Code {
    /** At a constant load the number of instances never settles. */
    FLAPPING(Severity.ERROR),
    /** A target or threshold in percent that looks like a fraction: 0.8 for 80. */
    UNIT_SLIP(Severity.ERROR),
    /** With all metrics at zero, the fleet stays as it is. */
    NEVER_SCALES_IN(Severity.WARNING),
    /** With all metrics far above everything, the fleet stays as it is. */
    NEVER_SCALES_OUT(Severity.ERROR),
    /** At zero instances nothing can say that there is work. */
    NO_WAKE_SIGNAL(Severity.ERROR),
    /** The greatest number of instances is not enough for the peak. */
    UNREACHABLE_TARGET(Severity.ERROR),
    /** What is downstream allows fewer instances than the maximum. */
    CEILING_BELOW_MAXIMUM(Severity.WARNING),
    /** A metric that does not fall when instances are added sizes the fleet. */
    METRIC_DOES_NOT_FALL(Severity.ERROR),
    /** Scaling up again before the instances of the last time have started. */
    COOLDOWN_BELOW_STARTUP(Severity.WARNING),
    /** A window that holds fewer than two decisions does nothing. */
    WINDOW_BELOW_TWO_TICKS(Severity.WARNING),
    /** Samples are too old as soon as the next decision is due. */
    STALE_BEFORE_NEXT_TICK(Severity.ERROR),
    /** A tolerance that, for so many instances, hides a need for one more. */
    TOLERANCE_HIDES_ONE(Severity.INFO),
    /** A value at which triggers in both directions hold. */
    TRIGGERS_OVERLAP(Severity.WARNING),
    /** A value between the ranges of two triggers at which neither holds. */
    TRIGGERS_GAP(Severity.WARNING),
    /** A metric in a score that, however high, the others average away. */
    SCORE_HIDES_METRIC(Severity.WARNING),
    /** A metric in a score with neither a weight nor a critical limit. */
    TERM_WITHOUT_EFFECT(Severity.WARNING),
    /** What is assumed of a missing metric moves the fleet. */
    ASSUMED_VALUE_SCALES(Severity.WARNING),
    /** What is assumed of a missing metric keeps the fleet from shrinking. */
    ASSUMED_VALUE_HOLDS(Severity.INFO),
    /** A step in percent that, for so many instances, comes to nothing. */
    STEP_WITHOUT_EFFECT(Severity.WARNING),
    /** A schedule whose least number is above the maximum. */
    SCHEDULE_ABOVE_MAXIMUM(Severity.ERROR),
    /** Two schedules that replace the bounds at the same time; one of them does nothing. */
    SCHEDULES_OVERLAP(Severity.WARNING),
    /** A schedule that does not open within a year. */
    SCHEDULE_NEVER_OPENS(Severity.WARNING),
    /** A schedule that a change of the clocks shortens, lengthens, skips or doubles. */
    SCHEDULE_ACROSS_DST(Severity.INFO),
    /** The minimum is the maximum. */
    NOTHING_TO_DECIDE(Severity.INFO);

    private final Severity severity;

    Code(Severity severity) {
      this.severity = severity;
    }

    /**
     * How bad it is.
     *
     * @return the severity
     */
    public Severity severity() {
      return severity;
    }
  }

  /**
   * Checks that nothing is missing.
   *
   * @param code what kind of thing it is
   * @param message what it is here, with the numbers
   * @param advice what to do about it
   * @param witness the metrics that show it
   */
  public Finding {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(advice, "advice");
    Objects.requireNonNull(witness, "witness");
  }

  /** Two lines, and the witness as {@link Witness#toString} writes it. */
  @Override
  public String toString() {
    return code.severity() + " " + code + ": " + message + "\n  " + advice + "\n" + witness;
  }
}
