package dev.steelyard.autoscale.loop;

import java.time.Duration;

/** How long to wait after failures in a row: doubled each time, up to a limit. */
record Backoff(Duration first, Duration longest) {
  private static final int MOST_DOUBLINGS = 30;

  /**
   * @param failures in a row, at least 1
   */
  Duration after(int failures) {
    Duration wait = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    return wait.compareTo(longest) > 0 ? longest : wait;
  }
}
