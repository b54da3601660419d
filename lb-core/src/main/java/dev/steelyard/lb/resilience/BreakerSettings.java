package dev.steelyard.lb.resilience;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.resilience.CircuitBreaker.Cause;
import org.jspecify.annotations.Nullable;

/**
 * The checked settings of a breaker. A threshold of 0, and a run of 0, is a rule that is off.
 *
 * @param windowCalls 0 for a window of time
 * @param slowNanos from which duration on a call is slow, {@link Long#MAX_VALUE} if none is
 * @param backoff how much longer each opening lasts than the one before, 1 for none
 */
record BreakerSettings(
    int consecutiveFailures,
    double failureThreshold,
    int failureMinimum,
    double slowThreshold,
    int slowMinimum,
    long slowNanos,
    int windowCalls,
    long bucketNanos,
    int buckets,
    long openNanos,
    double backoff,
    long longestOpenNanos,
    double jitter,
    int probes,
    int successesWanted,
    long leaseNanos,
    Ticker ticker,
    RandomSource random) {

  BreakerWindow newWindow() {
    int minimum =
        Math.max(
            failureThreshold > 0 ? failureMinimum : 0, //
            slowThreshold > 0 ? slowMinimum : 0);
    return windowCalls > 0
        ? new CountWindow(windowCalls, minimum)
        : new TimeWindow(bucketNanos, buckets, minimum);
  }

  /**
   * Returns the rule that is met. A quotient of whole numbers is compared, and not the product of
   * the threshold with one of them: the nearest double to 3 / 10 is what "0.3" means, while 3 * 0.1
   * is more than "0.3".
   */
  @Nullable Cause verdict(long calls, long failures, long slow, long run) {
    if (consecutiveFailures > 0 && run >= consecutiveFailures) {
      return Cause.CONSECUTIVE_FAILURES;
    }
    if (failures > 0
        && failureThreshold > 0
        && calls >= failureMinimum
        && (double) failures / calls >= failureThreshold) {
      return Cause.FAILURE_RATE;
    }
    if (slow > 0
        && slowThreshold > 0
        && calls >= slowMinimum
        && (double) slow / calls >= slowThreshold) {
      return Cause.SLOW_CALL_RATE;
    }
    return null;
  }

  boolean isSlow(long durationNanos) {
    return durationNanos >= slowNanos && slowThreshold > 0;
  }

  /** Draws how long the breaker is open after this many openings that count. */
  long openNanosAfter(int openings) {
    double nanos = Math.min(openNanos * Math.pow(backoff, openings), (double) longestOpenNanos);
    if (jitter > 0) {
      double uniform = (random.nextLong() >>> 11) * 0x1p-53;
      nanos += nanos * jitter * (2 * uniform - 1);
    }
    return Math.max((long) nanos, 1);
  }

  /** How many openings count at most: as many as it takes to be open for the longest time. */
  int mostOpenings() {
    return backoff == 1
        ? 0
        : (int)
            Math.ceil(Math.log((double) longestOpenNanos / openNanos) / Math.log(backoff) - 1e-9);
  }
}
