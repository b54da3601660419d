package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.resilience.BreakerHand.MILLI;
import static dev.steelyard.lb.resilience.BreakerHand.SECOND;
import static dev.steelyard.lb.resilience.BreakerHand.plain;
import static dev.steelyard.lb.resilience.BreakerHand.rate;
import static dev.steelyard.lb.resilience.BreakerHand.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.Builder;
import dev.steelyard.lb.resilience.CircuitBreaker.Cause;
import dev.steelyard.lb.resilience.CircuitBreaker.Guard;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CircuitBreakerTest {

  // ---- rules

  @Test
  void opensAtTheRunOfFailuresAndNotBefore() {
    BreakerHand hand = new BreakerHand(run(3)).fail(2);
    assertEquals(State.CLOSED, hand.state());
    hand.fail(1);
    assertEquals(State.OPEN, hand.state());
    assertEquals(List.of("CLOSED>OPEN CONSECUTIVE_FAILURES"), hand.history());
    assertEquals(3, hand.told.get(0).before().failures());
    assertEquals(5 * SECOND, hand.told.get(0).openNanos());
  }

  @Test
  void aSuccessEndsTheRunAndTimeDoesNot() {
    BreakerHand hand = new BreakerHand(run(3)).fail(2).succeed(1).fail(2).pass(Duration.ofDays(9));
    assertEquals(State.CLOSED, hand.state());
    assertEquals(2, hand.metrics().consecutiveFailures());
    assertEquals(State.OPEN, hand.fail(1).state());
  }

  @ParameterizedTest
  @CsvSource({
    "FAILURE,true",
    "OVERLOADED,true",
    "SUCCESS,false",
    "IGNORED,false",
    "CANCELLED,false"
  })
  void whatIsAFailure(Outcome outcome, boolean failure) {
    BreakerHand hand = new BreakerHand(run(2)).calls(2, outcome);
    assertEquals(failure ? State.OPEN : State.CLOSED, hand.state());
  }

  @ParameterizedTest
  @EnumSource(names = {"IGNORED", "CANCELLED"})
  void whatSaysNothingNeitherEndsARunNorCountsAsACall(Outcome outcome) {
    BreakerHand hand = new BreakerHand(plain().consecutiveFailures(3)).fail(2).calls(9, outcome);
    assertEquals(2, hand.metrics().calls());
    assertEquals(2, hand.metrics().consecutiveFailures());
    assertEquals(State.OPEN, hand.fail(1).state());
  }

  /** The truth table of the documentation: minimum 4, threshold a half. */
  @ParameterizedTest
  @CsvSource({
    "0,3,CLOSED", // too few to judge, whatever the share
    "2,1,CLOSED",
    "2,2,OPEN", // as many as it takes, and the share is reached
    "3,1,CLOSED",
    "3,3,OPEN",
    "8,3,CLOSED"
  })
  void theShareCountsFromTheMinimumOnAndIncludesTheThreshold(int good, int bad, State expected) {
    BreakerHand hand = new BreakerHand(rate(0.5, 4)).succeed(good).fail(bad);
    assertEquals(expected, hand.state());
  }

  @Test
  void theSuccessThatMakesTheMinimumFullOpensToo() {
    BreakerHand hand = new BreakerHand(rate(0.5, 4)).fail(3);
    assertEquals(State.OPEN, hand.succeed(1).state());
    assertEquals(List.of("CLOSED>OPEN FAILURE_RATE"), hand.history());
  }

  @ParameterizedTest
  @CsvSource({"0.1,30,3", "0.3,10,3", "0.7,10,7", "0.07,100,7", "0.57,100,57", "0.29,100,29"})
  void aThresholdInDecimalsIsMetByExactlyThatShare(double threshold, int calls, int failures) {
    assertEquals(
        State.CLOSED,
        new BreakerHand(rate(threshold, calls))
            .fail(failures - 1)
            .succeed(calls - failures + 1)
            .state());
    assertEquals(
        State.OPEN,
        new BreakerHand(rate(threshold, calls)).fail(failures).succeed(calls - failures).state());
  }

  @Test
  void slowCallsOpenWhateverTheirOutcome() {
    Builder builder =
        plain().consecutiveFailures(0).noFailureRate().slowCallRate(0.5, Duration.ofMillis(100), 4);
    BreakerHand hand = new BreakerHand(builder);
    hand.calls(2, Outcome.SUCCESS, 100 * MILLI - 1).calls(1, Outcome.SUCCESS, 100 * MILLI);
    hand.calls(3, Outcome.CANCELLED, SECOND).calls(3, Outcome.SUCCESS, -1); // not counted; not slow
    assertEquals(1, hand.metrics().slow());
    hand.calls(3, Outcome.FAILURE, SECOND);
    assertEquals(State.CLOSED, hand.state(), "4 of 9");
    hand.calls(1, Outcome.SUCCESS, 100 * MILLI);
    assertEquals(List.of("CLOSED>OPEN SLOW_CALL_RATE"), hand.history());
    assertEquals(0.5, hand.told.get(0).before().slowCallRate());
    assertEquals(0.3, hand.told.get(0).before().failureRate());
  }

  @Test
  void aSlowSuccessEndsARunOfFailures() {
    Builder builder = run(2).slowCallRate(1, Duration.ofMillis(1), 50);
    BreakerHand hand = new BreakerHand(builder).fail(1).calls(1, Outcome.SUCCESS, SECOND).fail(1);
    assertEquals(State.CLOSED, hand.state());
  }

  @Test
  void withoutTheRuleNoCallIsSlow() {
    BreakerHand hand = new BreakerHand(run(9)).calls(5, Outcome.SUCCESS, Long.MAX_VALUE);
    assertEquals(0, hand.metrics().slow());
  }

  @Test
  void aCountWindowForgetsTheCallsBeforeItsLast() {
    BreakerHand hand = new BreakerHand(rate(0.5, 4).countWindow(4)).succeed(4).fail(1);
    assertEquals(1, hand.metrics().failures());
    hand.succeed(3);
    assertEquals(1, hand.metrics().failures());
    hand.succeed(1);
    assertEquals(0, hand.metrics().failures());
    assertEquals(4, hand.metrics().calls());
    assertEquals(State.CLOSED, hand.succeed(3).fail(1).state());
    assertEquals(State.OPEN, hand.fail(1).state());
  }

  @Test
  void aTimeWindowForgetsWholeBuckets() {
    BreakerHand hand =
        new BreakerHand(rate(0.9, 100).timeWindow(Duration.ofSeconds(10), 10)).fail(3);
    hand.pass(SECOND - 1).fail(1).pass(9 * SECOND); // 1 ns before its end
    assertEquals(4, hand.metrics().failures());
    hand.pass(1);
    assertEquals(0, hand.metrics().failures());
    assertEquals(0, hand.metrics().calls());
  }

  /** Good calls leave the window, so that bad ones that stay are a larger share. */
  @Test
  void theFirstCallAfterGoodOnesAgedAwayOpens() {
    BreakerHand hand = new BreakerHand(rate(0.5, 10).timeWindow(Duration.ofSeconds(10), 10));
    hand.succeed(30).pass(SECOND).fail(20);
    assertEquals(State.CLOSED, hand.state(), "20 of 50");
    hand.pass(8 * SECOND).succeed(1).pass(SECOND);
    assertEquals(State.CLOSED, hand.state(), "nobody called");
    assertEquals(State.OPEN, hand.succeed(1).state(), "20 of 22");
  }

  // ---- open

  @Test
  void theTimeOfOpeningsGrowsToTheMaximumAndShrinksWithCalm() {
    BreakerHand hand = new BreakerHand(CircuitBreaker.builder("b").openJitter(0).halfOpen(1, 1));
    List<Long> seconds = new ArrayList<>();
    hand.fail(5);
    for (int i = 0; i < 6; i++) {
      seconds.add(hand.breaker.remainingOpenNanos(hand.now) / SECOND);
      hand.pass(hand.breaker.remainingOpenNanos(hand.now)).fail(1);
    }
    assertEquals(List.of(5L, 10L, 20L, 40L, 60L, 60L), seconds);
    hand.pass(60 * SECOND).succeed(1); // closed, four openings count
    hand.pass(10 * SECOND).fail(5);
    assertEquals(20 * SECOND, hand.breaker.remainingOpenNanos(hand.now), "two paid off");
    hand.pass(20 * SECOND).succeed(1);
    hand.pass(5 * SECOND - 1).fail(5);
    assertEquals(40 * SECOND, hand.breaker.remainingOpenNanos(hand.now), "none paid off");
    hand.pass(40 * SECOND).succeed(1).pass(Duration.ofDays(1)).fail(5);
    assertEquals(5 * SECOND, hand.breaker.remainingOpenNanos(hand.now), "all paid off");
    assertEquals(10, hand.metrics().openings());
  }

  @Test
  void timeInHalfOpenPaysNothingOff() {
    BreakerHand hand = new BreakerHand(CircuitBreaker.builder("b").openJitter(0).halfOpen(1, 1));
    hand.fail(5).pass(5 * SECOND);
    long probe = hand.acquire();
    hand.pass(9 * SECOND).record(probe, Outcome.FAILURE);
    assertEquals(10 * SECOND, hand.breaker.remainingOpenNanos(hand.now));
  }

  @Test
  void jitterVariesTheTimeByItsShare() {
    long[] draws = {0, -1, 1L << 63};
    AtomicInteger next = new AtomicInteger();
    Builder builder =
        run(1).openJitter(0.2).random(() -> draws[next.getAndIncrement()]).halfOpen(1, 1);
    BreakerHand hand = new BreakerHand(builder).fail(1);
    assertEquals(4 * SECOND, hand.breaker.remainingOpenNanos(0), "least");
    hand.pass(4 * SECOND).fail(1);
    assertEquals(6e9, hand.breaker.remainingOpenNanos(hand.now), 10, "most");
    hand.pass(6 * SECOND).fail(1);
    assertEquals(5e9, hand.breaker.remainingOpenNanos(hand.now), 10, "half-way");
  }

  @Test
  void anOpenBreakerRefusesUntilItsDeadline() {
    BreakerHand hand = new BreakerHand(run(1)).fail(1).pass(5 * SECOND - 1);
    assertFalse(hand.breaker.wouldAdmit(hand.now));
    assertEquals(CircuitBreaker.REFUSED, hand.acquire());
    assertEquals(1, hand.breaker.remainingOpenNanos(hand.now));
    hand.pass(1);
    assertTrue(hand.breaker.wouldAdmit(hand.now));
    assertEquals(State.OPEN, hand.state(), "asking changes nothing");
    assertEquals(0, hand.breaker.remainingOpenNanos(hand.now));
    assertTrue(hand.acquire() >= 0);
    assertEquals(State.HALF_OPEN, hand.state());
    assertEquals(1, hand.metrics().refused());
  }

  // ---- half-open

  @Test
  void enoughProbesClose() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    List<Long> probes = hand.permits();
    assertEquals(3, probes.size());
    hand.record(probes.get(2), Outcome.SUCCESS);
    hand.record(probes.get(0), Outcome.FAILURE);
    assertEquals(2, hand.metrics().calls());
    assertEquals(1, hand.metrics().failures());
    hand.record(probes.get(1), Outcome.SUCCESS);
    assertEquals(State.CLOSED, hand.state());
    assertEquals(0, hand.metrics().calls(), "begins anew");
    assertEquals(
        List.of(
            "CLOSED>OPEN CONSECUTIVE_FAILURES",
            "OPEN>HALF_OPEN OPEN_TIME_OVER",
            "HALF_OPEN>CLOSED PROBES_SUCCEEDED"),
        hand.history());
    assertEquals(List.of(1L, 2L, 3L), hand.told.stream().map(t -> t.generation()).toList());
  }

  @Test
  void opensAgainAsSoonAsTooFewProbesCanSucceed() {
    BreakerHand hand = new BreakerHand(run(2).halfOpen(5, 3)).fail(2).pass(5 * SECOND);
    hand.fail(2);
    assertEquals(State.HALF_OPEN, hand.state());
    hand.fail(1);
    assertEquals(State.OPEN, hand.state());
    assertEquals("HALF_OPEN>OPEN PROBES_FAILED", hand.history().get(2));
  }

  @Test
  void aSlowProbeHasFailed() {
    Builder builder = run(2).slowCallRate(1, Duration.ofSeconds(1), 10).halfOpen(1, 1);
    BreakerHand hand = new BreakerHand(builder).fail(2).pass(5 * SECOND);
    assertEquals(State.OPEN, hand.calls(1, Outcome.SUCCESS, SECOND).state());
  }

  @ParameterizedTest
  @EnumSource(names = {"IGNORED", "CANCELLED"})
  void probesThatSayNothingAreUsedUpAndThenNewOnesAreSent(Outcome nothing) {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    List<Long> probes = hand.permits();
    hand.record(probes.get(0), nothing);
    hand.record(probes.get(1), Outcome.SUCCESS);
    assertEquals(CircuitBreaker.REFUSED, hand.acquire(), "no permit comes back");
    assertFalse(hand.breaker.wouldAdmit(hand.now));
    hand.record(probes.get(2), nothing);
    assertTrue(hand.breaker.wouldAdmit(hand.now));
    assertEquals(3, hand.permits().size());
    assertEquals("HALF_OPEN>HALF_OPEN PROBES_INCONCLUSIVE", hand.history().get(2));
  }

  @Test
  void aFailureAndTooManyThatSayNothingOpenAgain() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    assertEquals(State.HALF_OPEN, hand.calls(1, Outcome.CANCELLED).state());
    assertEquals(State.OPEN, hand.fail(1).state());
  }

  @Test
  void theLeaseIsThatOfTheNewestProbe() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    long first = hand.acquire();
    hand.pass(9 * SECOND).permits();
    hand.pass(10 * SECOND - 1);
    assertEquals(CircuitBreaker.REFUSED, hand.acquire());
    assertFalse(hand.breaker.wouldAdmit(hand.now));
    hand.pass(1);
    assertTrue(hand.breaker.wouldAdmit(hand.now));
    assertEquals(3, hand.permits().size());
    assertEquals("HALF_OPEN>HALF_OPEN PROBES_OVERDUE", hand.history().get(2));
    hand.record(first, Outcome.FAILURE);
    assertEquals(0, hand.metrics().calls(), "fenced");
  }

  @Test
  void aProbeIsRecordedOnce() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    long probe = hand.acquire();
    hand.record(probe, Outcome.SUCCESS);
    hand.record(probe, Outcome.SUCCESS);
    assertEquals(1, hand.metrics().calls());
    hand.record(probe + 1, Outcome.SUCCESS); // not issued yet
    assertEquals(State.HALF_OPEN, hand.state());
  }

  // ---- operator

  @Test
  void forcedOpenStaysUntilReset() {
    BreakerHand hand = new BreakerHand(run(2));
    hand.breaker.forceOpen(hand.now);
    hand.pass(Duration.ofDays(1));
    assertEquals(CircuitBreaker.REFUSED, hand.acquire());
    assertFalse(hand.breaker.wouldAdmit(hand.now));
    assertEquals(Long.MAX_VALUE, hand.breaker.remainingOpenNanos(hand.now));
    hand.breaker.forceOpen(hand.now);
    assertEquals(1, hand.told.size(), "no change, nothing to tell");
    hand.breaker.reset(hand.now);
    assertEquals(State.CLOSED, hand.state());
    assertTrue(hand.acquire() >= 0);
  }

  @Test
  void disabledAdmitsAllAndCountsNothing() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2);
    hand.breaker.disable(hand.now);
    hand.fail(50);
    hand.breaker.disable(hand.now);
    assertEquals(State.DISABLED, hand.state());
    assertEquals(0, hand.metrics().calls());
    assertFalse(hand.breaker.trip(hand.now));
    assertEquals(2, hand.told.size());
  }

  @Test
  void metricsOnlyTellsOnceThatItWouldHaveOpened() {
    BreakerHand hand = new BreakerHand(run(2));
    hand.breaker.metricsOnly(hand.now);
    long permit = hand.acquire();
    hand.fail(7);
    assertEquals(State.METRICS_ONLY, hand.state());
    assertEquals(7, hand.metrics().failures());
    assertEquals(
        List.of("CLOSED>METRICS_ONLY OPERATOR", "METRICS_ONLY>METRICS_ONLY CONSECUTIVE_FAILURES"),
        hand.history());
    hand.record(permit, Outcome.SUCCESS);
    assertEquals(8, hand.metrics().calls(), "it is the same generation");
    hand.breaker.metricsOnly(hand.now);
    assertEquals(0, hand.metrics().calls());
    hand.fail(2);
    assertEquals(4, hand.told.size(), "told anew");
  }

  @Test
  void resetForgetsTheCallsAndTheOpenings() {
    BreakerHand hand = new BreakerHand(CircuitBreaker.builder("b").openJitter(0).halfOpen(1, 1));
    hand.fail(5).pass(5 * SECOND).fail(1);
    assertEquals(10 * SECOND, hand.breaker.remainingOpenNanos(hand.now));
    hand.breaker.reset(hand.now);
    hand.fail(4);
    hand.breaker.reset(hand.now);
    assertEquals(State.CLOSED, hand.fail(4).state());
    hand.fail(1);
    assertEquals(5 * SECOND, hand.breaker.remainingOpenNanos(hand.now));
  }

  @Test
  void aTripOpensOnlyWhatIsClosed() {
    BreakerHand hand = new BreakerHand(run(2));
    assertTrue(hand.breaker.trip(hand.now));
    assertEquals(List.of("CLOSED>OPEN TRIPPED"), hand.history());
    hand.pass(SECOND);
    assertFalse(hand.breaker.trip(hand.now));
    assertEquals(4 * SECOND, hand.breaker.remainingOpenNanos(hand.now), "not longer open for it");
    hand.pass(4 * SECOND).acquire();
    assertFalse(hand.breaker.trip(hand.now));
    assertEquals(State.HALF_OPEN, hand.state());
    hand.breaker.metricsOnly(hand.now);
    assertFalse(hand.breaker.trip(hand.now));
    hand.breaker.forceOpen(hand.now);
    assertFalse(hand.breaker.trip(hand.now));
  }

  // ---- guard

  /** A cap, as a fleet has one. */
  private static final class Cap implements Guard {
    private final int places;
    private int taken;
    private int asked;

    Cap(int places) {
      this.places = places;
    }

    @Override
    public boolean tryTake() {
      asked++;
      if (taken == places) {
        return false;
      }
      taken++;
      return true;
    }

    @Override
    public void giveBack() {
      taken--;
    }
  }

  @Test
  void aRefusedOpeningLeavesTheBreakerClosedAndAsksAgain() {
    Cap cap = new Cap(0);
    BreakerHand hand = new BreakerHand(run(2).guard(cap)).fail(2);
    assertEquals(State.CLOSED, hand.state());
    assertEquals(1, hand.metrics().keptClosed());
    assertEquals(2, hand.metrics().consecutiveFailures());
    assertEquals(0, hand.metrics().generation());
    hand.fail(1);
    assertEquals(2, cap.asked);
    assertEquals(3, hand.metrics().consecutiveFailures());
    hand.succeed(1);
    assertEquals(2, cap.asked);
    assertFalse(hand.breaker.trip(hand.now));
    assertEquals(3, hand.metrics().keptClosed());
    assertEquals(List.of(), hand.told);
  }

  @Test
  void aPlaceIsHeldWhileOpenOrHalfOpenAndGivenBackOnce() {
    Cap cap = new Cap(1);
    Builder builder = run(1).halfOpen(1, 1).guard(cap);
    List<Consumer<BreakerHand>> waysOut =
        List.of(
            hand -> hand.pass(5 * SECOND).succeed(1),
            hand -> hand.pass(5 * SECOND).fail(1).pass(5 * SECOND).succeed(1),
            hand -> hand.breaker.reset(0),
            hand -> hand.breaker.disable(0),
            hand -> hand.breaker.metricsOnly(0),
            hand -> hand.breaker.forceOpen(0));
    for (Consumer<BreakerHand> way : waysOut) {
      BreakerHand hand = new BreakerHand(builder.copy()).fail(1);
      assertEquals(1, cap.taken);
      assertEquals(State.CLOSED, new BreakerHand(builder.copy()).fail(9).state(), "no place left");
      way.accept(hand);
      assertEquals(0, cap.taken);
      hand.breaker.reset(hand.now);
      assertEquals(0, cap.taken);
    }
  }

  @Test
  void aPlaceTakenInVainIsGivenBack() {
    AtomicInteger taken = new AtomicInteger();
    CircuitBreaker[] breaker = new CircuitBreaker[1];
    Guard slow =
        new Guard() {
          @Override
          public boolean tryTake() {
            taken.incrementAndGet();
            breaker[0].reset(0); // as another thread might at this moment
            return true;
          }

          @Override
          public void giveBack() {
            taken.decrementAndGet();
          }
        };
    breaker[0] = run(1).guard(slow).build();
    assertFalse(breaker[0].trip(0));
    breaker[0].record(breaker[0].tryAcquire(0), Outcome.FAILURE, -1, 0);
    assertEquals(State.CLOSED, breaker[0].state());
    assertEquals(0, taken.get());
  }

  @Test
  void aGuardThatThrowsSaysNo() {
    Guard broken =
        new Guard() {
          @Override
          public boolean tryTake() {
            throw new IllegalStateException("planted");
          }

          @Override
          public void giveBack() {}
        };
    BreakerHand hand = new BreakerHand(run(1).guard(broken)).fail(1);
    assertEquals(State.CLOSED, hand.state());
    assertEquals(1, hand.breaker.faults());
  }

  // ---- listeners

  @Test
  void whatAListenerChangesIsToldAfterItInOrder() {
    BreakerHand hand = new BreakerHand(run(1));
    List<State> late = new ArrayList<>();
    var first =
        hand.breaker.listen(
            t -> {
              if (t.to() == State.OPEN) {
                hand.breaker.reset(hand.now);
                hand.breaker.disable(hand.now);
              }
            });
    var second = hand.breaker.listen(t -> late.add(t.to()));
    hand.fail(1);
    assertEquals(List.of(State.OPEN, State.CLOSED, State.DISABLED), late);
    assertEquals(
        late, hand.told.stream().map(CircuitBreaker.Transition::to).toList(), "for all alike");
    first.close();
    second.close();
  }

  // ---- without a time

  @Test
  void theTickerIsReadOnlyWhenTheTimeMatters() {
    AtomicInteger reads = new AtomicInteger();
    CircuitBreaker breaker = run(2).ticker(reads::getAndIncrement).build();
    for (int i = 0; i < 5; i++) {
      breaker.record(breaker.tryAcquire(), Outcome.SUCCESS, -1);
    }
    breaker.record(breaker.tryAcquire(), Outcome.FAILURE, -1);
    assertEquals(0, reads.get());
    long stale = breaker.tryAcquire();
    breaker.record(breaker.tryAcquire(), Outcome.FAILURE, -1);
    assertEquals(1, reads.get(), "the opening");
    breaker.record(stale, Outcome.SUCCESS, -1);
    assertEquals(1, reads.get());
    assertEquals(CircuitBreaker.REFUSED, breaker.tryAcquire());
    assertEquals(2, reads.get());
  }

  @Test
  void withATimeWindowRecordingReadsTheTicker() {
    AtomicInteger reads = new AtomicInteger();
    CircuitBreaker breaker =
        rate(1, 2).timeWindow(Duration.ofSeconds(1), 2).ticker(reads::getAndIncrement).build();
    breaker.record(breaker.tryAcquire(), Outcome.FAILURE, -1);
    breaker.record(breaker.tryAcquire(), Outcome.FAILURE, -1);
    assertEquals(2, reads.get());
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  void aProbeIsRecordedByTheTicker() {
    BreakerHand hand = new BreakerHand(run(2).halfOpen(1, 1)).fail(2).pass(5 * SECOND);
    hand.breaker.record(hand.breaker.tryAcquire(), Outcome.FAILURE, -1);
    assertEquals(5 * SECOND, hand.breaker.remainingOpenNanos(hand.now));
    hand.pass(5 * SECOND).breaker.record(hand.breaker.tryAcquire(), Outcome.SUCCESS, -1);
    assertEquals(State.CLOSED, hand.state());
  }

  // ---- call

  @Test
  void aCallIsRecordedByItsEnd() throws Exception {
    BreakerHand hand = new BreakerHand(plain().consecutiveFailures(3));
    assertEquals("x", hand.breaker.call(() -> "x"));
    IOException thrown = new IOException("planted");
    assertSame(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                hand.breaker.call(
                    () -> {
                      throw thrown;
                    })));
    assertThrows(
        CancellationException.class,
        () ->
            hand.breaker.call(
                () -> {
                  throw new CancellationException();
                }));
    assertThrows(
        InterruptedException.class,
        () ->
            hand.breaker.call(
                () -> {
                  throw new InterruptedException();
                }));
    assertEquals(2, hand.metrics().calls());
    assertEquals(1, hand.metrics().failures());
    assertThrows(
        AssertionError.class,
        () ->
            hand.breaker.call(
                () -> {
                  throw new AssertionError("planted");
                }));
    assertEquals(2, hand.metrics().failures());
  }

  @Test
  void aCallThatIsRefusedSaysForHowLong() {
    BreakerHand hand = new BreakerHand(run(1)).fail(1).pass(SECOND);
    RequestRefusedException refused =
        assertThrows(RequestRefusedException.class, () -> hand.breaker.call(() -> 1));
    assertEquals(RequestRefusedException.Reason.CIRCUIT_OPEN, refused.reason());
    assertEquals(Duration.ofSeconds(4), refused.retryAfter());
    hand.breaker.forceOpen(hand.now);
    assertNull(
        assertThrows(RequestRefusedException.class, () -> hand.breaker.call(() -> 1)).retryAfter());
  }

  @Test
  void aCallHasTheDurationOfTheTicker() throws Exception {
    BreakerHand hand =
        new BreakerHand(plain().consecutiveFailures(0).slowCallRate(1, Duration.ofSeconds(2), 1));
    Object unused = hand.breaker.call(() -> hand.pass(2 * SECOND - 1));
    assertEquals(State.CLOSED, hand.state());
    unused = hand.breaker.call(() -> hand.pass(2 * SECOND));
    assertEquals(State.CLOSED, hand.state(), "half of them");
    hand.breaker.reset(hand.now);
    unused = hand.breaker.call(() -> hand.pass(2 * SECOND));
    assertEquals(State.OPEN, hand.state());
  }

  @Test
  void aClassifierMayJudgeTheResult() {
    BreakerHand hand = new BreakerHand(run(1));
    int code = hand.breaker.call(() -> 503, (r, t) -> r >= 500 ? Outcome.FAILURE : Outcome.SUCCESS);
    assertEquals(503, code);
    assertEquals(State.OPEN, hand.state());
  }

  // ---- builder

  @Test
  void everyBuildMakesABreakerOfItsOwnAndACopyABuilderOfItsOwn() {
    Builder builder = run(2).slowCallRate(0.3, Duration.ofSeconds(1), 7).guard(new Cap(1));
    builder.timeWindow(Duration.ofSeconds(3), 3).openBackoff(3, Duration.ofMinutes(2));
    builder.openJitter(0.3).halfOpen(5, 4).probeLease(Duration.ofSeconds(3));
    builder.openFor(Duration.ofSeconds(2)).failureRate(0.25, 9).ticker(() -> 1).random(() -> 0);
    String before = builder.toString();
    Builder copy = builder.copy();
    assertEquals(before, copy.toString());
    copy.consecutiveFailures(9).noSlowCallRate().noFailureRate().countWindow(5).noBackoff();
    assertEquals(before, builder.toString());
    assertNotEquals(before, copy.toString());
    CircuitBreaker one = builder.build("one");
    CircuitBreaker two = builder.build();
    assertEquals("one", one.name());
    assertEquals("b", two.name());
    assertTrue(one.trip(0));
    assertEquals(State.CLOSED, two.state());
    assertEquals("CircuitBreaker[one, OPEN]", one.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.5  | failureRate: 1.5 (expected: > 0 and <= 1)",
        "0    | failureRate: 0.0 (expected: > 0 and <= 1)",
        "NaN  | failureRate: NaN (expected: > 0 and <= 1)",
        "-0.1 | failureRate: -0.1 (expected: > 0 and <= 1)"
      })
  void aRateIsAShare(double threshold, String message) {
    assertEquals(message, refused(b -> b.failureRate(threshold, 1)));
  }

  @Test
  void knobsOutOfRangeAreRefusedByName() {
    assertTrue(refused(b -> b.consecutiveFailures(-1)).startsWith("consecutiveFailures: -1 "));
    assertTrue(refused(b -> b.failureRate(1, 0)).startsWith("failureRate minimumCalls: 0 "));
    assertTrue(refused(b -> b.slowCallRate(2, Duration.ofDays(1), 1)).startsWith("slowCallRate: "));
    assertTrue(refused(b -> b.slowCallRate(1, Duration.ZERO, 1)).startsWith("slow: PT0S "));
    assertTrue(refused(b -> b.countWindow(0)).startsWith("countWindow: 0 "));
    assertTrue(refused(b -> b.timeWindow(Duration.ofSeconds(1), 1)).contains("buckets: 1 "));
    assertTrue(refused(b -> b.timeWindow(Duration.ofMillis(1), 2)).contains("at least 1 ms each"));
    assertTrue(refused(b -> b.openFor(Duration.ofDays(366))).contains("at most 365 days"));
    assertTrue(refused(b -> b.openBackoff(1, Duration.ofDays(1))).contains("noBackoff()"));
    assertTrue(refused(b -> b.openJitter(1)).startsWith("openJitter: 1.0 "));
    assertTrue(refused(b -> b.halfOpen(33, 1)).startsWith("halfOpen probes: 33 "));
    assertTrue(refused(b -> b.halfOpen(2, 3)).startsWith("halfOpen successThreshold: 3 "));
    assertTrue(refused(b -> b.probeLease(Duration.ZERO)).startsWith("probeLease: PT0S "));
    assertThrows(IllegalArgumentException.class, () -> CircuitBreaker.builder(" "));
    assertThrows(IllegalArgumentException.class, () -> run(1).build(""));
  }

  private static String refused(Consumer<Builder> knob) {
    return assertThrows(IllegalArgumentException.class, () -> knob.accept(plain())).getMessage();
  }

  @Test
  void knobsThatContradictEachOtherAreRefusedWithTheReason() {
    assertTrue(contradiction(run(0)).contains("no rule is on"));
    assertTrue(
        contradiction(rate(1, 101)).contains("minimumCalls 101 is more than countWindow 100"));
    assertTrue(
        contradiction(plain().countWindow(50).slowCallRate(1, Duration.ofDays(1), 51))
            .contains("slowCallRate: minimumCalls 51"));
    assertTrue(
        contradiction(plain().openBackoff(2, Duration.ofSeconds(5))).contains("nothing to grow"));
    // what is off is not looked at, and a time window has no size
    assertEquals(State.CLOSED, rate(1, 101).noFailureRate().consecutiveFailures(1).build().state());
    assertEquals(State.CLOSED, rate(1, 101).timeWindow(Duration.ofSeconds(1), 2).build().state());
  }

  private static String contradiction(Builder builder) {
    return assertThrows(IllegalStateException.class, builder::build).getMessage();
  }

  @Test
  void everyCauseOfARuleIsOne() {
    assertTrue(Cause.CONSECUTIVE_FAILURES.isRule());
    assertFalse(Cause.TRIPPED.isRule());
    assertFalse(Cause.OPERATOR.isRule());
  }
}
