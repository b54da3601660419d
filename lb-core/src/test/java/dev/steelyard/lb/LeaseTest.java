package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.only;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class LeaseTest {
  private final FakeTicker ticker = new FakeTicker(-5_000_000_000L);
  private final InstanceRegistry registry = registry(1);
  private final LoadBalancer balancer =
      LoadBalancer.builder("orders", registry).ticker(ticker).build();

  private Lease acquire() {
    return balancer.acquire(EMPTY);
  }

  private void request(Duration time, Outcome outcome) {
    Lease lease = acquire();
    ticker.advance(time);
    lease.complete(outcome);
  }

  @Test
  void aLeaseCountsAsInFlightUntilItEnds() {
    Lease first = acquire();
    Lease second = acquire();
    assertEquals(2, only(balancer).inFlight());
    assertEquals(id(0), first.instance().id());
    assertFalse(first.isEnded());
    assertEquals("Lease[host-0:80#1]", first.toString());

    assertTrue(first.succeed());
    assertEquals(1, only(balancer).inFlight());
    assertTrue(first.isEnded());
    assertEquals("Lease[host-0:80#1, ended]", first.toString());
    assertTrue(second.fail());
    assertEquals(0, only(balancer).inFlight());
    assertEquals(2, only(balancer).requests());
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheFirstCompletionCounts(Outcome first) {
    Lease lease = acquire();
    assertTrue(lease.complete(first));
    EndpointSnapshot after = only(balancer);

    for (Outcome outcome : Outcome.values()) {
      assertFalse(lease.complete(outcome));
    }
    assertFalse(lease.succeed());
    assertFalse(lease.fail());
    assertFalse(lease.unreachable());
    lease.close();

    assertEquals(after, only(balancer));
    assertEquals(0, after.inFlight());
  }

  @Test
  void aNullOutcomeIsRefusedAndTheLeaseStaysOpen() {
    Lease lease = acquire();
    assertThrows(NullPointerException.class, () -> lease.complete(null));
    assertFalse(lease.isEnded());
    assertTrue(lease.succeed());
  }

  @Test
  void racingThreadsEndALeaseExactlyOnce() throws Exception {
    Lease[] leases = new Lease[100_000];
    Arrays.setAll(leases, i -> acquire());
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger role = new AtomicInteger();
    AdmissionWordTest.together(
        3,
        () -> {
          int mine = role.getAndIncrement();
          int first = 0;
          for (Lease lease : leases) {
            boolean won = mine == 0 ? lease.unreachable() : lease.complete(Outcome.values()[mine]);
            first += won ? 1 : 0;
          }
          ended.addAndGet(first);
          return null;
        });
    assertEquals(leases.length, ended.get());
    EndpointSnapshot end = only(balancer);
    assertEquals(0, end.inFlight());
    assertEquals(leases.length, end.requests());
    assertEquals(leases.length, end.failures() + end.overloaded());
  }

  @Test
  void tryWithResourcesEndsAForgottenLeaseAsCancelled() {
    try (Lease lease = acquire()) {
      assertFalse(lease.isEnded());
    }
    assertEquals(1, only(balancer).cancelled());
    assertEquals(0, only(balancer).inFlight());
  }

  @Test
  void tryWithResourcesLeavesALeaseThatHasEndedAlone() {
    try (Lease lease = acquire()) {
      lease.succeed();
    }
    assertEquals(1, only(balancer).successes());
    assertEquals(0, only(balancer).cancelled());
  }

  @Test
  void aSuccessProvesTheInstanceAndMeasuresIt() {
    assertTrue(only(balancer).unproven());
    assertNull(only(balancer).latency());

    request(Duration.ofNanos(1_234), Outcome.SUCCESS);

    assertFalse(only(balancer).unproven());
    assertEquals(Duration.ofNanos(1_234), only(balancer).latency());
    assertEquals(0, only(balancer).failureRate());
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILURE", "OVERLOADED"})
  void aFailureRaisesTheRateAndNeitherProvesNorLowersTheLatency(Outcome failure) {
    request(Duration.ofMillis(1), failure);
    assertTrue(only(balancer).unproven());
    assertNull(only(balancer).latency(), "a fast failure is no latency");
    assertEquals(0.125, only(balancer).failureRate(), 1e-6);

    request(Duration.ofMillis(20), Outcome.SUCCESS);
    ticker.advance(Duration.ofSeconds(5));
    request(Duration.ofMillis(1), failure);
    assertEquals(Duration.ofMillis(20).toNanos(), only(balancer).latency().toNanos(), 20);

    request(Duration.ofMillis(300), failure);
    assertEquals(
        Duration.ofMillis(300).toNanos(), only(balancer).latency().toNanos(), 300, "a slow one is");
    assertEquals(failure == Outcome.FAILURE ? 3 : 0, only(balancer).failures());
    assertEquals(failure == Outcome.OVERLOADED ? 3 : 0, only(balancer).overloaded());
  }

  @Test
  void anIgnoredOutcomeSaysNothing() {
    request(Duration.ofMillis(20), Outcome.SUCCESS);
    EndpointSnapshot before = only(balancer);

    request(Duration.ZERO, Outcome.IGNORED);
    assertEquals(before.latency(), only(balancer).latency());
    Lease slow = acquire();
    ticker.advance(Duration.ofMillis(500));
    slow.complete(Outcome.IGNORED);

    assertTrue(only(balancer).latency().compareTo(before.latency()) < 0, "only faded");
    assertEquals(0, only(balancer).failureRate());
    assertEquals(2, only(balancer).ignored());
  }

  @Test
  void anIgnoredOutcomeProvesNothing() {
    request(Duration.ofMillis(20), Outcome.IGNORED);
    assertTrue(only(balancer).unproven());
    assertNull(only(balancer).latency());
  }

  @Test
  void aCancellationCountsAsALatencyOnlyIfItIsAboveTheAverage() {
    // Or a caller's time-out would hide the slow instance that it met, and one that gives up at
    // once
    // would make it look fast.
    request(Duration.ofMillis(20), Outcome.SUCCESS);
    ticker.advance(Duration.ofSeconds(5));
    double faded = only(balancer).latency().toNanos();
    request(Duration.ofMillis(10), Outcome.CANCELLED);
    assertEquals(faded, only(balancer).latency().toNanos(), faded / 500);

    request(Duration.ofSeconds(3), Outcome.CANCELLED);
    assertEquals(3e9, only(balancer).latency().toNanos(), 300);
    assertEquals(0, only(balancer).failureRate());
    assertEquals(2, only(balancer).cancelled());
  }

  @Test
  void aCancellationDoesNotProve() {
    request(Duration.ofSeconds(3), Outcome.CANCELLED);
    assertTrue(only(balancer).unproven());
    assertEquals(3e9, only(balancer).latency().toNanos(), 300);
  }

  @Test
  void anUnreachableInstanceIsUnprovenAgainAndHalfWayToFailing() {
    request(Duration.ofMillis(20), Outcome.SUCCESS);
    assertFalse(only(balancer).unproven());

    assertTrue(acquire().unreachable());

    assertTrue(only(balancer).unproven());
    assertEquals(0.5, only(balancer).failureRate(), 1e-6);
    assertEquals(1, only(balancer).failures());
    request(Duration.ofMillis(20), Outcome.SUCCESS);
    assertFalse(only(balancer).unproven());
  }

  @Test
  void successesAndTimeLetAFailureBeForgotten() {
    for (int i = 0; i < 100; i++) {
      request(Duration.ofMillis(1), Outcome.FAILURE);
    }
    double rate = only(balancer).failureRate();
    assertTrue(rate > 0.95, () -> "" + rate);
    request(Duration.ZERO, Outcome.SUCCESS);
    assertEquals(rate * 0.75, only(balancer).failureRate(), 1e-6);
    for (int i = 0; i < 24; i++) {
      request(Duration.ZERO, Outcome.SUCCESS);
    }
    assertEquals(0, only(balancer).failureRate());

    acquire().unreachable();
    ticker.advance(Duration.ofMillis(2_000));
    assertEquals(0.5 / Math.E, only(balancer).failureRate(), 1e-3);
  }

  @Test
  void aPeakIsTakenAtOnceAndForgottenWithTime() {
    request(Duration.ofMillis(10), Outcome.SUCCESS);
    request(Duration.ofMillis(900), Outcome.SUCCESS);
    assertEquals(900e6, only(balancer).latency().toNanos(), 100);

    ticker.advance(Duration.ofSeconds(10));
    assertEquals(900e6 / Math.E, only(balancer).latency().toNanos(), 900e6 / 2000);
    ticker.advance(Duration.ofSeconds(200));
    assertTrue(only(balancer).latency().toNanos() < 10);
  }

  @Test
  void aClockThatRunsBackwardsMeasuresZero() {
    Lease lease = acquire();
    ticker.advance(Duration.ofSeconds(-3));
    lease.succeed();

    assertEquals(Duration.ZERO, only(balancer).latency());
    assertFalse(only(balancer).unproven());
  }

  @Test
  void aStrategyThatIsNotTimedMeasuresOneRequestInTwoHundredFiftySix() {
    LoadBalancer sampling =
        LoadBalancer.builder("orders", registry)
            .ticker(ticker)
            .selector(Selectors.powerOfTwoChoices())
            .build();
    Lease first = sampling.acquire(EMPTY);
    ticker.advance(Duration.ofMillis(7));
    first.succeed();
    assertEquals(7e6, only(sampling).latency().toNanos(), 10);
    for (int i = 1; i < 256; i++) {
      Lease lease = sampling.acquire(EMPTY);
      ticker.advance(Duration.ofMillis(100));
      lease.complete(i == 3 ? Outcome.FAILURE : i == 4 ? Outcome.CANCELLED : Outcome.SUCCESS);
      assertTrue(only(sampling).latency().toMillis() < 10);
    }
    Lease next = sampling.acquire(EMPTY);
    ticker.advance(Duration.ofMillis(100));
    next.succeed();
    assertEquals(100e6, only(sampling).latency().toNanos(), 100);
    assertEquals(1, only(sampling).failures());
    assertEquals(1, only(sampling).cancelled());
    assertEquals(255, only(sampling).successes());
  }

  @ParameterizedTest
  @EnumSource
  void aLateOutcomeAfterTheInstanceHasLeftIsHarmless(Outcome outcome) {
    Lease lease = acquire();
    registry.deregister(id(0));

    assertTrue(lease.complete(outcome));
    assertFalse(lease.complete(outcome));

    assertEquals(id(0), lease.instance().id());
    assertTrue(balancer.snapshot().endpoints().isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void aLateOutcomeTouchesNothingOfTheNextIncarnationOfItsId(Outcome outcome) {
    // Vert.x: a second end drove the count below zero; Stork: statistics by id, for ever; Ribbon:
    // refreshes resurrected the dead.
    Lease old = acquire();
    Registration anew = registry.register(instance(0));
    Lease current = acquire();
    EndpointSnapshot before = only(balancer);
    assertEquals(anew.incarnation(), before.incarnation());
    assertEquals(1, before.inFlight());
    assertEquals(1, before.requests());
    assertTrue(before.unproven());
    ticker.advance(Duration.ofSeconds(30));

    assertTrue(old.complete(outcome));
    old.close();

    assertEquals(before, only(balancer));
    current.succeed();
    assertEquals(0, only(balancer).inFlight());
  }

  @Test
  void aLateFailureToConnectTouchesNothingOfTheNextIncarnation() {
    Lease old = acquire();
    registry.deregister(id(0));
    registry.register(instance(0));
    request(Duration.ofMillis(5), Outcome.SUCCESS);
    EndpointSnapshot before = only(balancer);

    assertTrue(old.unreachable());

    assertEquals(before, only(balancer));
  }

  @Test
  void whatWasLearnedSurvivesAnUpdateOfTheInstanceAndOfTheList() {
    Lease open = acquire();
    request(Duration.ofMillis(20), Outcome.SUCCESS);
    acquire().fail();
    EndpointSnapshot before = only(balancer);

    registry.update(instance(0).withWeight(3).withZone("b"));
    registry.register(instance(1));
    registry.deregister(id(1));

    EndpointSnapshot after = only(balancer);
    assertEquals(before.inFlight(), after.inFlight());
    assertEquals(before.requests(), after.requests());
    assertEquals(before.latency(), after.latency());
    assertEquals(before.failureRate(), after.failureRate());
    assertEquals(3, after.weight().configured());
    assertEquals("b", open.instance().zone());
    open.succeed();
    assertEquals(0, find(balancer, id(0)).inFlight());
  }
}
