package dev.steelyard.lb.internal;

import java.time.Duration;
import java.util.Objects;

/** Argument checks whose messages name the knob, the value and the rule. */
public final class Checks {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Checks() {}

  /**
   * Throws unless the rule holds.
   *
   * @param holds whether the value is acceptable
   * @param knob the name of the argument
   * @param value the offending value
   * @param rule what was expected
   */
  public static void check(boolean holds, String knob, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(knob + ": " + value + " (expected: " + rule + ")");
    }
  }

  /**
   * Checks a duration that must be positive and fit a count of nanoseconds.
   *
   * @param value the duration
   * @param knob the name of the argument
   * @return its nanoseconds
   */
  public static long positiveNanos(Duration value, String knob) {
    Objects.requireNonNull(value, knob);
    check(
        value.compareTo(Duration.ZERO) > 0 && value.compareTo(LONGEST) <= 0,
        knob,
        value,
        "> 0 and at most 292 years");
    return value.toNanos();
  }

  /**
   * Checks a text that must have at least one character that is not white space.
   *
   * @param value the text
   * @param knob the name of the argument
   * @return the text
   */
  public static String notBlank(String value, String knob) {
    Objects.requireNonNull(value, knob);
    check(!value.isBlank(), knob, '"' + value + '"', "not blank");
    return value;
  }
}
