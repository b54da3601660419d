package dev.steelyard.lb.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.Guard;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.CircuitBreaker.Transition;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CircuitBreakerThreadsTest {
  private static final int THREADS = 8;
  private static final int CALLS = 30_000;

  private static void together(Body body) throws Exception {
    List<Threads.Body> bodies = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      bodies.add(() -> body.run(thread));
    }
    Threads.together(bodies);
  }

  private interface Body {
    void run(int thread) throws Exception;
  }

  /** Sizes below the number of threads lap each other; 100 is the default. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 100})
  void theSumOfACountWindowIsThatOfItsPlacesWhenAllAreDone(int size) throws Exception {
    CountWindow window = new CountWindow(size, 1);
    together(
        thread -> {
          for (int i = 0; i < CALLS; i++) {
            if ((i + thread) % 3 == 0) {
              window.bad(1 + i % 3, 0);
            } else {
              window.good(0);
            }
          }
        });
    assertEquals(window.recount(), window.tally(0));
    assertEquals(size, window.tally(0).calls());
    for (int i = 0; i < size; i++) {
      window.good(0);
    }
    assertEquals(new BreakerWindow.Tally(size, 0, 0), window.tally(0));
    assertEquals(0, window.run());
  }

  @Test
  void aTimeWindowLosesNoCallWhileBucketsTurn() throws Exception {
    TimeWindow window = new TimeWindow(1_000, 100, 1);
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 40_000); // wraps on the way
    long start = clock.get();
    together(
        thread -> {
          for (int i = 0; i < CALLS / 3; i++) {
            long now = clock.addAndGet(i % 100 == 0 ? 100 : 0) - thread * 7;
            if (i % 4 == 0) {
              window.bad(BreakerWindow.FAILED, now);
            } else {
              window.good(now);
            }
          }
        });
    assertTrue(clock.get() - start < 99_000, "all is in the window");
    int calls = THREADS * (CALLS / 3);
    assertEquals(new BreakerWindow.Tally(calls, calls / 4, 0), window.tally(clock.get()));
    assertEquals(0, window.tally(clock.get() + 100_000).calls());
  }

  /** Breakers that share a cap, failing and recovering while an operator meddles. */
  @Test
  void neitherPlacesNorProbesNorTransitionsGoAstray() throws Exception {
    AtomicInteger places = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Guard cap =
        new Guard() {
          @Override
          public boolean tryTake() {
            int taken = places.incrementAndGet();
            if (taken > 2) {
              places.decrementAndGet();
              return false;
            }
            most.accumulateAndGet(taken, Math::max);
            return true;
          }

          @Override
          public void giveBack() {
            places.decrementAndGet();
          }
        };
    AtomicLong clock = new AtomicLong();
    List<CircuitBreaker> breakers = new ArrayList<>();
    List<List<Transition>> told = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CircuitBreaker breaker =
          CircuitBreaker.builder("b" + i)
              .consecutiveFailures(3)
              .failureRate(0.5, 10)
              .countWindow(10)
              .openFor(Duration.ofNanos(50))
              .probeLease(Duration.ofNanos(200))
              .halfOpen(3, 2)
              .guard(cap)
              .build();
      breakers.add(breaker);
      List<Transition> history = Collections.synchronizedList(new ArrayList<>());
      told.add(history);
      var unused = breaker.listen(history::add);
    }
    Map<String, AtomicInteger> probes = new ConcurrentHashMap<>();
    together(
        thread -> {
          for (int i = 0; i < CALLS / 2; i++) {
            int index = (i + thread) % 4;
            CircuitBreaker breaker = breakers.get(index);
            long now = clock.incrementAndGet();
            long permit = breaker.tryAcquire(now);
            if (permit >= 0) {
              probes
                  .computeIfAbsent(index + "/" + permit, key -> new AtomicInteger())
                  .incrementAndGet();
              Outcome outcome = (i / 500 + thread) % 2 == 0 ? Outcome.FAILURE : Outcome.SUCCESS;
              if (i % 11 != 0) { // some never report
                breaker.record(permit, outcome, -1, now);
              }
            }
            if (i % 997 == 0) {
              breaker.reset(now);
            } else if (i % 499 == 0) {
              breaker.trip(now);
            }
          }
        });
    assertTrue(most.get() <= 2);
    for (int i = 0; i < 4; i++) {
      State last = State.CLOSED;
      long generation = 0;
      assertTrue(told.get(i).size() > 10, "something happened");
      for (Transition transition : told.get(i)) {
        assertEquals(last, transition.from());
        assertEquals(++generation, transition.generation(), "told in order, each once");
        last = transition.to();
        if (last == State.HALF_OPEN) {
          for (int probe = 0; probe < 3; probe++) {
            AtomicInteger given = probes.get(i + "/" + (generation << 6 | probe));
            assertTrue(given == null || given.get() == 1, "a permit is given once");
          }
          assertTrue(!probes.containsKey(i + "/" + (generation << 6 | 3)), "three at most");
        }
      }
      assertEquals(breakers.get(i).state(), last);
      breakers.get(i).reset(clock.get());
    }
    assertEquals(0, places.get(), "all places were given back");
  }

  /** The last failure of several at once sees them all, so the breaker opens. */
  @Test
  void failuresAtOnceAreNotOverlooked() throws Exception {
    for (int round = 0; round < 20; round++) {
      CircuitBreaker breaker =
          CircuitBreaker.builder("b")
              .consecutiveFailures(0)
              .failureRate(1, THREADS)
              .countWindow(THREADS)
              .build();
      CircuitBreaker timed =
          CircuitBreaker.builder("b")
              .consecutiveFailures(0)
              .failureRate(1, THREADS)
              .timeWindow(Duration.ofSeconds(1), 2)
              .build();
      together(
          thread -> {
            breaker.record(breaker.tryAcquire(0), Outcome.FAILURE, -1, 0);
            timed.record(timed.tryAcquire(0), Outcome.FAILURE, -1, 0);
          });
      assertEquals(State.OPEN, breaker.state());
      assertEquals(State.OPEN, timed.state());
    }
  }
}
