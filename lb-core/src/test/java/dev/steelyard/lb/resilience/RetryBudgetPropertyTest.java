package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Invariant 7: retries never exceed the budget, for any pattern of requests and retries. */
class RetryBudgetPropertyTest {
  private static final long SECOND = 1_000_000_000L;

  /** First time passes, then requests come, then retries are asked for. */
  record Step(long nanos, int requests, int retries) {}

  @Provide
  Arbitrary<List<Step>> patterns() {
    Arbitrary<Long> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.of(0L, 1L)),
            Tuple.of(6, Arbitraries.longs().between(0, SECOND)),
            Tuple.of(3, Arbitraries.longs().between(SECOND, 12 * SECOND)),
            Tuple.of(
                3,
                Arbitraries.of(
                    SECOND - 1,
                    SECOND,
                    SECOND + 1,
                    9 * SECOND,
                    10 * SECOND - 1,
                    10 * SECOND,
                    10 * SECOND + 1,
                    11 * SECOND - 1,
                    16 * SECOND,
                    160 * SECOND)),
            Tuple.of(1, Arbitraries.of((1L << 24) * SECOND, 400L * 86_400 * SECOND)));
    Arbitrary<Integer> requests =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)), Tuple.of(3, Arbitraries.integers().between(1, 30)));
    Arbitrary<Integer> retries =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)),
            Tuple.of(2, Arbitraries.integers().between(1, 3)),
            Tuple.of(1, Arbitraries.just(40)));
    return Combinators.combine(gaps, requests, retries).as(Step::new).list().ofMaxSize(60);
  }

  @Provide
  Arbitrary<Double> ratios() {
    return Arbitraries.integers().between(0, 1_000).map(steps -> steps / 1_000.0);
  }

  @Provide
  Arbitrary<Double> rates() {
    return Arbitraries.oneOf(
        Arbitraries.of(0.0, 0.1, 0.5, 1.0, 2.5, 3.0, 10.0),
        Arbitraries.doubles().between(0, 20).ofScale(6));
  }

  @Provide
  Arbitrary<Long> origins() {
    return Arbitraries.oneOf(
        Arbitraries.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 7 * SECOND),
        Arbitraries.longs());
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void overAnySpanTheRetriesAreWithinTheBudget(
      @ForAll("ratios") double ratio,
      @ForAll("rates") double perSecond,
      @ForAll("origins") long origin,
      @ForAll("patterns") List<Step> pattern) {
    RetryBudget budget = new RetryBudget(ratio, perSecond, origin);
    int steps = pattern.size();
    long[] at = new long[steps];
    int[] granted = new int[steps];
    long now = 0;
    for (int i = 0; i < steps; i++) {
      now += pattern.get(i).nanos();
      at[i] = now;
      for (int r = 0; r < pattern.get(i).requests(); r++) {
        budget.deposit(origin + now);
      }
      double balance = budget.balance(origin + now);
      for (int r = 0; r < pattern.get(i).retries(); r++) {
        granted[i] += budget.tryWithdraw(origin + now) ? 1 : 0;
      }
      assertEquals(Math.min(balance, pattern.get(i).retries()), granted[i], "balance is exact");
    }
    double reserve = perSecond == 0 ? 0 : Math.max(1, perSecond);
    for (int from = 0; from < steps; from++) {
      int retries = 0;
      for (int to = from; to < steps; to++) {
        retries += granted[to];
        long requests = 0;
        for (int i = 0; i <= to; i++) {
          requests += at[i] > at[from] - 10 * SECOND ? pattern.get(i).requests() : 0;
        }
        double seconds = (double) (at[to] - at[from]) / SECOND;
        double bound = ratio * requests + perSecond * seconds + reserve;
        int made = retries;
        assertTrue(made <= bound + 1e-6, () -> made + " retries, at most " + bound);
      }
    }
  }

  /** The other half: what is within the budget is granted. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void theShareOfTheLastNineSecondsIsGranted(
      @ForAll("ratios") double ratio,
      @ForAll("origins") long origin,
      @ForAll @IntRange(max = 200) int requests,
      @ForAll @IntRange(min = 1, max = 9_000) int spreadMillis) {
    RetryBudget budget = new RetryBudget(ratio, 0, origin);
    long now = 3 * SECOND / 7;
    for (int i = 0; i < requests; i++) {
      now += spreadMillis * 1_000_000L / requests;
      budget.deposit(origin + now);
    }
    long share = Math.round(ratio * 1_000) * requests / 1_000;
    for (long i = 0; i < share; i++) {
      assertTrue(budget.tryWithdraw(origin + now), "retry " + i + " of " + share);
    }
    assertTrue(!budget.tryWithdraw(origin + now));
  }

  /** Eight threads at a standing clock: never more than there is, and nothing lost either. */
  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void threadsTogetherGetWhatThereIs(
      @ForAll("ratios") double ratio,
      @ForAll @IntRange(max = 500) int requestsBefore,
      @ForAll @IntRange(max = 500) int requestsPerThread)
      throws Exception {
    RetryBudget budget = new RetryBudget(ratio, 10, 0);
    for (int i = 0; i < requestsBefore; i++) {
      budget.deposit(i * SECOND / 100); // over several seconds
    }
    long now = 6 * SECOND;
    AtomicInteger granted = new AtomicInteger();
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      bodies.add(
          () -> {
            for (int i = 0; i < requestsPerThread; i++) {
              budget.deposit(now);
              if (budget.tryWithdraw(now)) {
                granted.incrementAndGet();
              }
            }
          });
    }
    Threads.together(bodies);
    while (budget.tryWithdraw(now)) {
      granted.incrementAndGet();
    }
    long parts = Math.round(ratio * 1_000);
    long requests = requestsBefore + 8L * requestsPerThread;
    assertEquals(parts * requests / 1_000 + 10, granted.get());
  }

  /** Threads whose readings of the clock differ by a little, around the change of a second. */
  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void threadsNeverGetMoreThanThereIsWhileTheClockMoves(@ForAll("ratios") double ratio)
      throws Exception {
    RetryBudget budget = new RetryBudget(ratio, 0, 0);
    AtomicInteger granted = new AtomicInteger();
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      int thread = t;
      bodies.add(
          () -> {
            for (int i = 0; i < 1_000; i++) {
              long now = i * 3_000_000L + thread * 1_000L;
              budget.deposit(now);
              if (budget.tryWithdraw(now)) {
                granted.incrementAndGet();
              }
            }
          });
    }
    Threads.together(bodies);
    assertTrue(granted.get() <= Math.round(ratio * 1_000) * 8);
  }
}
