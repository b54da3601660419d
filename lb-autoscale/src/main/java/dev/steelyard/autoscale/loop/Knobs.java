package dev.steelyard.autoscale.loop;

import java.time.Duration;

/** Refuses bad values where they are set. */
final class Knobs {
  private static final Duration LONGEST = Duration.ofDays(1);

  private Knobs() {}

  static Duration duration(String name, Duration value, Duration min) {
    if (value.compareTo(min) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + " must be in [" + min + ", " + LONGEST + "], was " + value);
    }
    return value;
  }

  static int range(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be in [" + min + ", " + max + "], was " + value);
    }
    return value;
  }
}
