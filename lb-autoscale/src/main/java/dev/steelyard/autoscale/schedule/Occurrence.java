package dev.steelyard.autoscale.schedule;

import java.time.Duration;
import java.time.Instant;

/**
 * One stretch of time in which a window is open.
 *
 * @param start its first instant
 * @param end the first instant after it
 */
public record Occurrence(Instant start, Instant end) {
  /**
   * Checks the order.
   *
   * @param start its first instant
   * @param end the first instant after it
   * @throws IllegalArgumentException if the end is not after the start
   */
  public Occurrence {
    if (!end.isAfter(start)) {
      throw new IllegalArgumentException("end must be after start, was " + start + " to " + end);
    }
  }

  /**
   * How long it lasts, as elapsed time.
   *
   * @return more than zero
   */
  public Duration length() {
    return Duration.between(start, end);
  }
}
