package dev.steelyard.benchmarks.guard;

import dev.steelyard.lb.resilience.RateLimiter;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/**
 * Rate limiters: one permit, without waiting. Either of a rate that nobody uses up, one per
 * nanosecond, so that all are admitted; or of one in a day, so that all but the first are refused.
 */
final class RateLimiters {
  private static final int PLENTY = 1_000_000_000;
  private static final Duration DAY = Duration.ofDays(1);

  private RateLimiters() {}

  /**
   * As the balancer uses it, which has read the clock for other reasons. Its time stands still, and
   * so the bucket is large enough for all that are admitted while it is measured.
   */
  static Guarded clockPassed(boolean admitting) {
    RateLimiter limiter =
        admitting ? RateLimiter.perSecond(PLENTY, Integer.MAX_VALUE) : RateLimiter.of(1, DAY, 1);
    long now = System.nanoTime();
    return fails -> limiter.tryAcquire(now);
  }

  static Guarded ownClock(boolean admitting) {
    RateLimiter limiter =
        admitting ? RateLimiter.perSecond(PLENTY, PLENTY) : RateLimiter.of(1, DAY, 1);
    return fails -> limiter.tryAcquire();
  }

  static Guarded resilience4j(boolean admitting) {
    RateLimiterConfig config =
        RateLimiterConfig.custom()
            .limitForPeriod(admitting ? PLENTY : 1)
            .limitRefreshPeriod(admitting ? Duration.ofSeconds(1) : DAY)
            .timeoutDuration(Duration.ZERO)
            .build();
    var limiter = io.github.resilience4j.ratelimiter.RateLimiter.of("benchmark", config);
    return fails -> limiter.acquirePermission();
  }

  /** By its precise clock: its default one counts milliseconds. */
  static Guarded bucket4j(boolean admitting) {
    long permits = admitting ? PLENTY : 1;
    Bucket bucket =
        Bucket.builder()
            .withNanosecondPrecision()
            .withSynchronizationStrategy(SynchronizationStrategy.LOCK_FREE)
            .addLimit(
                limit ->
                    limit
                        .capacity(permits)
                        .refillGreedy(permits, admitting ? Duration.ofSeconds(1) : DAY))
            .build();
    return fails -> bucket.tryConsume(1);
  }

  @SuppressWarnings("UnstableApiUsage") // guava's limiter has been a beta for ten years
  static Guarded guava(boolean admitting) {
    var limiter =
        com.google.common.util.concurrent.RateLimiter.create(
            admitting ? PLENTY : 1.0 / DAY.toSeconds());
    return fails -> limiter.tryAcquire();
  }

  /** The one that counts per period; its other one allows no burst at all. */
  static Guarded failsafe(boolean admitting) {
    dev.failsafe.RateLimiter<Object> limiter =
        dev.failsafe.RateLimiter.burstyBuilder(
                admitting ? PLENTY : 1, admitting ? Duration.ofSeconds(1) : DAY)
            .build();
    return fails -> limiter.tryAcquirePermit();
  }
}
