package dev.steelyard.autoscale.schedule;

import java.time.Instant;

/**
 * A stretch of time that is not empty, in epoch milliseconds.
 *
 * @param start inclusive
 * @param end exclusive
 */
record Span(long start, long end) {
  boolean contains(long millis) {
    return start <= millis && millis < end;
  }

  Occurrence toOccurrence() {
    return new Occurrence(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }
}
