package dev.steelyard.benchmarks.guard;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.limit.AdaptiveLimit;
import dev.steelyard.lb.request.Outcome;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits on concurrency that are learned from latencies. All learn by windows of time, and ours
 * takes no more samples when a window has enough of them; so they are measured with the traffic of
 * one instance, some thousands of requests a second: the clock that they are shown is the system's,
 * {@value #SPEED} times as fast. One read of it is part of a sample, two of a request.
 */
final class AdaptiveLimits {
  static final int MOST = 1000;

  private static final int SPEED = 4096;
  private static final int INITIAL = 20;
  private static final long TOOK = 1_000_000;
  private static final long TOOK_LONG = 100 * TOOK;

  private AdaptiveLimits() {}

  /** Near 0, as peers compare times by their size. */
  private static final class Clock {
    private final long origin = System.nanoTime();

    long nanos() {
      return (System.nanoTime() - origin) * SPEED;
    }
  }

  private static AdaptiveLimit steelyard(Clock clock) {
    return new AdaptiveLimit(1, MOST, INITIAL, RandomSource.threadLocal(), clock.nanos());
  }

  static Guarded sample() {
    Clock clock = new Clock();
    AdaptiveLimit limit = steelyard(clock);
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        limit.sample(fails ? TOOK_LONG : TOOK, INITIAL, Outcome.SUCCESS, clock.nanos());
        return true;
      }

      @Override
      public int limit() {
        return limit.limit();
      }
    };
  }

  /** What a balancer adds for an instance: a counter, two clock reads, the limit, a sample. */
  static Guarded request() {
    Clock clock = new Clock();
    AdaptiveLimit limit = steelyard(clock);
    AtomicInteger inFlight = new AtomicInteger();
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        if (!enter()) {
          return false;
        }
        leave(clock.nanos());
        return true;
      }

      private boolean enter() {
        if (inFlight.getAndIncrement() < limit.limit()) {
          return true;
        }
        inFlight.getAndDecrement();
        return false;
      }

      private void leave(long start) {
        long now = clock.nanos();
        limit.sample(now - start, inFlight.getAndDecrement(), Outcome.SUCCESS, now);
      }

      @Override
      public @Nullable Runnable open() {
        long start = clock.nanos();
        return enter() ? () -> leave(start) : null;
      }
    };
  }

  static Limit vegas() {
    return VegasLimit.newBuilder().initialLimit(INITIAL).maxConcurrency(MOST).build();
  }

  static Limit gradient2() {
    return Gradient2Limit.newBuilder()
        .initialLimit(INITIAL)
        .minLimit(1)
        .maxConcurrency(MOST)
        .build();
  }

  static Guarded netflixSample(Supplier<Limit> algorithm) {
    Clock clock = new Clock();
    Limit limit = WindowedLimit.newBuilder().build(algorithm.get());
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        long took = fails ? TOOK_LONG : TOOK;
        limit.onSample(clock.nanos() - took, took, INITIAL, false);
        return true;
      }

      @Override
      public int limit() {
        return limit.getLimit();
      }
    };
  }

  static Guarded netflixRequest(Supplier<Limit> algorithm) {
    Clock clock = new Clock();
    Limiter<@Nullable Void> limiter =
        SimpleLimiter.newBuilder()
            .limit(WindowedLimit.newBuilder().build(algorithm.get()))
            .nanoClock(clock::nanos)
            .build();
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        Optional<Limiter.Listener> admitted = limiter.acquire(null);
        if (admitted.isEmpty()) {
          return false;
        }
        admitted.get().onSuccess();
        return true;
      }

      @Override
      public @Nullable Runnable open() {
        Limiter.Listener admitted = limiter.acquire(null).orElse(null);
        return admitted == null ? null : admitted::onSuccess;
      }
    };
  }
}
