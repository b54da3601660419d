package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.resilience.BreakerHand.SECOND;
import static dev.steelyard.lb.resilience.BreakerHand.plain;
import static dev.steelyard.lb.resilience.BreakerHand.rate;
import static dev.steelyard.lb.resilience.BreakerHand.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.testing.Threads;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What other breakers got wrong, by the thread that tells of it. */
class CircuitBreakerPeerDefectsTest {

  /** resilience4j#903, #935, #2172; finagle#524: a probe that nobody reports pins it for ever. */
  @Test
  void probesThatNeverReportDoNotPinIt() {
    BreakerHand hand = new BreakerHand(run(2)).fail(2).pass(5 * SECOND);
    assertEquals(3, hand.permits().size());
    hand.pass(10 * SECOND);
    List<Long> fresh = hand.permits();
    assertEquals(3, fresh.size());
    hand.record(fresh.get(0), Outcome.SUCCESS);
    hand.record(fresh.get(1), Outcome.SUCCESS);
    assertEquals(State.CLOSED, hand.state());
  }

  /** resilience4j#1432: one call more than permitted came with OPEN's turn to HALF_OPEN. */
  @Test
  void theCallThatTurnsItHalfOpenIsOneOfTheProbes() {
    BreakerHand hand = new BreakerHand(run(2).halfOpen(1, 1)).fail(2).pass(5 * SECOND);
    assertEquals(1, hand.permits().size());
  }

  /** resilience4j#2038: tryAcquirePermission called itself until the stack overflowed. */
  @Test
  void acquiringLoopsAndDoesNotRecurse() {
    BreakerHand hand =
        new BreakerHand(run(1).openFor(Duration.ofNanos(1)).probeLease(Duration.ofNanos(1)));
    var unused = hand.breaker.listen(t -> hand.breaker.tryAcquire(hand.now));
    hand.fail(1);
    for (int i = 0; i < 100_000; i++) {
      hand.pass(1).acquire();
    }
    assertEquals(State.HALF_OPEN, hand.state());
    assertEquals(0, hand.breaker.faults());
  }

  /** resilience4j#991: a timer of OPEN moved FORCED_OPEN to HALF_OPEN. */
  @Test
  void theDeadlineOfAnOpeningMovesNothingLater() {
    BreakerHand hand = new BreakerHand(run(1)).fail(1);
    hand.breaker.forceOpen(hand.now);
    hand.pass(Duration.ofDays(1));
    assertEquals(CircuitBreaker.REFUSED, hand.acquire());
    assertEquals(State.FORCED_OPEN, hand.state());
  }

  /** resilience4j#1335, #1262: counts of slow failures went below 0 after a while. */
  @Test
  void countsOfSlowFailuresReturnToZero() {
    BreakerHand hand =
        new BreakerHand(
            rate(1, 10)
                .slowCallRate(1, Duration.ofNanos(1), 10)
                .timeWindow(Duration.ofSeconds(2), 2));
    for (int i = 0; i < 50; i++) {
      hand.calls(2, Outcome.FAILURE, 5).succeed(1).pass(SECOND);
      assertEquals(hand.metrics().failures(), hand.metrics().slow());
      assertEquals(2, hand.metrics().slow());
    }
    hand.pass(2 * SECOND);
    assertEquals(0, hand.metrics().slow());
    assertEquals(0, hand.metrics().failures());
  }

  /**
   * resilience4j#2382, #1349, #966, #842, #1070, #1351: a minimum above the window was clamped in
   * silence, so that it opened early.
   */
  @Test
  void aMinimumThatTheWindowNeverHasIsRefused() {
    String message =
        assertThrows(IllegalStateException.class, () -> rate(0.5, 20).countWindow(10).build())
            .getMessage();
    assertEquals(
        "CircuitBreaker b: failureRate: minimumCalls 20 is more than countWindow 10 ever has, so"
            + " the rule would never be met",
        message);
    BreakerHand hand = new BreakerHand(rate(0.5, 10).countWindow(10)).fail(9);
    assertEquals(State.CLOSED, hand.state(), "9 of 9 are too few");
    assertEquals(State.OPEN, hand.fail(1).state());
  }

  /** resilience4j#1394: slow calls want a minimum of their own. */
  @Test
  void eachRateHasItsOwnMinimum() {
    BreakerHand hand = new BreakerHand(rate(0.5, 4).slowCallRate(0.5, Duration.ofSeconds(1), 8));
    hand.calls(7, Outcome.SUCCESS, SECOND);
    assertEquals(State.CLOSED, hand.state());
    hand.calls(1, Outcome.SUCCESS, SECOND);
    assertEquals("CLOSED>OPEN SLOW_CALL_RATE", hand.history().get(0));
  }

  /** resilience4j GH-2334; Sentinel#3309: a time window of one bucket was accepted, and wrong. */
  @Test
  void aTimeWindowOfOneBucketIsRefused() {
    assertTrue(
        assertThrows(
                IllegalArgumentException.class, () -> plain().timeWindow(Duration.ofSeconds(1), 1))
            .getMessage()
            .startsWith("timeWindow buckets: 1 (expected: 2..100"));
  }

  /** resilience4j#1107, #2243, #2293: listeners could not be removed, and were never let go. */
  @Test
  void aListenerThatIsClosedIsToldNothingAndLetGo() throws Exception {
    CircuitBreaker breaker = run(1).build();
    List<State> told = new ArrayList<>();
    Consumer<CircuitBreaker.Transition> listener = t -> told.add(t.to());
    Subscription one = breaker.listen(listener);
    Subscription two = breaker.listen(listener);
    breaker.forceOpen(0);
    assertEquals(2, told.size(), "each subscription is one of its own");
    one.close();
    one.close();
    breaker.reset(0);
    assertEquals(3, told.size());
    two.close();
    WeakReference<Object> gone = new WeakReference<>(listener);
    listener = null;
    one = null;
    two = null;
    for (int i = 0; i < 100 && gone.get() != null; i++) {
      System.gc();
      Threads.elsewhere(() -> breaker.metrics(0));
    }
    assertEquals(null, gone.get());
    breaker.forceOpen(0);
    assertEquals(3, told.size());
  }

  /** resilience4j#1115: a listener that adds or removes one broke the telling of the others. */
  @Test
  void listenersMayComeAndGoWhileTheyAreTold() {
    CircuitBreaker breaker = run(1).build();
    AtomicInteger told = new AtomicInteger();
    List<Subscription> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      open.add(
          breaker.listen(
              t -> {
                told.incrementAndGet();
                open.forEach(Subscription::close);
                open.add(breaker.listen(other -> told.addAndGet(100)));
              }));
    }
    breaker.forceOpen(0);
    assertEquals(3, told.get());
    assertEquals(0, breaker.faults());
  }

  /** resilience4j#2209; failsafe#32, #33: a callback that threw kept the permit. */
  @Test
  void whatCallbacksThrowKeepsNoPermit() {
    BreakerHand hand = new BreakerHand(run(1).halfOpen(1, 1)).fail(1).pass(5 * SECOND);
    var unused =
        hand.breaker.listen(
            t -> {
              throw new IllegalStateException("planted");
            });
    int result =
        hand.breaker.call(
            () -> 7,
            (r, t) -> {
              throw new IllegalStateException("planted");
            });
    assertEquals(7, result);
    assertEquals(2, hand.breaker.faults(), "a listener and a classifier");
    assertEquals(8, hand.breaker.call(() -> 8), "the probe was used up, and a new one is sent");
    assertEquals(State.CLOSED, hand.state());
    assertEquals(
        "classified",
        assertThrows(
                IllegalStateException.class,
                () ->
                    hand.breaker.call(
                        () -> {
                          throw new IllegalStateException("classified");
                        },
                        (r, t) -> null))
            .getMessage());
  }

  /** Failsafe 3.3.2: after an idle gap failures stayed twice the window, and reads did not age. */
  @Test
  void anIdleGapDoesNotMakeTheWindowLonger() {
    BreakerHand hand =
        new BreakerHand(rate(0.9, 50).timeWindow(Duration.ofSeconds(10), 10)).fail(1);
    hand.pass(35 * SECOND + SECOND / 2).fail(3);
    assertEquals(3, hand.metrics().failures());
    hand.pass(10 * SECOND);
    assertEquals(0, hand.metrics().failures());
    hand.succeed(1);
    assertEquals(1, hand.metrics().calls());
  }

  /** failsafe#391; resilience4j: calls that were sent before the opening made permits. */
  @Test
  void callsFromBeforeTheOpeningMakeNoProbes() {
    BreakerHand hand = new BreakerHand(run(2));
    List<Long> old = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      old.add(hand.acquire());
    }
    hand.fail(2).pass(5 * SECOND).permits();
    for (int i = 0; i < 5; i++) {
      hand.record(old.get(i), Outcome.IGNORED);
      hand.record(old.get(5 + i), Outcome.CANCELLED);
    }
    assertEquals(List.of(), hand.permits());
  }

  /** failsafe#135: when used by hand, probes were not counted. */
  @Test
  void byHandTheProbesAreCountedAsByCall() {
    BreakerHand hand = new BreakerHand(run(1).halfOpen(2, 2)).fail(1).pass(5 * SECOND);
    long byHand = hand.breaker.tryAcquire();
    assertEquals(State.HALF_OPEN, hand.state());
    assertEquals(1, hand.breaker.call(() -> 1));
    assertThrows(RequestRefusedException.class, () -> hand.breaker.call(() -> 1));
    hand.breaker.record(byHand, Outcome.SUCCESS, -1);
    assertEquals(State.CLOSED, hand.state());
  }

  /**
   * Sentinel: OPEN was published before its deadline, so a racing caller went half-open at once.
   */
  @Test
  void nobodySeesAnOpeningWithAnotherDeadline() throws Exception {
    for (int round = 0; round < 100; round++) {
      CircuitBreaker breaker = run(1).build();
      breaker.trip(-100 * SECOND); // a deadline long past, from the time before
      breaker.reset(0);
      AtomicInteger admitted = new AtomicInteger();
      Threads.together(
          List.of(
              () -> breaker.trip(0),
              () -> {
                for (int i = 0; i < 200; i++) {
                  long permit = breaker.tryAcquire(SECOND);
                  if (permit >= 0 && breaker.state() == State.HALF_OPEN) {
                    admitted.incrementAndGet();
                  }
                }
              }));
      assertEquals(0, admitted.get());
      assertEquals(State.OPEN, breaker.state());
    }
  }

  /** Sentinel#1638: a probe that a later rule blocked left the breaker half-open for ever. */
  @Test
  void aProbeThatWasNotSentIsIgnoredAndReplaced() {
    BreakerHand hand = new BreakerHand(run(1).halfOpen(1, 1)).fail(1).pass(5 * SECOND);
    assertThrows(
        RequestRefusedException.class,
        () ->
            hand.breaker.call(
                () -> {
                  throw new RequestRefusedException(
                      "limiter", RequestRefusedException.Reason.RATE_LIMITED, null);
                }));
    assertEquals(State.HALF_OPEN, hand.state());
    assertEquals(1, hand.breaker.call(() -> 1));
    assertEquals(State.CLOSED, hand.state());
  }

  /** Sentinel#2136: a rule that was there twice kept the breaker open for ever. */
  @Test
  void twoRulesThatAreMetAtOnceOpenItOnce() {
    BreakerHand hand = new BreakerHand(rate(0.5, 2).consecutiveFailures(2)).fail(2);
    assertEquals(1, hand.told.size());
    hand.pass(5 * SECOND).succeed(2);
    assertEquals(State.CLOSED, hand.state());
    assertEquals(1, hand.metrics().openings());
  }

  /** Armeria: a success from before the opening closed it while the probe was still on its way. */
  @Test
  void aSuccessFromBeforeTheOpeningDoesNotCloseIt() {
    BreakerHand hand = new BreakerHand(run(2).halfOpen(1, 1));
    long old = hand.acquire();
    hand.fail(2).pass(5 * SECOND);
    long probe = hand.acquire();
    hand.record(old, Outcome.SUCCESS);
    assertEquals(State.HALF_OPEN, hand.state());
    hand.record(probe, Outcome.FAILURE);
    assertEquals(State.OPEN, hand.state());
    hand.record(old, Outcome.SUCCESS);
    hand.record(probe, Outcome.SUCCESS);
    assertEquals(State.OPEN, hand.state());
  }

  /** Armeria: with a threshold of 1.0 it could not open, as the comparison was strict. */
  @Test
  void aThresholdOfOneIsMetByFailuresAlone() {
    assertEquals(State.OPEN, new BreakerHand(rate(1.0, 10)).fail(10).state());
    assertEquals(State.CLOSED, new BreakerHand(rate(1.0, 10)).succeed(1).fail(50).state());
  }

  /** Armeria: times at or below 0 were taken for no time, so it never went half-open. */
  @Test
  void negativeTimesAreTimes() {
    BreakerHand hand = new BreakerHand(run(1), -5 * SECOND).fail(1);
    hand.pass(5 * SECOND - 1);
    assertFalse(hand.breaker.wouldAdmit(hand.now));
    assertTrue(hand.pass(1).acquire() >= 0);
  }

  /** resilience4j: a clock that went back dropped a bucket with every call and every read. */
  @Test
  void aClockThatGoesBackStands() {
    BreakerHand hand =
        new BreakerHand(rate(0.9, 50).timeWindow(Duration.ofSeconds(10), 10)).fail(5);
    hand.pass(9 * SECOND).fail(5).pass(-3_600 * SECOND);
    for (int i = 0; i < 20; i++) {
      assertEquals(10 + i, hand.metrics().failures());
      hand.fail(1);
    }
  }
}
