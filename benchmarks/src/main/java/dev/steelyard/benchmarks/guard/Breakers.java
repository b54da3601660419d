package dev.steelyard.benchmarks.guard;

import static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.COUNT_BASED;
import static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.TIME_BASED;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Circuit breakers: a permit, and how the call ended. All open at half of the last 100 calls, or of
 * the last 10 s, and else have their defaults. All are told how long the call took, if they want to
 * know; the clock reads for that are the caller's, and measured with none.
 */
final class Breakers {
  static final int WINDOW = 100;

  private static final int MINIMUM = CircuitBreaker.Builder.DEFAULT_MINIMUM_CALLS;
  private static final Duration TIME = Duration.ofSeconds(10);
  private static final int BUCKETS = 10;
  private static final long TOOK = 1_000_000;

  private Breakers() {}

  static Guarded countClockPassed() {
    return clockPassed(CircuitBreaker.builder("benchmark").countWindow(WINDOW).build());
  }

  static Guarded count() {
    return ownClock(CircuitBreaker.builder("benchmark").countWindow(WINDOW).build());
  }

  static Guarded timeClockPassed() {
    return clockPassed(CircuitBreaker.builder("benchmark").timeWindow(TIME, BUCKETS).build());
  }

  static Guarded time() {
    return ownClock(CircuitBreaker.builder("benchmark").timeWindow(TIME, BUCKETS).build());
  }

  /** As the balancer uses it, which has read the clock for other reasons. */
  private static Guarded clockPassed(CircuitBreaker breaker) {
    long now = System.nanoTime();
    return fails -> {
      long permit = breaker.tryAcquire(now);
      if (permit == CircuitBreaker.REFUSED) {
        return false;
      }
      breaker.record(permit, fails ? Outcome.FAILURE : Outcome.SUCCESS, TOOK, now);
      return true;
    };
  }

  private static Guarded ownClock(CircuitBreaker breaker) {
    return fails -> {
      long permit = breaker.tryAcquire();
      if (permit == CircuitBreaker.REFUSED) {
        return false;
      }
      breaker.record(permit, fails ? Outcome.FAILURE : Outcome.SUCCESS, TOOK);
      return true;
    };
  }

  static Guarded resilience4jCount(SlidingWindowSynchronizationStrategy strategy) {
    return resilience4j(WINDOW, COUNT_BASED, strategy);
  }

  static Guarded resilience4jTime(SlidingWindowSynchronizationStrategy strategy) {
    return resilience4j((int) TIME.toSeconds(), TIME_BASED, strategy);
  }

  private static Guarded resilience4j(
      int size, SlidingWindowType type, SlidingWindowSynchronizationStrategy strategy) {
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom().slidingWindow(size, MINIMUM, type, strategy).build();
    var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("benchmark", config);
    IOException failure = new IOException("the call failed"); // one for all: it costs 1 us to make
    return fails -> {
      if (!breaker.tryAcquirePermission()) {
        return false;
      }
      if (fails) {
        breaker.onError(TOOK, TimeUnit.NANOSECONDS, failure);
      } else {
        breaker.onSuccess(TOOK, TimeUnit.NANOSECONDS);
      }
      return true;
    };
  }

  static Guarded failsafeCount() {
    return failsafe(
        dev.failsafe.CircuitBreaker.builder().withFailureThreshold(WINDOW / 2, WINDOW).build());
  }

  static Guarded failsafeTime() {
    return failsafe(
        dev.failsafe.CircuitBreaker.builder().withFailureRateThreshold(50, MINIMUM, TIME).build());
  }

  private static Guarded failsafe(dev.failsafe.CircuitBreaker<Object> breaker) {
    return fails -> {
      if (!breaker.tryAcquirePermit()) {
        return false;
      }
      if (fails) {
        breaker.recordFailure();
      } else {
        breaker.recordSuccess();
      }
      return true;
    };
  }

  static Guarded armeriaTime() {
    var breaker =
        com.linecorp.armeria.client.circuitbreaker.CircuitBreaker.builder("benchmark")
            .failureRateThreshold(0.5)
            .minimumRequestThreshold(MINIMUM)
            .counterSlidingWindow(TIME)
            .build();
    return fails -> {
      if (!breaker.tryRequest()) {
        return false;
      }
      if (fails) {
        breaker.onFailure();
      } else {
        breaker.onSuccess();
      }
      return true;
    };
  }
}
