package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.inFlight;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static dev.steelyard.lb.Fixtures.requests;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What makes up a weight besides the registry, and what may change while requests run. */
@Timeout(60)
class SettingsTest {
  private final FakeTicker ticker = new FakeTicker();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final InstanceRegistry registry = registry(2);

  private LoadBalancerBuilder builder() {
    return LoadBalancer.builder("orders", registry).ticker(ticker).selector(Selectors.roundRobin());
  }

  /** Lets time pass for the clock and the timer alike, in steps that no timer can miss. */
  private void pass(Duration time) {
    for (long millis = 0; millis < time.toMillis(); millis += 10) {
      ticker.advance(Duration.ofMillis(10));
      scheduler.advance(Duration.ofMillis(10));
    }
  }

  private static int share(LoadBalancer balancer, String id, int requests) {
    int share = 0;
    for (int i = 0; i < requests; i++) {
      try (Lease lease = balancer.acquire(EMPTY)) {
        share += lease.instance().id().equals(id) ? 1 : 0;
        lease.succeed();
      }
    }
    return share;
  }

  @ParameterizedTest
  @EnumSource(dev.steelyard.lb.select.Strategy.class)
  void aNewInstanceWarmsUpUnderEveryStrategy(dev.steelyard.lb.select.Strategy strategy) {
    try (LoadBalancer balancer =
        builder()
            .selector(strategy.selector())
            .slowStart(Duration.ofSeconds(60))
            .scheduler(scheduler)
            .build()) {
      share(balancer, id(0), 100);
      assertEquals(
          1, find(balancer, id(0)).weight().slowStart()); // it was there from the beginning
      registry.register(instance(2));
      assertEquals(0.1, find(balancer, id(2)).weight().slowStart());
      pass(Duration.ofSeconds(12));
      assertEquals(0.2, find(balancer, id(2)).weight().slowStart(), 0.02);
      assertEquals(0.2, find(balancer, id(2)).weight().effective(), 0.02);
      pass(Duration.ofSeconds(49));
      assertEquals(1, find(balancer, id(2)).weight().slowStart());
      assertEquals(0, scheduler.pending(), "nothing is left to wait for");
    }
  }

  @Test
  void theWarmingInstanceGetsItsShare() {
    try (LoadBalancer balancer =
        builder().slowStart(Duration.ofSeconds(60)).scheduler(scheduler).build()) {
      registry.register(instance(2));
      assertEquals(100, share(balancer, id(2), 2_100), 2); // 0.1 of 2.1
      pass(Duration.ofSeconds(30));
      assertEquals(200, share(balancer, id(2), 1_000), 5); // 0.5 of 2.5
      pass(Duration.ofSeconds(31));
      assertEquals(333, share(balancer, id(2), 1_000), 2);
    }
  }

  @Test
  void anInstanceThatComesBackWarmsUpAgain() {
    try (LoadBalancer balancer =
        builder().slowStart(Duration.ofSeconds(10), 2, 0.2).scheduler(scheduler).build()) {
      registry.setStatus(id(0), InstanceStatus.DOWN);
      pass(Duration.ofSeconds(20));
      registry.setStatus(id(0), InstanceStatus.UP);
      assertEquals(0.2, find(balancer, id(0)).weight().slowStart());
      pass(Duration.ofMillis(2_500));
      assertEquals(0.5, find(balancer, id(0)).weight().slowStart(), 0.03); // sqrt(0.25)
      registry.setStatus(id(0), InstanceStatus.DEGRADED); // no way back to the beginning
      assertEquals(0.5, find(balancer, id(0)).weight().slowStart(), 0.03);
    }
  }

  @Test
  void anInstanceThatIsReachableAgainWarmsUp() {
    try (LoadBalancer balancer =
        builder().slowStart(Duration.ofSeconds(10)).scheduler(scheduler).build()) {
      Lease dead = balancer.acquire(EMPTY);
      String id = dead.instance().id();
      dead.unreachable();
      ticker.advance(Duration.ofSeconds(30));
      assertEquals(1, find(balancer, id).weight().slowStart());
      share(balancer, id, 4); // one of them gets an answer from it
      scheduler.advance(Duration.ZERO);
      assertEquals(0.1, find(balancer, id).weight().slowStart());
    }
  }

  @Test
  void theOperatorsFactorHoldsUntilItIsCleared() {
    try (LoadBalancer balancer = builder().build()) {
      balancer.overrideWeight(id(0), 3);
      assertEquals(3, find(balancer, id(0)).weight().override());
      assertEquals(750, share(balancer, id(0), 1_000));

      registry.deregister(id(0));
      registry.register(instance(0));
      assertEquals(3, find(balancer, id(0)).weight().override());

      balancer.overrideWeight(id(0), 0);
      assertEquals(0, share(balancer, id(0), 100));
      balancer.overrideWeight(id(1), 0);
      NoInstanceAvailableException none =
          assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
      assertEquals(Map.of(Cause.OVERRIDDEN, 2), none.counts());

      balancer.clearOverride(id(0));
      balancer.clearOverride(id(1));
      balancer.clearOverride("unknown:1");
      assertEquals(500, share(balancer, id(0), 1_000));
    }
  }

  @Test
  void aFactorThatIsNoneIsRefused() {
    try (LoadBalancer balancer = builder().build()) {
      for (double factor : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
        IllegalArgumentException refusal =
            assertThrows(
                IllegalArgumentException.class, () -> balancer.overrideWeight("a:1", factor));
        assertEquals(
            "override of instance a:1: " + factor + " (expected: finite and >= 0)",
            refusal.getMessage());
      }
    }
  }

  private static LoadReport load(double cpu, double qps) {
    return LoadReport.parse("cpu_utilization=" + cpu + ",rps_fractional=" + qps);
  }

  @Test
  void weightsFollowWhatInstancesReportAfterTheBlackoutUntilItExpires() {
    try (LoadBalancer balancer = builder().reportedLoad().scheduler(scheduler).build()) {
      assertEquals(0, scheduler.pending(), "no timer before there is a report");
      assertTrue(balancer.report(id(0), load(0.5, 100)));
      try (Lease lease = balancer.acquire(EMPTY)) {
        lease.report(load(0.25, 100));
      }
      assertTrue(balancer.report(id(1), load(0.25, 100)));
      assertTrue(balancer.report(id(0), load(0.5, 100)));
      assertFalse(balancer.report("unknown:1", load(0.5, 100)));
      long before = scheduler.scheduled();
      pass(Duration.ofSeconds(9));
      assertEquals(1, find(balancer, id(0)).weight().reported());
      assertTrue(scheduler.scheduled() - before <= 10, "one timer, however many reports");

      pass(Duration.ofSeconds(2));
      assertEquals(2.0 / 3, find(balancer, id(0)).weight().reported(), 1e-9);
      assertEquals(4.0 / 3, find(balancer, id(1)).weight().reported(), 1e-9);
      assertEquals(100, share(balancer, id(0), 300));

      pass(Duration.ofSeconds(180));
      assertEquals(1, find(balancer, id(0)).weight().reported());
      assertEquals(0, scheduler.pending(), "all have expired");
    }
  }

  @Test
  void aReportIsNotUsedUnlessAskedFor() {
    try (LoadBalancer balancer = builder().build();
        Lease lease = balancer.acquire(EMPTY)) {
      assertFalse(lease.report(load(0.5, 100)));
    }
  }

  @Test
  void aSchedulerWithNothingToDoIsAcceptedAndNotUsed() {
    try (LoadBalancer balancer =
        builder().failurePolicy(FailurePolicy.none()).scheduler(scheduler).build()) {
      balancer.acquire(RequestContext.empty()).fail();
    }
    assertEquals(0, scheduler.pending());
  }

  @Test
  void theStrategyChangesUnderLoadWithoutLosingARequestOrWhatWasLearned() throws Exception {
    InstanceRegistry four = registry(4);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (LoadBalancer balancer = LoadBalancer.builder("orders", four).build()) {
      List<Future<Long>> clients = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        clients.add(
            pool.submit(
                () -> {
                  long sent = 0;
                  while (!done.get()) {
                    Lease lease = balancer.acquire(EMPTY);
                    assertTrue(lease.succeed());
                    sent++;
                  }
                  return sent;
                }));
      }
      for (int round = 0; round < 300; round++) {
        for (dev.steelyard.lb.select.Strategy strategy :
            dev.steelyard.lb.select.Strategy.values()) {
          balancer.selector(strategy.selector());
          assertEquals(strategy.selector().toString(), balancer.snapshot().selector());
        }
        balancer.overrideWeight(id(round % 4), 1 + round % 3);
      }
      done.set(true);
      long sent = 0;
      for (Future<Long> client : clients) {
        sent += client.get(30, TimeUnit.SECONDS);
      }
      assertEquals(sent, requests(balancer));
      assertEquals(0, inFlight(balancer));
      balancer.snapshot().endpoints().forEach(each -> assertFalse(each.unproven()));
    } finally {
      done.set(true);
      pool.shutdown();
    }
  }

  @Test
  void aLeaseOfTheOldStrategyEndsUnderTheNewOne() {
    try (LoadBalancer balancer = builder().selector(Selectors.leastRequests()).build()) {
      Lease before = balancer.acquire(EMPTY);
      balancer.selector(Selectors.peakEwma());
      Lease between = balancer.acquire(EMPTY);
      balancer.selector(Selectors.leastRequests());
      assertEquals(2, inFlight(balancer));
      before.succeed();
      between.succeed();
      assertEquals(0, inFlight(balancer));
      for (int i = 0; i < 10; i++) { // what ended is known to the new tree: five each
        balancer.acquire(EMPTY);
      }
      assertEquals(5, find(balancer, id(0)).inFlight());
    }
  }

  @Test
  void aStrategyThatFailsToPrepareChangesNothing() {
    try (LoadBalancer balancer = builder().build()) {
      Selector broken =
          (candidates, previous) -> {
            throw new IllegalArgumentException("no");
          };
      assertThrows(IllegalArgumentException.class, () -> balancer.selector(broken));
      assertEquals("roundRobin", balancer.snapshot().selector());
      Selector brokenForOne =
          (candidates, previous) -> {
            if (candidates.size() == 1) {
              throw new IllegalArgumentException("too few");
            }
            return Selectors.roundRobin().prepare(candidates, previous);
          };
      balancer.selector(brokenForOne);
      assertThrows(IllegalArgumentException.class, () -> balancer.overrideWeight(id(0), 0));
      assertEquals(50, share(balancer, id(0), 100)); // as if it had not been tried
      balancer.selector(Selectors.roundRobin());
      registry.register(instance(2)); // would fail if the broken one had been kept
      assertEquals(333, share(balancer, id(2), 999));
    }
  }

  @Test
  void aSettingIsNotChangedFromWithinPrepare() {
    try (LoadBalancer balancer = builder().build()) {
      Selector restless =
          (candidates, previous) -> {
            balancer.overrideWeight(id(0), 2);
            return Selectors.random().prepare(candidates, previous);
          };
      assertThrows(IllegalStateException.class, () -> balancer.selector(restless));
    }
  }

  @Test
  void aStrategyThatFailsOnTheTimersThreadIsCountedAndAskedAgain() {
    AtomicBoolean broken = new AtomicBoolean();
    Selector moody =
        (candidates, previous) -> {
          if (broken.get()) {
            throw new IllegalStateException("moody");
          }
          return Selectors.random().prepare(candidates, previous);
        };
    try (LoadBalancer balancer =
        builder().selector(moody).slowStart(Duration.ofSeconds(10)).scheduler(scheduler).build()) {
      registry.register(instance(2));
      broken.set(true);
      pass(Duration.ofSeconds(4));
      assertTrue(balancer.snapshot().callbackFaults() > 0);
      assertEquals(0.1, find(balancer, id(2)).weight().slowStart());
      broken.set(false);
      pass(Duration.ofSeconds(1));
      assertEquals(0.5, find(balancer, id(2)).weight().slowStart(), 0.02);
    }
  }
}
