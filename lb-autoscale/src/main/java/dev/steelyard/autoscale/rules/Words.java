package dev.steelyard.autoscale.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Numbers and times in the notes of proofs: the same on every machine. */
final class Words {
  private Words() {}

  /** A share as a percentage with one digit: {@code 18.3 %}. */
  static String percent(double share) {
    return number(Math.rint(share * 1000) / 10) + " %";
  }

  /** At most two digits after the point. */
  static String number(double value) {
    double rounded = Math.rint(value * 100) / 100;
    return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15
        ? Long.toString((long) rounded)
        : Double.toString(rounded);
  }

  /** A length of time: {@code 10m}, {@code 49h30m}. */
  static String span(long millis) {
    return Duration.ofMillis(millis).toString().substring(2).toLowerCase(Locale.ROOT);
  }

  static String time(long epochMillis) {
    return Instant.ofEpochMilli(epochMillis).toString();
  }
}
