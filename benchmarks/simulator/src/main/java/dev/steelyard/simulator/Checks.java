package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Refuses bad values: name of the knob, the value, the rule. */
final class Checks {
  private static final Duration LONGEST = Duration.ofDays(400);

  private Checks() {}

  static void check(boolean holds, String knob, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(knob + ": " + value + " (expected: " + rule + ")");
    }
  }

  static long positiveNanos(Duration duration, String knob) {
    requireNonNull(duration, knob);
    check(
        !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0,
        knob,
        duration,
        "above 0, at most 400 days");
    return duration.toNanos();
  }

  static long nanos(Duration duration, String knob) {
    return requireNonNull(duration, knob).isZero() ? 0 : positiveNanos(duration, knob);
  }

  /** The sum of two that are not negative; what is too much for a long is for ever. */
  static long sum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  static double positive(double value, String knob) {
    check(value > 0 && value <= Double.MAX_VALUE, knob, value, "finite and above 0");
    return value;
  }

  static double share(double value, String knob) {
    check(value >= 0 && value <= 1, knob, value, "0..1");
    return value;
  }

  static String named(String name, String knob) {
    check(!requireNonNull(name, knob).isBlank(), knob, '"' + name + '"', "not blank");
    return name;
  }

  static int status(int status, String knob) {
    check(status >= 200 && status <= 599, knob, status, "200..599");
    return status;
  }
}
