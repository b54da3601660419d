package dev.steelyard.lb;

import dev.steelyard.lb.env.RandomSource;

/**
 * How long a retry waits: exponential back-off with full jitter (M. Brooker, "Exponential Backoff
 * And Jitter", 2015).
 */
final class Backoff {
  private static final double UNIT = 0x1.0p-53;

  private Backoff() {}

  /**
   * The wait before a retry.
   *
   * @param retry 1 for the first
   * @param elsewhere whether it goes to an instance that this call has not been to: then the first
   *     one does not wait
   */
  static long nanos(int retry, boolean elsewhere, FailureKnobs policy, RandomSource random) {
    int doublings = elsewhere ? retry - 2 : retry - 1;
    if (doublings < 0) {
      return 0;
    }
    // At most ten retries: 2^10 x base may overflow only where the maximum is far below.
    double window =
        Math.min(
            (double) policy.maxBackoffNanos, Math.scalb((double) policy.backoffNanos, doublings));
    return (long) ((random.nextLong() >>> 11) * UNIT * window);
  }
}
