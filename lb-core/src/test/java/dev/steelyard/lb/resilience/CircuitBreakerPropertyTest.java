package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.Builder;
import dev.steelyard.lb.resilience.CircuitBreaker.Metrics;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.CircuitBreaker.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Invariant 5, the windows against naive ones, and time as nothing but differences. */
class CircuitBreakerPropertyTest {
  private static final long MILLI = 1_000_000L;
  private static final long SLOW = 50 * MILLI;

  /** A call that took its time and ended, after a pause. */
  record Call(long gap, Outcome outcome, long duration) {
    int bits() {
      return (outcome.isFailure() ? BreakerWindow.FAILED : 0)
          | (duration >= SLOW ? BreakerWindow.SLOW : 0);
    }

    boolean counts() {
      return outcome.isFailure() || outcome == Outcome.SUCCESS;
    }
  }

  @Provide
  Arbitrary<List<Call>> calls() {
    Arbitrary<Long> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(0L)),
            Tuple.of(5, Arbitraries.longs().between(0, 30 * MILLI)),
            Tuple.of(2, Arbitraries.of(99 * MILLI, 100 * MILLI - 1, 100 * MILLI, 100 * MILLI + 1)),
            Tuple.of(1, Arbitraries.of(-5 * MILLI, 399 * MILLI, 400 * MILLI, 500 * MILLI)),
            Tuple.of(1, Arbitraries.of(3_600_000 * MILLI, 200L * 365 * 86_400_000 * MILLI)));
    Arbitrary<Outcome> outcomes =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(Outcome.SUCCESS)),
            Tuple.of(3, Arbitraries.just(Outcome.FAILURE)),
            Tuple.of(1, Arbitraries.of(Outcome.values())));
    Arbitrary<Long> durations = Arbitraries.of(-1L, 0L, SLOW - 1, SLOW, SLOW * 9);
    return Combinators.combine(gaps, outcomes, durations).as(Call::new).list().ofMaxSize(120);
  }

  private static final class Expected {
    private int calls;
    private int failures;
    private int slow;

    void add(int bits) {
      calls++;
      failures += bits & 1;
      slow += bits >> 1;
    }

    boolean opens(double failureRate, int failureMinimum, double slowRate, int slowMinimum) {
      return (failures > 0 && calls >= failureMinimum && failures >= failureRate * calls - 1e-9)
          || (slow > 0 && calls >= slowMinimum && slow >= slowRate * calls - 1e-9);
    }
  }

  private static void agree(Expected expected, Metrics metrics) {
    assertEquals(expected.calls, metrics.calls(), "calls");
    assertEquals(expected.failures, metrics.failures(), "failures");
    assertEquals(expected.slow, metrics.slow(), "slow");
  }

  private static Builder rates(int percent, int failureMinimum, int slowMinimum) {
    return CircuitBreaker.builder("b")
        .consecutiveFailures(0)
        .failureRate(percent / 100.0, failureMinimum)
        .slowCallRate(0.8, Duration.ofNanos(SLOW), slowMinimum);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void aCountWindowIsTheLastCalls(
      @ForAll @IntRange(min = 1, max = 20) int size,
      @ForAll @IntRange(min = 1, max = 100) int percent,
      @ForAll @IntRange(min = 1, max = 20) int failureMinimum,
      @ForAll @IntRange(min = 1, max = 20) int slowMinimum,
      @ForAll("calls") List<Call> calls) {
    int lowFailure = Math.min(failureMinimum, size);
    int lowSlow = Math.min(slowMinimum, size);
    CircuitBreaker breaker = rates(percent, lowFailure, lowSlow).countWindow(size).build();
    List<Integer> model = new ArrayList<>();
    for (Call call : calls) {
      CountWindow window = (CountWindow) breaker.window();
      breaker.record(breaker.tryAcquire(0), call.outcome(), call.duration(), 0);
      if (call.counts()) {
        model.add(call.bits());
      }
      Expected expected = new Expected();
      model.subList(Math.max(model.size() - size, 0), model.size()).forEach(expected::add);
      assertEquals(window.recount(), window.tally(0), "the sum of the places");
      if (call.counts() && expected.opens(percent / 100.0, lowFailure, 0.8, lowSlow)) {
        assertEquals(State.OPEN, breaker.state());
        breaker.reset(0);
        model.clear();
      } else {
        assertEquals(State.CLOSED, breaker.state());
        agree(expected, breaker.metrics(0));
      }
    }
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void aTimeWindowIsTheCallsOfItsBuckets(
      @ForAll @IntRange(min = 2, max = 5) int buckets,
      @ForAll @IntRange(min = 1, max = 100) int percent,
      @ForAll @IntRange(min = 1, max = 20) int failureMinimum,
      @ForAll @IntRange(min = 1, max = 20) int slowMinimum,
      @ForAll long origin,
      @ForAll("calls") List<Call> calls) {
    CircuitBreaker breaker =
        rates(percent, failureMinimum, slowMinimum)
            .timeWindow(Duration.ofMillis(100L * buckets), buckets)
            .build();
    List<long[]> model = new ArrayList<>(); // bucket, bits
    long now = 0;
    long anchor = 0;
    for (Call call : calls) {
      if (call.gap() > 250L * 365 * 86_400_000 * MILLI - now) {
        return; // readings are never 292 years apart
      }
      now += call.gap();
      long newest = model.isEmpty() ? Long.MIN_VALUE : model.get(model.size() - 1)[0];
      agree(
          sum(model, Math.max(index(now, anchor), newest), buckets), breaker.metrics(origin + now));
      breaker.record(
          breaker.tryAcquire(origin + now), call.outcome(), call.duration(), origin + now);
      if (!call.counts()) {
        continue;
      }
      if (model.isEmpty()) {
        anchor = now;
      }
      long latest = Math.max(index(now, anchor), newest);
      model.add(new long[] {latest, call.bits()});
      Expected expected = sum(model, latest, buckets);
      if (expected.opens(percent / 100.0, failureMinimum, 0.8, slowMinimum)) {
        assertEquals(State.OPEN, breaker.state());
        breaker.reset(origin + now);
        model.clear();
      } else {
        assertEquals(State.CLOSED, breaker.state());
        assertTrue(((TimeWindow) breaker.window()).buckets() <= buckets);
      }
    }
  }

  private static long index(long now, long anchor) {
    return Math.floorDiv(now - anchor, 100 * MILLI);
  }

  private static Expected sum(List<long[]> model, long newest, int buckets) {
    Expected expected = new Expected();
    for (long[] entry : model) {
      if (newest - entry[0] < buckets) {
        expected.add((int) entry[1]);
      }
    }
    return expected;
  }

  @Property(tries = 100)
  void anIdleGapEmptiesATimeWindow(
      @ForAll long origin, @ForAll @IntRange(min = 1, max = 2_000_000_000) int beyondMillis) {
    CircuitBreaker breaker = rates(100, 50, 50).timeWindow(Duration.ofSeconds(1), 10).build();
    for (int i = 0; i < 40; i++) {
      long now = origin + i * 20 * MILLI;
      breaker.record(breaker.tryAcquire(now), Outcome.FAILURE, SLOW, now);
    }
    long later = origin + 1_700 * MILLI + beyondMillis * MILLI;
    assertEquals(0, breaker.metrics(later).calls());
    breaker.record(breaker.tryAcquire(later), Outcome.SUCCESS, 0, later);
    assertEquals(1, breaker.metrics(later).calls());
    assertEquals(0, breaker.metrics(later).failures());
    assertEquals(1, ((TimeWindow) breaker.window()).buckets());
  }

  /** What is done to a breaker: `kind` says what, the others with what. */
  record Step(int kind, long gap, int which, Outcome outcome) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> kinds =
        Arbitraries.frequency(
            Tuple.of(12, 0), // acquire
            Tuple.of(12, 1), // record a permit that was ever given
            Tuple.of(6, 2), // acquire and fail
            Tuple.of(1, 3),
            Tuple.of(1, 4),
            Tuple.of(1, 5));
    Arbitrary<Long> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(0L)),
            Tuple.of(2, Arbitraries.of(-MILLI, 1L, MILLI, 99 * MILLI, 300 * MILLI)),
            Tuple.of(2, Arbitraries.of(100 * MILLI, 101 * MILLI, 1_000 * MILLI)));
    return Combinators.combine(
            kinds, gaps, Arbitraries.integers().between(0, 1_000), Arbitraries.of(Outcome.values()))
        .as(Step::new)
        .list()
        .ofMaxSize(150);
  }

  private static Builder small(int probes, int wanted) {
    return CircuitBreaker.builder("b")
        .consecutiveFailures(2)
        .failureRate(0.5, 4)
        .timeWindow(Duration.ofMillis(500), 5)
        .openFor(Duration.ofMillis(100))
        .openBackoff(2, Duration.ofMillis(400))
        .openJitter(0)
        .halfOpen(probes, wanted)
        .probeLease(Duration.ofMillis(300));
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void noInterleavingBreaksTheRulesOfPermits(
      @ForAll @IntRange(min = 1, max = 4) int probes,
      @ForAll @IntRange(min = 1, max = 4) int wanted,
      @ForAll("steps") List<Step> steps) {
    play(small(probes, Math.min(wanted, probes)), steps, 0, probes);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void onlyDifferencesOfTimesMatter(
      @ForAll("origins") long origin, @ForAll("steps") List<Step> steps) {
    assertEquals(play(small(3, 2), steps, 0, 3), play(small(3, 2), steps, origin, 3));
  }

  @Provide
  Arbitrary<Long> origins() {
    return Arbitraries.oneOf(
        Arbitraries.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 200 * MILLI),
        Arbitraries.longs());
  }

  /** Plays the steps, checks every one, and returns all that could be seen. */
  private static List<Object> play(Builder builder, List<Step> steps, long origin, int probes) {
    CircuitBreaker breaker = builder.build();
    List<Object> seen = new ArrayList<>();
    List<Transition> told = new ArrayList<>();
    var unused = breaker.listen(told::add);
    Map<Long, Set<Long>> probesOf = new HashMap<>();
    Map<Long, Long> generationOf = new HashMap<>();
    List<Long> permits = new ArrayList<>();
    long now = origin;
    for (Step step : steps) {
      now += step.gap();
      Metrics before = breaker.metrics(now);
      int transitions = told.size();
      switch (step.kind()) {
        case 0, 2 -> {
          boolean admits = breaker.wouldAdmit(now);
          long remaining = breaker.remainingOpenNanos(now);
          long permit = breaker.tryAcquire(now);
          seen.add(permit);
          assertEquals(admits, permit >= 0, "wouldAdmit is exact");
          assertTrue(permit < 0 || remaining == 0, "not before the deadline");
          if (permit >= 0) {
            long generation = breaker.metrics(now).generation();
            permits.add(permit);
            generationOf.put(permit, generation);
            if (breaker.state() == State.HALF_OPEN) {
              Set<Long> issued = probesOf.computeIfAbsent(generation, g -> new HashSet<>());
              assertTrue(issued.add(permit), "each probe has a permit of its own");
              assertTrue(issued.size() <= probes, "probes of a generation");
            }
            if (step.kind() == 2) {
              breaker.record(permit, Outcome.FAILURE, -1, now);
            }
          }
        }
        case 1 -> {
          if (!permits.isEmpty()) {
            long permit = permits.get(step.which() % permits.size());
            breaker.record(permit, step.outcome(), -1, now);
            if (generationOf.get(permit) != before.generation()) {
              assertEquals(before, breaker.metrics(now), "of another generation");
              assertEquals(transitions, told.size());
            }
          }
        }
        case 3 -> assertEquals(before.state() == State.CLOSED, breaker.trip(now));
        case 4 -> breaker.reset(now);
        default -> breaker.forceOpen(now);
      }
      Metrics after = breaker.metrics(now);
      assertTrue(after.failures() >= 0 && after.failures() <= after.calls());
      assertEquals(told.isEmpty() ? 0 : told.get(told.size() - 1).generation(), after.generation());
      seen.add(after);
      seen.add(breaker.remainingOpenNanos(now));
    }
    State last = State.CLOSED;
    for (Transition transition : told) {
      assertEquals(last, transition.from(), "the transitions are a chain");
      last = transition.to();
      seen.add(List.of(transition.from(), last, transition.cause(), transition.openNanos()));
    }
    return seen;
  }
}
