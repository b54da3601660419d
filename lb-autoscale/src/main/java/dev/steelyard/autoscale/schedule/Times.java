package dev.steelyard.autoscale.schedule;

import java.time.Duration;
import java.time.Instant;

/** Checks what comes in as a time and turns it into epoch milliseconds. */
final class Times {
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private Times() {}

  /** The millisecond that the instant lies in. */
  static long millis(String knob, Instant instant) {
    check(knob, instant);
    return instant.toEpochMilli();
  }

  /** The first millisecond that is not before the instant. */
  static long firstMillisFrom(String knob, Instant instant) {
    check(knob, instant);
    long floor = instant.toEpochMilli();
    return Instant.ofEpochMilli(floor).equals(instant) ? floor : floor + 1;
  }

  static void checkMillis(String knob, long millis) {
    if (millis < FIRST.toEpochMilli() || millis > LAST.toEpochMilli()) {
      throw outside(knob, millis + " ms after the epoch");
    }
  }

  static long positiveMillis(String knob, Duration length, Duration most) {
    if (length.compareTo(Duration.ofMillis(1)) < 0 || length.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          knob + " must be at least 1 ms and at most " + most + ", was " + length);
    }
    return length.toMillis();
  }

  private static void check(String knob, Instant instant) {
    if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
      throw outside(knob, instant.toString());
    }
  }

  private static IllegalArgumentException outside(String knob, String value) {
    return new IllegalArgumentException(knob + " must be in the years 0000 to 9999, was " + value);
  }
}
