package dev.steelyard.autoscale.replay;

import java.time.Duration;

/** Refuses bad input with the name of the knob, its value and the rule. */
final class Checks {
  private Checks() {}

  static void check(boolean holds, String knob, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(knob + " must be " + rule + ", was " + value);
    }
  }

  /** A finite number of at least 0. */
  static double amount(String knob, double value) {
    check(Double.isFinite(value) && value >= 0, knob, value, "finite and at least 0");
    return value;
  }

  /** A finite number above 0. */
  static double positive(String knob, double value) {
    check(Double.isFinite(value) && value > 0, knob, value, "finite and above 0");
    return value;
  }

  /** A duration above 0, in whole milliseconds, of at most 100 years. */
  static long millis(String knob, Duration value) {
    long millis = pause(knob, value);
    check(millis > 0, knob, value, "at least 1 ms");
    return millis;
  }

  /** A duration of at least 0, in whole milliseconds, of at most 100 years. */
  static long pause(String knob, Duration value) {
    check(
        !value.isNegative() && value.compareTo(Duration.ofDays(36_525)) <= 0,
        knob,
        value,
        "0 to 36525 days");
    check(Duration.ofMillis(value.toMillis()).equals(value), knob, value, "whole milliseconds");
    return value.toMillis();
  }
}
