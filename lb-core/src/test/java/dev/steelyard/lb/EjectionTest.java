package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Instances that fail are taken out, within one cap, and come back with care. */
@Timeout(60)
class EjectionTest {
  private final VirtualTime time = new VirtualTime();
  private final InstanceRegistry registry = registry(4);

  private LoadBalancerBuilder builder(FailurePolicy policy) {
    return LoadBalancer.builder("orders", registry)
        .ticker(time)
        .scheduler(time)
        .selector(Selectors.roundRobin())
        .failurePolicy(policy);
  }

  private LoadBalancer standard() {
    return builder(FailurePolicy.standard().withoutOutlierDetection()).build();
  }

  /** Sends requests one after the other, 1 ms each; returns how many went to an instance. */
  private int send(LoadBalancer balancer, int requests, Predicate<String> fails, String counted) {
    int count = 0;
    for (int i = 0; i < requests; i++) {
      Lease lease = balancer.acquire(EMPTY);
      String id = lease.instance().id();
      time.advanceMillis(1);
      lease.complete(fails.test(id) ? Outcome.FAILURE : Outcome.SUCCESS);
      count += id.equals(counted) ? 1 : 0;
    }
    return count;
  }

  private void passSeconds(int seconds) {
    for (int i = 0; i < seconds * 100; i++) {
      time.advanceMillis(10);
    }
  }

  @Test
  void anInstanceThatFailsFiveTimesInARowGetsNothingUntilItsTimeIsOver() {
    try (LoadBalancer balancer = standard()) {
      assertEquals(5, send(balancer, 200, id(0)::equals, id(0)));
      assertEquals(State.OPEN, find(balancer, id(0)).breaker());
      assertEquals(0, find(balancer, id(0)).weight().health());
      assertEquals(1, balancer.snapshot().ejected().instances());
    }
  }

  @Test
  void itIsOutForTheVeryNextRequestBeforeAnyTimerRuns() {
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .ticker(time)
            .scheduler((delay, task) -> () -> {}) // never runs anything
            .selector(Selectors.roundRobin())
            .build()) {
      assertEquals(5, send(balancer, 400, id(0)::equals, id(0)));
    }
  }

  @Test
  void itComesBackWithThreeRequestsAtMostAndThenWithAWeightThatGrows() {
    try (LoadBalancer balancer = standard()) {
      send(balancer, 20, id(0)::equals, id(0));
      passSeconds(3);
      assertTrue(find(balancer, id(0)).weight().health() > 0, "may be probed");
      Lease[] leases = new Lease[40];
      int probes = 0;
      for (int i = 0; i < leases.length; i++) {
        leases[i] = balancer.acquire(EMPTY);
        probes += leases[i].instance().id().equals(id(0)) ? 1 : 0;
      }
      assertEquals(CircuitBreaker.Builder.DEFAULT_PROBES, probes);
      assertEquals(State.HALF_OPEN, find(balancer, id(0)).breaker());
      for (Lease lease : leases) {
        lease.succeed();
      }
      assertEquals(State.CLOSED, find(balancer, id(0)).breaker());
      assertEquals(0, balancer.snapshot().ejected().instances());
      time.advanceMillis(1);
      assertEquals(0.1, find(balancer, id(0)).weight().slowStart(), 0.02);
      passSeconds(6);
      assertEquals(1, find(balancer, id(0)).weight().slowStart());
      assertEquals(100, send(balancer, 400, id -> false, id(0)), 1);
      assertEquals(0, time.pending(), "nothing is left to wait for");
    }
  }

  @Test
  void itIsOutForLongerEachTime() {
    try (LoadBalancer balancer = standard()) {
      int before = send(balancer, 20, id(0)::equals, id(0));
      assertEquals(5, before);
      int attempts = 0;
      for (int second = 0; second < 60; second++) {
        attempts += send(balancer, 1000, id(0)::equals, id(0));
      }
      // Open for 2, 4, 8, 16 and 30 s, give or take a tenth: four returns, of three probes at most.
      assertTrue(attempts >= 4 * 2 && attempts <= 5 * 3, attempts + " attempts");
    }
  }

  @Test
  void noMoreThanTheCapAreOutAtOnce() {
    try (LoadBalancer balancer = standard()) {
      Set<String> bad = Set.of(id(0), id(1), id(2));
      send(balancer, 40, id(0)::equals, "");
      send(balancer, 40, id(1)::equals, "");
      assertEquals(2, balancer.snapshot().ejected().instances());
      int third = send(balancer, 100, bad::contains, id(2));
      assertEquals(50, third, 1);
      assertEquals(2, balancer.snapshot().ejected().instances());
      assertEquals(2, balancer.snapshot().ejected().allowed());
      assertTrue(balancer.snapshot().ejected().refused() > 0);
    }
  }

  @Test
  void theLastInstanceIsNeverTakenOut() {
    try (LoadBalancer balancer = standard()) {
      for (int i = 1; i < 4; i++) {
        registry.deregister(id(i));
      }
      assertEquals(100, send(balancer, 100, id -> true, id(0)));
    }
  }

  /** To send everything to half of a fleet because its database is down helps nobody. */
  @Test
  void whereAllFailNobodyIsTakenOut() {
    try (LoadBalancer balancer = standard()) {
      send(balancer, 400, id -> true, "");
      assertEquals(0, balancer.snapshot().ejected().instances());
      assertEquals(25, send(balancer, 100, id -> true, id(2)), 1);
    }
  }

  @Test
  void whatIsDownFillsTheCapFirst() {
    try (LoadBalancer balancer = standard()) {
      registry.setStatus(id(3), InstanceStatus.DOWN);
      assertEquals(1, balancer.snapshot().ejected().allowed());
      send(balancer, 40, id(0)::equals, "");
      send(balancer, 40, id(1)::equals, "");
      assertEquals(1, balancer.snapshot().ejected().instances());
      assertEquals(State.CLOSED, find(balancer, id(1)).breaker());
    }
  }

  @Test
  void whoIsEjectedIsLetInWhenHealthTakesItsPlace() {
    try (LoadBalancer balancer = standard()) {
      send(balancer, 40, id(0)::equals, "");
      send(balancer, 40, id(1)::equals, "");
      registry.setStatus(id(2), InstanceStatus.DOWN);
      assertEquals(1, balancer.snapshot().ejected().instances());
      registry.setStatus(id(3), InstanceStatus.DOWN);
      assertEquals(0, balancer.snapshot().ejected().instances());
      assertTrue(send(balancer, 10, id -> false, id(0)) > 0);
    }
  }

  @Test
  void anEjectedInstanceThatGoesDownHasAFreshStartWhenItIsUpAgain() {
    try (LoadBalancer balancer = standard()) {
      send(balancer, 40, id(0)::equals, "");
      registry.setStatus(id(0), InstanceStatus.DOWN);
      assertEquals(0, balancer.snapshot().ejected().instances());
      registry.setStatus(id(0), InstanceStatus.UP);
      assertEquals(State.CLOSED, find(balancer, id(0)).breaker());
      assertTrue(send(balancer, 40, id -> false, id(0)) > 0);
    }
  }

  @Test
  void anInstanceThatLeavesWhileItIsOutLeavesItsPlaceToOthers() {
    try (LoadBalancer balancer = standard()) {
      registry.register(instance(4));
      send(balancer, 50, id(0)::equals, "");
      registry.deregister(id(0));
      assertEquals(0, balancer.snapshot().ejected().instances());
      registry.register(instance(0));
      assertEquals(State.CLOSED, find(balancer, id(0)).breaker(), "a new incarnation");
      send(balancer, 50, id(1)::equals, "");
      send(balancer, 50, id(2)::equals, "");
      assertEquals(2, balancer.snapshot().ejected().instances());
    }
  }

  @Test
  void aLeaseFromBeforeTheEjectionSaysNothingAboutTheProbes() {
    try (LoadBalancer balancer = standard()) {
      Lease[] old = new Lease[20];
      for (int i = 0; i < old.length; i++) {
        old[i] = balancer.acquire(EMPTY);
      }
      send(balancer, 40, id(0)::equals, "");
      passSeconds(3);
      Lease probe = null;
      while (probe == null) {
        Lease lease = balancer.acquire(EMPTY);
        if (lease.instance().id().equals(id(0))) {
          probe = lease;
        } else {
          lease.succeed();
        }
      }
      for (Lease lease : old) {
        lease.succeed();
      }
      assertEquals(State.HALF_OPEN, find(balancer, id(0)).breaker());
      probe.succeed();
      assertEquals(0, find(balancer, id(0)).inFlight());
    }
  }

  @Test
  void anOperatorTakesAnInstanceOutAndLetsItIn() {
    try (LoadBalancer balancer = standard()) {
      CircuitBreaker breaker = balancer.circuitBreaker(id(0));
      breaker.forceOpen(time.nanos());
      time.advanceMillis(1);
      assertEquals(0, send(balancer, 100, id -> false, id(0)));
      assertEquals(1, balancer.snapshot().ejected().allowed(), "it counts as taken out");
      breaker.reset(time.nanos());
      passSeconds(6);
      assertEquals(25, send(balancer, 100, id -> false, id(0)), 1);
      assertNull(balancer.circuitBreaker("unknown:1"));
    }
  }

  @Test
  void whereACapOfAllLetsAllGoTheRefusalSaysWhy() {
    FailurePolicy all = FailurePolicy.standard().withoutOutlierDetection().withEjectionCap(100, 0);
    try (LoadBalancer balancer = builder(all).build()) {
      for (int i = 0; i < 4; i++) {
        send(balancer, i < 3 ? 20 : 5, id(i)::equals, "");
      }
      NoInstanceAvailableException none =
          assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
      assertEquals(Map.of(Cause.EJECTED, 4), none.counts());
    }
  }

  @Test
  void withoutEjectionNobodyIsTakenOut() {
    try (LoadBalancer balancer = builder(FailurePolicy.standard().withoutEjection()).build()) {
      assertEquals(50, send(balancer, 200, id(0)::equals, id(0)), 1);
      assertNull(find(balancer, id(0)).breaker());
      assertNull(balancer.circuitBreaker(id(0)));
    }
  }

  @Test
  void anInstanceThatFailsMoreThanTheOthersIsFoundAtTheEndOfAnInterval() {
    try (LoadBalancer balancer = builder(onlyOutliers(100)).build()) {
      int failed = flaky(balancer, 12);
      assertTrue(failed > 0);
      assertEquals(State.OPEN, find(balancer, id(0)).breaker());
      assertEquals(1, balancer.snapshot().ejected().instances());
      assertTrue(balancer.snapshot().ejected().outliers().get(0).startsWith(id(0) + ": "));
    }
  }

  @Test
  void inShadowModeItIsToldWhatWouldHaveBeenDone() {
    try (LoadBalancer balancer = builder(onlyOutliers(0)).build()) {
      flaky(balancer, 12);
      assertEquals(State.CLOSED, find(balancer, id(0)).breaker());
      assertTrue(
          balancer.snapshot().ejected().outliers().get(0).endsWith("(shadow)"),
          () -> balancer.snapshot().ejected().toString());
    }
  }

  private FailurePolicy onlyOutliers(int enforcing) {
    registry.register(instance(4));
    registry.register(instance(5));
    return FailurePolicy.standard()
        .withCircuitBreaker(
            CircuitBreaker.builder("slow to open").noFailureRate().consecutiveFailures(1000))
        .withOutlierDetection(OutlierDetection.builder().enforcing(enforcing).build());
  }

  /** Instance 0 fails every other request. */
  private int flaky(LoadBalancer balancer, int seconds) {
    int failed = 0;
    for (int i = 0; i < seconds * 1000; i++) {
      Lease lease = balancer.acquire(EMPTY);
      time.advanceMillis(1);
      boolean fails = lease.instance().id().equals(id(0)) && i % 12 < 6;
      failed += fails ? 1 : 0;
      lease.complete(fails ? Outcome.FAILURE : Outcome.SUCCESS);
    }
    return failed;
  }

  @Test
  void noTimerRunsWhileNothingFails() {
    try (LoadBalancer balancer = builder(FailurePolicy.standard()).build()) {
      send(balancer, 1000, id -> false, "");
      assertEquals(0, time.pending());
      send(balancer, 4, id(0)::equals, "");
      assertTrue(time.pending() > 0, "an interval has begun");
      passSeconds(25);
      assertEquals(0, time.pending(), "and nothing has failed in the last one");
    }
  }

  @Test
  void closingLeavesNoTimer() {
    LoadBalancer balancer = builder(FailurePolicy.standard()).build();
    send(balancer, 100, id(0)::equals, "");
    balancer.close();
    passSeconds(1);
    assertEquals(0, time.pending());
  }

  @Test
  void inPanicAllAreUsedAndTheSnapshotSaysSo() {
    FailurePolicy policy = FailurePolicy.standard().withPanicThreshold(50);
    try (LoadBalancer balancer = builder(policy).build()) {
      registry.setStatus(id(0), InstanceStatus.DOWN);
      registry.setStatus(id(1), InstanceStatus.DOWN);
      assertFalse(balancer.snapshot().panic());
      assertEquals(0, send(balancer, 100, id -> false, id(0)));
      registry.setStatus(id(2), InstanceStatus.DOWN);
      assertTrue(balancer.snapshot().panic());
      assertEquals(25, send(balancer, 100, id -> false, id(0)), 1);
      registry.setStatus(id(2), InstanceStatus.UP);
      assertFalse(balancer.snapshot().panic());
      assertEquals(0, send(balancer, 100, id -> false, id(0)));
    }
  }

  /** A status that somebody has set is a fact, unless asked otherwise. */
  @Test
  void withoutAThresholdWhatIsDownStaysDown() {
    try (LoadBalancer balancer = standard()) {
      for (int i = 0; i < 4; i++) {
        registry.setStatus(id(i), InstanceStatus.DOWN);
      }
      assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
      assertFalse(balancer.snapshot().panic());
    }
  }

  @Test
  void aSlowCallRateCountsHowLongCallsTakeUnderEveryStrategy() {
    FailurePolicy policy =
        FailurePolicy.standard()
            .withoutOutlierDetection()
            .withCircuitBreaker(
                CircuitBreaker.builder("slow").slowCallRate(0.5, Duration.ofMillis(50), 10));
    try (LoadBalancer balancer = builder(policy).build()) {
      for (int i = 0; i < 80; i++) {
        Lease lease = balancer.acquire(EMPTY);
        lease.answered();
        time.advanceMillis(lease.instance().id().equals(id(0)) ? 60 : 1);
        lease.succeed();
      }
      assertEquals(State.OPEN, find(balancer, id(0)).breaker());
      assertEquals(State.CLOSED, find(balancer, id(1)).breaker());
    }
  }
}
