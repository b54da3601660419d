package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Over any span the limiter admits what the rate says, and it does what a plain bucket does. */
class RateLimiterPropertyTest {
  enum Kind {
    TAKE,
    RESERVE,
    REFUND
  }

  /** First time passes, in hundredths of an interval, then something is asked for. */
  record Step(int hundredths, Kind kind, int permits, int maxWaitHundredths) {}

  /** Permits at the time they may be used. */
  record Grant(long at, int permits) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.of(0, 1, 99, 100, 101)),
            Tuple.of(4, Arbitraries.integers().between(0, 300)),
            Tuple.of(1, Arbitraries.integers().between(0, 5_000)));
    Arbitrary<Integer> permits =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(1)), Tuple.of(1, Arbitraries.integers().between(1, 12)));
    return Combinators.combine(
            gaps, Arbitraries.of(Kind.values()), permits, Arbitraries.integers().between(0, 800))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @Provide
  Arbitrary<Long> origins() {
    return Arbitraries.oneOf(
        Arbitraries.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1_000_000),
        Arbitraries.longs());
  }

  private static RateLimiter everyNanos(long interval, int burst, long origin) {
    return RateLimiter.of(1, Duration.ofNanos(interval), burst, () -> origin);
  }

  /** A bucket of nanoseconds that fills by one each nanosecond. */
  private static final class Bucket {
    private final long interval;
    private final long size;
    private long level;
    private long filledAt;

    Bucket(long interval, int burst) {
      this.interval = interval;
      this.size = burst * interval;
      this.level = size;
    }

    long reserve(int permits, long now, long maxWait) {
      level = Math.min(size, level + now - filledAt);
      filledAt = now;
      long wait = Math.max(permits * interval - level, 0);
      if (wait > maxWait) {
        return -1;
      }
      level -= permits * interval;
      return wait;
    }

    void refund(int permits) {
      level = Math.min(size, level + permits * interval);
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void doesWhatAPlainBucketDoesWhereverTheClockBegan(
      @ForAll @LongRange(min = 1, max = 10_000_000_000L) long interval,
      @ForAll @IntRange(min = 1, max = 12) int burst,
      @ForAll("origins") long origin,
      @ForAll("histories") List<Step> history) {
    RateLimiter limiter = everyNanos(interval, burst, origin);
    Bucket bucket = new Bucket(interval, burst);
    long now = 0;
    for (Step step : history) {
      now += step.hundredths() * interval / 100;
      int permits = Math.min(step.permits(), burst);
      long maxWait = step.kind() == Kind.RESERVE ? step.maxWaitHundredths() * interval / 100 : 0;
      if (step.kind() == Kind.REFUND) {
        bucket.reserve(1, now, -1); // fills it
        bucket.refund(permits);
        limiter.refund(permits, origin + now);
      } else {
        long announced = limiter.nanosUntilAvailable(permits, origin + now);
        long expected = bucket.reserve(permits, now, maxWait);
        assertEquals(expected, limiter.reserve(permits, origin + now, maxWait));
        assertTrue(expected == -1 ? announced > maxWait : announced == expected);
      }
      long left = Math.max(Math.floorDiv(bucket.level, interval), 0);
      assertEquals(left, limiter.availablePermits(origin + now));
    }
  }

  /** Any interval T: at most burst + T / interval, with fractions of nanoseconds, too. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void overAnySpanAtMostTheBurstAndTheRate(
      @ForAll @LongRange(min = 1, max = 1_000) long permits,
      @ForAll @LongRange(min = 1_000, max = 3_000_000_000L) long perNanos,
      @ForAll @IntRange(min = 1, max = 12) int burst,
      @ForAll("origins") long origin,
      @ForAll("histories") List<Step> history) {
    RateLimiter limiter = RateLimiter.of(permits, Duration.ofNanos(perNanos), burst, () -> origin);
    double interval = (double) perNanos / permits;
    List<Grant> grants = new ArrayList<>();
    long now = 0;
    for (Step step : history) {
      now += (long) (step.hundredths() * interval / 100);
      int wanted = Math.min(step.permits(), burst);
      long maxWait =
          step.kind() == Kind.RESERVE ? (long) (step.maxWaitHundredths() * interval / 100) : 0;
      long wait = limiter.reserve(wanted, origin + now, maxWait);
      if (wait >= 0) {
        assertTrue(wait <= maxWait);
        grants.add(new Grant(now + wait, wanted));
      }
    }
    for (int from = 0; from < grants.size(); from++) {
      int sum = 0;
      for (int to = from; to < grants.size(); to++) {
        sum += grants.get(to).permits();
        // One nanosecond more, as a wait is rounded up to one.
        double span = grants.get(to).at() - grants.get(from).at() + 1;
        double bound = burst + span / interval;
        int granted = sum;
        assertTrue(granted <= bound + 1e-9, () -> granted + " permits, at most " + bound);
      }
    }
  }

  /** The other half: who takes whatever there is gets the rate, nearly. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void whoAlwaysAsksGetsTheRate(
      @ForAll @LongRange(min = 1, max = 1_000) long permits,
      @ForAll @LongRange(min = 100_000, max = 3_000_000_000L) long perNanos,
      @ForAll @IntRange(min = 1, max = 12) int burst) {
    RateLimiter limiter = RateLimiter.of(permits, Duration.ofNanos(perNanos), burst, () -> 0);
    long now = 0;
    int taken = 0;
    while (taken < 500) {
      now += limiter.nanosUntilAvailable(1, now);
      assertTrue(limiter.tryAcquire(now));
      taken++;
    }
    double interval = (double) perNanos / permits;
    double ideal = (taken - burst) * interval;
    assertTrue(now >= ideal - 1, () -> "too fast");
    double rounding = taken * (1 + 1 / 16.0) + interval * 1e-6 * taken + 1;
    assertTrue(now <= ideal + rounding, "too slow");
  }
}
