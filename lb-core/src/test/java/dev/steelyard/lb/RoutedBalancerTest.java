package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selectors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routing in a balancer; the plans by themselves are tested where they are made. */
@Timeout(60)
class RoutedBalancerTest {
  private final InstanceRegistry registry = InstanceRegistry.of();
  private final LoadBalancer balancer =
      LoadBalancer.builder("orders", registry)
          .selector(Selectors.roundRobin())
          .random(RandomSource.seeded(1))
          .build();

  RoutedBalancerTest() {
    for (String zone : List.of("a", "b")) {
      for (int i = 0; i < 5; i++) {
        registry.register(
            Instance.of(zone + i + ":80")
                .withZone(zone)
                .withMetadata("version", i == 0 ? "green" : "blue")
                .withMetadata("tier", zone.equals("a") ? "0" : "1"));
      }
    }
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private Map<String, Integer> send(
      int requests, RequestContext request, Function<Instance, String> by) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      try (Lease lease = balancer.acquire(request)) {
        counts.merge(by.apply(lease.instance()), 1, Integer::sum);
        lease.succeed();
      }
    }
    return counts;
  }

  private static String zone(Instance instance) {
    return String.valueOf(instance.zone());
  }

  private static String version(Instance instance) {
    return String.valueOf(instance.metadata().get("version"));
  }

  private void down(String... ids) {
    for (String id : ids) {
      registry.setStatus(id, InstanceStatus.DOWN);
    }
  }

  @Test
  void theLocalZoneSpillsOverInProportionToWhatItHasLost() {
    balancer.routing(Routing.none().zone("a"));
    assertEquals(Map.of("a", 1_000), send(1_000, EMPTY, RoutedBalancerTest::zone));
    assertEquals(1, balancer.snapshot().zoneShares().get("a"));
    assertEquals(0, find(balancer, "b0:80").weight().zone());

    down("a0:80", "a1:80", "a2:80"); // 1.4 * 2/5 is left
    assertEquals(560, send(1_000, EMPTY, RoutedBalancerTest::zone).get("a"), 2);
    assertEquals(0.56, balancer.snapshot().zoneShares().get("a"), 1e-9);
    assertTrue(find(balancer, "b0:80").weight().zone() > 0);

    down("a3:80", "a4:80");
    assertEquals(Map.of("b", 100), send(100, EMPTY, RoutedBalancerTest::zone));
  }

  @Test
  void tiersAndTheirLoadsAreInTheSnapshot() {
    balancer.routing(Routing.none().priority("tier"));
    assertEquals(Map.of(0, 100, 1, 0), balancer.snapshot().tierLoads());
    NoInstanceAvailableException none =
        assertThrows(
            NoInstanceAvailableException.class,
            () ->
                balancer.acquire(
                    EMPTY.excluding(List.of("a0:80", "a1:80", "a2:80", "a3:80", "a4:80"))));
    assertEquals(Map.of(Cause.EXCLUDED, 5, Cause.STANDBY, 5), none.counts());

    down("a0:80", "a1:80", "a2:80");
    assertEquals(Map.of(0, 56, 1, 44), balancer.snapshot().tierLoads());
    assertEquals(560, send(1_000, EMPTY, RoutedBalancerTest::zone).get("a"), 2);
  }

  @Test
  void panicUsesEverybodyAndSaysSo() {
    // envoy#2671, #12997: panic looked like a bug, since nothing showed it.
    balancer.routing(Routing.none().panicThreshold(0.5));
    down("a0:80", "a1:80", "a2:80", "a3:80", "a4:80");
    assertFalse(balancer.snapshot().panic());
    assertEquals(Map.of("b", 100), send(100, EMPTY, RoutedBalancerTest::zone));

    down("b0:80");
    assertTrue(balancer.snapshot().panic());
    assertEquals(1, find(balancer, "b0:80").weight().health());
    assertEquals(Map.of("a", 500, "b", 500), send(1_000, EMPTY, RoutedBalancerTest::zone));

    balancer.routing(Routing.none().panicThreshold(0.5).failOnPanic());
    NoInstanceAvailableException none =
        assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(EMPTY));
    assertEquals(4, none.counts().get(Cause.PANIC_REFUSED));
  }

  @Test
  void aSplitByPercentageIsStickyPerKeyAndMovesOnlyWhatItMust() {
    balancer.routing(Routing.none().split("version", Map.of("blue", 90.0, "green", 10.0)));
    assertEquals(200, send(2_000, EMPTY, RoutedBalancerTest::version).get("green"), 60);
    Map<String, String> before = versions();
    assertEquals(before, versions());

    balancer.routing(Routing.none().split("version", Map.of("blue", 80.0, "green", 20.0)));
    Map<String, String> after = versions();
    assertEquals(200, after.values().stream().filter("green"::equals).count(), 60);
    before.forEach(
        (key, version) -> assertTrue(version.equals("blue") || after.get(key).equals("green")));
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      String key = "user-" + i;
      versions.putAll(
          Map.of(
              key,
              send(1, RequestContext.forKey(key), RoutedBalancerTest::version)
                  .keySet()
                  .iterator()
                  .next()));
    }
    return versions;
  }

  @Test
  void aRequestMayAskForASubset() {
    balancer.routing(Routing.none().subset("version"));
    RequestContext green = EMPTY.withHint("version", "green");
    assertEquals(Map.of("green", 100), send(100, green, RoutedBalancerTest::version));
    assertEquals(2, send(100, EMPTY, RoutedBalancerTest::version).size());
    down("a0:80", "b0:80");
    assertEquals(Map.of("blue", 8), send(8, green, RoutedBalancerTest::version)); // any, by default
    balancer.routing(Routing.none().subset("version").noSubsetFallback());
    assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(green));
  }

  @Test
  void everyStrategyFollowsTheRouting() {
    balancer.routing(
        Routing.none().zone("a").split("version", Map.of("blue", 50.0, "green", 50.0)));
    for (dev.steelyard.lb.select.Strategy strategy : dev.steelyard.lb.select.Strategy.values()) {
      balancer.selector(strategy.selector());
      Map<String, Integer> zones = send(400, EMPTY, RoutedBalancerTest::zone);
      assertEquals(Map.of("a", 400), zones, strategy::toString);
      assertEquals(
          200, send(400, EMPTY, RoutedBalancerTest::version).get("green"), 60, strategy::toString);
    }
  }

  @Test
  void aClientUsesItsPartOfTheFleet() {
    balancer.routing(Routing.none().clientSubset(3, "client-7"));
    assertEquals(3, send(300, EMPTY, Instance::id).size());
    assertEquals(3, balancer.snapshot().clientSubset());
    balancer.routing(Routing.none());
    assertEquals(10, send(300, EMPTY, Instance::id).size());
    assertEquals(10, balancer.snapshot().clientSubset());
  }

  @Test
  void aTierThatIsNoNumberLeavesItsInstanceOut() {
    registry.register(Instance.of("c:80").withMetadata("tier", "first"));
    balancer.routing(Routing.none().priority("tier"));
    assertFalse(send(300, EMPTY, Instance::id).containsKey("c:80"));
    NoInstanceAvailableException none =
        assertThrows(
            NoInstanceAvailableException.class,
            () ->
                balancer.acquire(
                    EMPTY.excluding(List.of("a0:80", "a1:80", "a2:80", "a3:80", "a4:80"))));
    assertEquals(1, none.counts().get(Cause.INVALID_METADATA));
  }
}
