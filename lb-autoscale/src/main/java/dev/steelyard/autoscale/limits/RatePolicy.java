package dev.steelyard.autoscale.limits;

import java.time.Duration;

/**
 * So many instances, or so many percent, per period. Immutable. The semantics are those of
 * Kubernetes' {@code HPAScalingPolicy}: what is counted are the changes of the last period, in both
 * directions, from the number there was when it began.
 *
 * @param unit what {@code value} counts
 * @param value how many, above 0
 * @param period per how much time, above 0
 */
public record RatePolicy(Unit unit, int value, Duration period) {
  /** What a rate counts. */
  public enum Unit {
    /** Instances. */
    INSTANCES,
    /** Percent of the number there was when the period began. */
    PERCENT,
    /** Instances in all: to so many, whatever the number there is; the period is of no effect. */
    SIZE
  }

  /**
   * Checks the numbers.
   *
   * @param unit what {@code value} counts
   * @param value how many
   * @param period per how much time
   */
  public RatePolicy {
    if (value < 1) {
      throw new IllegalArgumentException("the value of a rate must be at least 1, was " + value);
    }
    if (period.compareTo(Duration.ofMillis(1)) < 0
        || period.compareTo(Duration.ofDays(DirectionLimits.GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          "the period of a rate must be in [1 ms, "
              + DirectionLimits.GREATEST_DAYS
              + " days], was "
              + period);
    }
  }

  /**
   * So many instances per period.
   *
   * @param count how many, at least 1
   * @param period per how much time
   * @return the rate
   */
  public static RatePolicy instances(int count, Duration period) {
    return new RatePolicy(Unit.INSTANCES, count, period);
  }

  /**
   * So many percent per period.
   *
   * @param percent how many, at least 1; 100 doubles, or in the other direction allows everything
   * @param period per how much time
   * @return the rate
   */
  public static RatePolicy percent(int percent, Duration period) {
    return new RatePolicy(Unit.PERCENT, percent, period);
  }

  /**
   * To so many instances in one go, from however few. Beside a percentage that allows too little
   * where there is hardly anything: Kubernetes, without {@code behavior}, doubles or goes to 4.
   *
   * @param size to how many, at least 1
   * @return the rate; its period, 1 ms, is of no effect
   */
  public static RatePolicy upTo(int size) {
    return new RatePolicy(Unit.SIZE, size, Duration.ofMillis(1));
  }
}
