package dev.steelyard.lb.route;

import static dev.steelyard.lb.testing.Vectors.get;
import static dev.steelyard.lb.testing.Vectors.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.testing.Vectors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases of Envoy's and gRPC's tests, by id. Which are not followed, and why, is said in
 * docs/conformance.md. Skipped unless {@code -Dsteelyard.shared=DIR} names the directory that has
 * them.
 */
@Timeout(60)
@SuppressWarnings("unchecked")
class RoutingVectorsTest {

  private static int integer(Object number) {
    return (int) (double) (Double) number;
  }

  private static Routing tiers(Map<String, Object> input) {
    Routing routing =
        Routing.none()
            .priority("tier")
            .overprovisioning((Double) input.get("overprovisioning_percent") / 100);
    Object threshold = input.get("panic_threshold_percent");
    return threshold == null ? routing : routing.panicThreshold((Double) threshold / 100);
  }

  private static List<Double> loads(GroupPlan plan) {
    return plan.tiers().stream().map(tier -> (double) tier.load()).toList();
  }

  private static List<Double> degradedLoads(GroupPlan plan) {
    return plan.tiers().stream().map(tier -> (double) tier.degradedLoad()).toList();
  }

  private static List<Boolean> panics(GroupPlan plan) {
    return plan.tiers().stream().map(TierPlan::panic).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "opf140",
        "opf100",
        "all-healthy",
        "half-half",
        "quarter-full",
        "quarter-quarter",
        "three-half",
        "three-35-65",
        "three-fifth-panic",
        "only-third-healthy",
        "third-80",
        "third-40-panic",
        "healthy-before-degraded",
        "rounding-first",
        "degraded-rounding",
        "degraded-panic",
        "two-down",
        "two-down-uneven",
        "third-appears"
      })
  void envoyLoadsOfPriorityLevels(String id) throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", id);
    GroupPlan plan = levels(vector).group(tiers(get(vector, "input")));

    assertEquals(get(vector, "expected", "healthy_load"), loads(plan));
    assertEquals(get(vector, "expected", "degraded_load"), degradedLoads(plan));
    assertEquals(get(vector, "expected", "panic"), panics(plan));
  }

  private static FleetBuilder levels(Map<String, Object> vector) {
    FleetBuilder fleet = new FleetBuilder();
    List<List<Double>> levels = get(vector, "input", "levels_total_healthy_degraded_excluded");
    for (int i = 0; i < levels.size(); i++) {
      List<Double> level = levels.get(i);
      int down = integer(level.get(0) - level.get(1) - level.get(2) - level.get(3));
      fleet.tier(i, integer(level.get(1)), integer(level.get(2)), down, integer(level.get(3)));
    }
    return fleet;
  }

  @Test
  void whatIsExcludedDoesNotCountInTotalPanicUnlikeWithEnvoy() throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", "total-panic-counts-excluded");
    GroupPlan plan = levels(vector).group(tiers(get(vector, "input")));

    assertEquals(List.of(true, true), panics(plan));
    assertEquals(List.of(43.0, 57.0), loads(plan), "of 3 and 4, not of 4 and 6");
  }

  @Test
  void envoyWeightedPriorityHealthExcluded() throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", "weighted-health-excluded");
    FleetBuilder fleet = new FleetBuilder();
    addWeights(fleet, 0, get(vector, "input", "p0_weights"));
    fleet.up(1, null, "tier", "1");

    assertEquals(
        get(vector, "expected", "healthy_load"), loads(fleet.group(tiers(get(vector, "input")))));
  }

  @Test
  void envoyWeightedPriorityHealthDegraded() throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", "weighted-health-degraded");
    FleetBuilder fleet = new FleetBuilder();
    addWeights(fleet, 0, get(vector, "input", "p0_weights"));
    addWeights(fleet, 1, get(vector, "input", "p1_weights"));
    GroupPlan plan = fleet.group(tiers(get(vector, "input")));

    assertEquals(get(vector, "expected", "healthy_load"), loads(plan));
    assertEquals(get(vector, "expected", "degraded_load"), degradedLoads(plan));
  }

  private static void addWeights(
      FleetBuilder fleet, int tier, Map<String, List<Double>> weightsByClass) {
    Map<String, InstanceStatus> statuses =
        Map.of(
            "healthy", InstanceStatus.UP,
            "degraded", InstanceStatus.DEGRADED,
            "unhealthy", InstanceStatus.DOWN,
            "excluded", InstanceStatus.STARTING);
    weightsByClass.forEach(
        (name, weights) ->
            weights.forEach(
                weight ->
                    fleet.add(1, statuses.get(name), weight, null, "tier", String.valueOf(tier))));
  }

  @Test
  void envoyFailTrafficOnPanic() throws Exception {
    assertEquals("2 of 6", get(vector("priority_panic.json", "panic-fail"), "input", "healthy"));
    FleetBuilder fleet = new FleetBuilder().up(2, null).down(4, null);

    assertNull(FleetBuilder.pick(fleet.picker(Routing.none().panicThreshold(0.5).failOnPanic())));
  }

  @Test
  void envoyTablesOfTwoLevels() throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", "docs-two-level");
    for (Map<String, Object> row : (List<Map<String, Object>>) vector.get("expected")) {
      GroupPlan plan = percent(row).group(Routing.none().priority("tier").panicThreshold(0.5));

      assertEquals(row.get("load"), loads(plan), row::toString);
      assertEquals(row.getOrDefault("panic", List.of(false, false)), panics(plan), row::toString);
    }
  }

  @Test
  void envoyCodeRatherThanItsTables() throws Exception {
    Map<String, Object> vector = vector("priority_panic.json", "docs-vs-code");
    List<Map<String, Object>> rows = get(vector, "expected");
    Routing routing = Routing.none().priority("tier").panicThreshold(0.5);
    GroupPlan two = percent(rows.get(0)).group(routing);

    assertEquals(rows.get(0).get("code_model"), loads(two));
    assertEquals(rows.get(0).get("panic"), panics(two));
    assertEquals(List.of(34.0, 33.0, 33.0), loads(percent(rows.get(1)).group(routing)));
  }

  private static FleetBuilder percent(Map<String, Object> row) {
    FleetBuilder fleet = new FleetBuilder();
    List<Double> percents = get(row, "healthy_pct");
    for (int i = 0; i < percents.size(); i++) {
      fleet.tier(i, integer(percents.get(i)), 0, 100 - integer(percents.get(i)), 0);
    }
    return fleet;
  }

  /** Zone X beside a much larger zone Y, so that nothing but its health limits its share. */
  private static double shareOfLocal(int up, int down, double overprovisioning) {
    return new FleetBuilder()
        .up(up, "X")
        .down(down, "X")
        .add(1, InstanceStatus.UP, 1e6, "Y")
        .zoneShare(Routing.none().zone("X").overprovisioning(overprovisioning), "X");
  }

  @Test
  void envoyLocalityFailoverCurve() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "locality-failover");
    for (Map<String, Object> row : (List<Map<String, Object>>) vector.get("expected")) {
      int up = integer(row.get("healthy0"));
      double effective = shareOfLocal(up, 5 - up, 1.4);
      double expected = ((List<Double>) row.get("counts")).get(0);
      assertEquals(expected, 100 * effective / (effective + 2), 1, row::toString);
    }
  }

  @Test
  void envoyLocalityTableOfTheDocumentation() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "docs-locality-table");
    for (Map<String, Object> row : (List<Map<String, Object>>) vector.get("expected")) {
      int up = integer(row.get("X_healthy_pct"));
      double effective = shareOfLocal(up, 100 - up, 1.4);
      double expected = ((List<Double>) row.get("share")).get(0);
      assertEquals(expected, 100 * effective / (effective + 2), 1, row::toString);
    }
  }

  @Test
  void envoyLocalityOverprovisioning() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "locality-opf");
    for (Map<String, Object> row : (List<Map<String, Object>>) vector.get("expected")) {
      double effective = shareOfLocal(1, 1, (Double) row.get("opf") / 100);
      double expected = ((List<Double>) row.get("counts")).get(0);
      assertEquals(expected, 100 * effective / (effective + 1), 1, row::toString);
    }
  }

  @Test
  void envoyLocalityOfWeightZeroIsNotUsed() throws Exception {
    assertEquals(
        "null", get(vector("locality_zone.json", "locality-all-zero"), "expected", "pick"));
    FleetBuilder fleet =
        new FleetBuilder().add(1, InstanceStatus.UP, 0, "X").add(1, InstanceStatus.UP, 0, "Y");

    assertNull(FleetBuilder.pick(fleet.picker(Routing.none().zone("X"))));
  }

  /** Envoy counts in 1/10000, cut off. */
  private static void assertShares(Map<String, Double> expected, GroupPlan plan) {
    assertEquals(expected.keySet(), plan.zoneShares().keySet());
    expected.forEach((zone, share) -> assertEquals(share, plan.zoneShares().get(zone), 3e-4));
  }

  @Test
  void envoyZonesOfDifferentSize() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-different-size");
    // Half of the clients are in A, a third of the capacity; C has capacity and no clients.
    GroupPlan plan =
        new FleetBuilder()
            .up(2, "A")
            .up(2, "B")
            .up(2, "C")
            .group(Routing.none().zone("A").clientZones(Map.of("A", 1.0, "B", 1.0)));

    double local = (Double) get(vector, "expected", "local_if_r_lt") / 10_000;
    assertShares(Map.of("A", local, "C", 1 - local), plan);
  }

  @Test
  void envoyNoMatchingZones() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-no-match");
    FleetBuilder fleet = zones(get(vector, "input", "upstream_hosts"));
    GroupPlan plan =
        fleet.group(
            Routing.none()
                .zone("A")
                .clientZones(get(vector, "input", "local_hosts"))
                .zoneMinimum(1));

    assertShares(draws(get(vector, "expected", "second_draw")), plan);
    assertEquals(ZonePreference.NOTHING_LOCAL, plan.tiers().get(0).zonePreference());
  }

  @Test
  void envoyEmptyLocalities() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-empty-localities");
    FleetBuilder fleet = zones(get(vector, "input", "upstream_hosts"));
    Map<String, Double> clients = get(vector, "input", "local_hosts");
    String local = get(vector, "input", "local_zone");

    assertShares(
        draws(get(vector, "expected", "second_draw")),
        fleet.group(Routing.none().zone(local).clientZones(clients)));
  }

  private static FleetBuilder zones(Map<String, Double> hosts) {
    FleetBuilder fleet = new FleetBuilder();
    hosts.forEach((zone, count) -> fleet.up(integer(count), zone));
    return fleet;
  }

  private static Map<String, Double> draws(Map<String, List<Double>> ranges) {
    Map<String, Double> shares = new HashMap<>();
    ranges.forEach((zone, range) -> shares.put(zone, range.get(1) - range.get(0) + 1));
    double sum = shares.values().stream().mapToDouble(share -> share).sum();
    shares.replaceAll((zone, share) -> share / sum);
    return shares;
  }

  @Test
  void envoySmallCluster() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-small-cluster");
    assertEquals(
        Routing.DEFAULT_ZONE_MINIMUM, integer(get(vector, "input", "min_cluster_size_default")));
    int healthy = integer(get(vector, "input", "healthy_upstream"));
    GroupPlan plan =
        new FleetBuilder()
            .up(healthy - 1, "A")
            .up(1, "B")
            .group(Routing.none().zone("A").clientZones(Map.of("A", 1.0, "B", 9.0)));

    assertEquals(ZonePreference.TOO_FEW_INSTANCES, plan.tiers().get(0).zonePreference());
    assertEquals(1.0 / healthy, plan.zoneShares().get("B"), 1e-9);
  }

  @Test
  void sharesAreNotRoundedUnlikeWithEnvoy() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-low-precision");
    List<Double> upstream = get(vector, "input", "upstream");
    List<Double> local = get(vector, "input", "local");
    Map<String, Double> clients = Map.of("A", local.get(0), "B", local.get(1));
    FleetBuilder fleet =
        new FleetBuilder()
            .add(1, InstanceStatus.UP, upstream.get(0), "A")
            .add(1, InstanceStatus.UP, upstream.get(1), "B");

    Routing inA = Routing.none().zone("A").clientZones(clients).zoneMinimum(1);
    assertEquals(Map.of("A", 1.0), fleet.group(inA).zoneShares());
    Routing inB = Routing.none().zone("B").clientZones(clients).zoneMinimum(1);
    assertEquals(1 - 1.0 / 55_001, fleet.zoneShare(inB, "B"), 1e-9);
  }

  @Test
  void envoyDefaults() throws Exception {
    Map<String, Object> vector = vector("locality_zone.json", "zone-defaults");
    assertEquals(
        integer(get(vector, "expected", "min_cluster_size")), Routing.none().zoneMinimum());
    assertEquals(get(vector, "expected", "fail_traffic_on_panic"), Routing.none().failsOnPanic());
  }

  @Test
  void grpcSubsetOfFewInstancesIsAllOfThem() throws Exception {
    Map<String, Object> vector = vector("subsetting.json", "a68-k-ge-n");
    int size = integer(get(vector, "input", "k"));
    for (Double n : (List<Double>) get(vector, "input", "n")) {
      RoutePlan plan =
          new FleetBuilder().up(integer(n), null).plan(Routing.none().clientSubset(size, "me"));
      assertEquals(integer(n), plan.clientSubsetSize());
    }
  }

  @Test
  void grpcMostConnectionsPerServer() throws Exception {
    Map<String, Object> vector = vector("subsetting.json", "a68-max-connections");
    for (List<Double> row : (List<List<Double>>) get(vector, "expected")) {
      int[] connections =
          ClientSubsetTest.connections(
              integer(row.get(0)), integer(row.get(1)), integer(row.get(2)));
      int most = java.util.Arrays.stream(connections).max().orElseThrow();
      assertTrue(most <= row.get(3), () -> row + " gave " + most);
    }
  }

  @Test
  void envoyTableOfSubsets() throws Exception {
    Map<String, Object> vector = vector("subset_match.json", "docs-subsets");
    FleetBuilder fleet = new FleetBuilder();
    Map<String, String> nameById = new TreeMap<>();
    Map<String, Map<String, String>> hosts = get(vector, "input", "hosts");
    hosts.forEach(
        (name, data) -> {
          fleet.up(1, null, "v", data.get("v"), "stage", data.get("stage"));
          nameById.put("host-" + nameById.size() + ":80", name);
        });
    Routing routing =
        Routing.none()
            .subset("v", "stage")
            .strictSubset("stage")
            .subsetFallback(Map.of("stage", "prod"));
    Picker picker = fleet.picker(routing);
    List<Map<String, Object>> rows = get(vector, "expected");
    assertFalse(rows.isEmpty());
    for (Map<String, Object> row : rows) {
      RequestContext request = RequestContext.empty();
      Map<String, String> match = get(row, "match");
      for (Map.Entry<String, String> hint : match.entrySet()) {
        request = request.withHint(hint.getKey(), hint.getValue());
      }
      List<String> picked = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        Endpoint endpoint = FleetBuilder.pick(picker, request);
        if (endpoint != null) {
          picked.add(nameById.get(endpoint.instance().id()));
        }
      }
      assertEquals(row.get("hosts"), List.copyOf(new TreeSet<>(picked)), row::toString);
    }
  }

  @Test
  void envoyMergeOfCriteriaIsWhatHintsDo() throws Exception {
    Map<String, Object> vector = vector("subset_match.json", "docs-merge");
    for (Map<String, Object> row : (List<Map<String, Object>>) vector.get("expected")) {
      RequestContext request = RequestContext.empty();
      for (String layer : List.of("route", "cluster")) {
        for (var hint : Vectors.<Map<String, String>>get(row, layer).entrySet()) {
          request = request.withHint(hint.getKey(), hint.getValue());
        }
      }
      assertEquals(row.get("final"), request.hints());
    }
  }
}
