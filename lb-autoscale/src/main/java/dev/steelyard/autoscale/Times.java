package dev.steelyard.autoscale;

import java.time.Duration;
import java.time.Instant;

/** Times as milliseconds, kept where differences and sums of them cannot overflow. */
final class Times {
  /** The latest time, some thirty thousand years from now. */
  static final long GREATEST = 1_000_000_000_000_000L;

  private static final long GREATEST_SPAN = 3_660L * 86_400_000L;

  private Times() {}

  static long millis(String what, Instant time) {
    long seconds = time.getEpochSecond();
    if (Math.abs(seconds / 1000) >= GREATEST / 1_000_000) {
      throw new IllegalArgumentException(
          what + " must be within thirty thousand years of 1970, was " + time);
    }
    return time.toEpochMilli();
  }

  static long millis(String what, long time) {
    if (time > GREATEST || time < -GREATEST) {
      throw new IllegalArgumentException(
          what + " must be within thirty thousand years of 1970, was " + time + " ms");
    }
    return time;
  }

  static long span(String what, Duration span) {
    if (span.isNegative() || span.compareTo(Duration.ofMillis(GREATEST_SPAN)) > 0) {
      throw new IllegalArgumentException(what + " must be in [0, 3660 days], was " + span);
    }
    return span.toMillis();
  }
}
