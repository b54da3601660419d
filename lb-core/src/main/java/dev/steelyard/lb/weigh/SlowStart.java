package dev.steelyard.lb.weigh;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;

import java.time.Duration;

/**
 * How the weight of an instance grows after it has come into use: by the factor {@code max(minimum,
 * (elapsed / window) ^ (1 / aggression))}, and 1 from the end of the window on (Envoy's slow
 * start). An aggression above 1 gives more early on, one below 1 less.
 *
 * <p>The factor is a double that is never below the minimum, so a weight never becomes 0 by it.
 *
 * @param windowNanos how long it takes, in nanoseconds, at least 0; 0 is no slow start
 * @param aggression the bend of the curve: finite and above 0
 * @param minimum the least factor: above 0, at most 1
 */
public record SlowStart(long windowNanos, double aggression, double minimum) {

  /** A weight that grows linearly: {@value}. */
  public static final double DEFAULT_AGGRESSION = 1.0;

  /** The least factor unless one is given: {@value}. */
  public static final double DEFAULT_MINIMUM = 0.1;

  /**
   * Validates.
   *
   * @param windowNanos how long it takes, in nanoseconds
   * @param aggression the bend of the curve
   * @param minimum the least factor
   * @throws IllegalArgumentException if a component breaks its rule
   */
  public SlowStart {
    check(windowNanos >= 0, "slowStart window", windowNanos, ">= 0 ns");
    check(
        aggression > 0 && aggression <= Double.MAX_VALUE,
        "slowStart aggression",
        aggression,
        "finite and > 0");
    check(minimum > 0 && minimum <= 1, "slowStart minimum", minimum, "> 0 and at most 1");
  }

  /**
   * Returns a linear slow start.
   *
   * @param window how long it takes, above 0
   * @return one with {@link #DEFAULT_AGGRESSION} and {@link #DEFAULT_MINIMUM}
   */
  public static SlowStart over(Duration window) {
    return new SlowStart(
        positiveNanos(window, "slowStart window"), DEFAULT_AGGRESSION, DEFAULT_MINIMUM);
  }

  /**
   * Returns the factor at a moment.
   *
   * @param elapsedNanos the time since the instance came into use; below 0 counts as 0
   * @return {@link #minimum} to 1
   */
  public double factor(long elapsedNanos) {
    long elapsed = Math.max(elapsedNanos, 0);
    // Near the end of a window of years the quotient rounds to 1, whose infinite power is NaN.
    double share = (double) elapsed / windowNanos;
    if (elapsed >= windowNanos || share >= 1) {
      return 1;
    }
    return Math.max(minimum, Math.pow(share, 1 / aggression));
  }
}
