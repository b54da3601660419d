package dev.steelyard.lb.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Routing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutePlanTest {
  private static final Routing ZONE_A = Routing.none().zone("a");
  private static final Routing TIERS = Routing.none().priority("tier");

  private static ZonePreference preference(GroupPlan group) {
    return group.tiers().get(0).zonePreference();
  }

  @Test
  void withoutRoutingWeightsStayAsTheyAre() {
    RoutePlan plan =
        new FleetBuilder()
            .add(2, InstanceStatus.UP, 3, "a")
            .add(1, InstanceStatus.DEGRADED, 8, "b")
            .add(1, InstanceStatus.DOWN, 1, null)
            .plan(Routing.none());

    assertEquals(3, plan.weight(0));
    assertEquals(2, plan.weight(2));
    assertEquals(0, plan.weight(3));
    assertEquals(0.375, plan.share(0), 1e-12);
    for (int i = 0; i < plan.size(); i++) {
      assertEquals(1, plan.zoneFactor(i));
      assertEquals(1, plan.priorityFactor(i));
      assertNull(plan.reason(i));
      assertFalse(plan.isPanicking(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"10,1.0", "8,1.0", "7,0.98", "5,0.7", "1,0.14", "0,0.0"})
  void theLocalZoneHasWhatItsHealthAllowsAndTheRestSpillsOver(int healthy, double expected) {
    // spring-cloud-commons#1185: all or nothing; and netflix#1072, #3371.
    FleetBuilder fleet =
        new FleetBuilder().up(healthy, "a").down(10 - healthy, "a").up(40, "b").up(20, "c");
    GroupPlan group = fleet.group(ZONE_A);
    double local = Math.max(expected, healthy / (healthy + 60.0));

    assertEquals(local, fleet.zoneShare(ZONE_A, "a"), 1e-9);
    assertEquals((1 - local) * 2 / 3, fleet.zoneShare(ZONE_A, "b"), 1e-9);
    assertEquals((1 - local) / 3, fleet.zoneShare(ZONE_A, "c"), 1e-9);
    assertEquals(
        healthy == 0 ? ZonePreference.NOTHING_LOCAL : ZonePreference.LOCAL, preference(group));
  }

  @Test
  void aPreferredZoneNeverHasLessThanWithoutThePreference() {
    FleetBuilder fleet = new FleetBuilder().up(1, "a").down(9, "a").up(1, "b");

    assertEquals(0.5, fleet.zoneShare(ZONE_A, "a"), 1e-12, "1.4 / 10 would leave b overloaded");
  }

  @Test
  void exactlyEnoughHealthKeepsAllRequestsLocal() {
    for (int size = 2; size <= 30; size++) {
      for (int up = 1; up < size; up++) {
        // Rounded, the product is an ulp below 1 for some of these.
        Routing routing = ZONE_A.overprovisioning((double) size / up);
        GroupPlan group =
            new FleetBuilder().up(up, "a").down(size - up, "a").up(5, "b").group(routing);

        assertEquals(Map.of("a", 1.0), group.zoneShares(), up + " of " + size);
      }
    }
  }

  @Test
  void aPreferenceHoldsInASmallFleetToo() {
    // dubbo#9673, dubbo#6529: the zone preference was ignored, and nothing said so.
    // envoy#38561, #37275: nothing happened below six hosts.
    FleetBuilder fleet = new FleetBuilder().up(1, "a").up(1, "b");
    RoutePlan plan = fleet.plan(ZONE_A);

    assertEquals(ZonePreference.LOCAL, preference(plan.groups().get(0)));
    assertEquals(Map.of("a", 1.0), plan.groups().get(0).zoneShares());
    assertEquals(2, plan.zoneFactor(0));
    assertEquals(0, plan.zoneFactor(1));
    assertEquals(Reason.STANDBY, plan.reason(1));
  }

  @Test
  void aPreferenceThatDoesNotHoldSaysWhy() {
    // dubbo#9673 and envoy#38561: opaque.
    Routing byClients = ZONE_A.clientZones(Map.of("a", 1.0, "b", 1.0));
    FleetBuilder small = new FleetBuilder().up(2, "a").up(3, "b");
    FleetBuilder elsewhere = new FleetBuilder().up(9, "b").up(1, null);
    FleetBuilder ill = new FleetBuilder().up(1, "a").down(9, "a").up(1, "b");

    assertEquals(ZonePreference.OFF, preference(small.group(Routing.none())));
    assertEquals(ZonePreference.TOO_FEW_INSTANCES, preference(small.group(byClients)));
    assertEquals(ZonePreference.BY_CLIENTS, preference(small.group(byClients.zoneMinimum(5))));
    assertEquals(ZonePreference.NOTHING_LOCAL, preference(elsewhere.group(ZONE_A)));
    assertEquals(ZonePreference.NOTHING_LOCAL, preference(elsewhere.group(byClients)));
    assertEquals(ZonePreference.PANIC, preference(ill.group(ZONE_A.panicThreshold(0.5))));
  }

  @Test
  void instancesWithoutAZoneAreSomewhereElse() {
    FleetBuilder fleet = new FleetBuilder().up(1, "a").down(1, "a").up(2, null).up(2, "b");

    assertEquals(Map.of("a", 0.7, "", 0.15, "b", 0.15), rounded(fleet.group(ZONE_A).zoneShares()));
  }

  private static Map<String, Double> rounded(Map<String, Double> shares) {
    Map<String, Double> copy = new java.util.HashMap<>(shares);
    copy.replaceAll((zone, share) -> Math.round(share * 1e9) / 1e9);
    return copy;
  }

  @Test
  void theZonesWithCapacityToSpareTakeWhatTheLocalOneCannot() {
    FleetBuilder fleet = new FleetBuilder().up(2, "a").up(4, "b").up(4, "c");
    Routing routing = ZONE_A.clientZones(Map.of("a", 5.0, "b", 2.0, "c", 3.0));

    // a has 0.2 of the capacity and 0.5 of the clients; b has 0.2 to spare, c 0.1.
    assertEquals(Map.of("a", 0.4, "b", 0.4, "c", 0.2), rounded(fleet.group(routing).zoneShares()));
  }

  @Test
  void tiersFailOverGradually() {
    FleetBuilder fleet = new FleetBuilder().tier(0, 2, 0, 2, 0).tier(1, 4, 0, 0, 0);
    RoutePlan plan = fleet.plan(TIERS);

    assertEquals(0.35, plan.share(0), 1e-12);
    assertEquals(0.075, plan.share(4), 1e-12);
    assertEquals(2.1, plan.priorityFactor(0), 1e-12, "0.7 of the requests at a third");
    assertEquals(0.45, plan.priorityFactor(4), 1e-12);
    assertNull(plan.reason(2), "it is DOWN: that is not routing's doing");
  }

  @Test
  void aTierWithoutLoadStandsBy() {
    RoutePlan plan = new FleetBuilder().tier(0, 4, 0, 1, 0).tier(7, 2, 1, 1, 0).plan(TIERS);

    for (int i = 5; i < 8; i++) {
      assertEquals(Reason.STANDBY, plan.reason(i));
      assertEquals(0, plan.weight(i));
      assertEquals(0, plan.priorityFactor(i));
    }
    assertNull(plan.reason(8));
    assertEquals(List.of(0, 7), plan.groups().get(0).tiers().stream().map(TierPlan::tier).toList());
  }

  @Test
  void oneHealthyInstanceOfManyIsUsed() {
    // By Envoy's integers 1.4 * 1 / 200 is 0 percent, and nobody would serve.
    RoutePlan plan = new FleetBuilder().tier(0, 1, 0, 199, 0).tier(1, 0, 0, 5, 0).plan(TIERS);

    assertEquals(1, plan.share(0));
    assertEquals(100, plan.groups().get(0).tiers().get(0).load());
  }

  @Test
  void withinATierTheLocalZoneIsPreferred() {
    FleetBuilder fleet =
        new FleetBuilder()
            .up(1, "b", "tier", "0")
            .down(1, "b", "tier", "0")
            .up(1, "a", "tier", "1")
            .up(1, "b", "tier", "1");
    RoutePlan plan = fleet.plan(ZONE_A.priority("tier"));

    assertEquals(0.7, plan.share(0), 1e-12, "the tier comes first");
    assertEquals(0.3, plan.share(2), 1e-12);
    assertEquals(0, plan.share(3));
    assertEquals(0.7, plan.groups().get(0).zoneShares().get("b"), 1e-12);
    assertEquals(Reason.STANDBY, plan.reason(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "-1", "128", "1.0", "99999999999"})
  void aTierThatMakesNoSenseLeavesItsInstanceOutAndIsNamed(String tier) {
    FleetBuilder fleet = new FleetBuilder().up(2, null).up(1, null, "tier", tier);
    RoutePlan plan = fleet.plan(TIERS);

    assertEquals(Reason.INVALID_TIER, plan.reason(2));
    assertEquals(0, plan.weight(2));
    assertEquals(0.5, plan.share(0), "the others go on");
    String message =
        "metadata tier of instance host-2:80: \""
            + tier
            + "\" (expected: absent or an integer, 0..127)";
    assertEquals(List.of(message), plan.faults());
    assertEquals(
        message,
        assertThrows(
                IllegalArgumentException.class,
                () -> RoutePlanner.check(TIERS, fleet.members.get(2).instance()))
            .getMessage());
    RoutePlanner.check(TIERS, fleet.members.get(0).instance());
    RoutePlanner.check(Routing.none(), fleet.members.get(2).instance());
  }

  @Test
  void panicUsesEverybodyAndSaysSo() {
    // envoy#2671, envoy#12997: ejected hosts got traffic, and it looked like a bug.
    FleetBuilder fleet =
        new FleetBuilder()
            .up(1, null)
            .degraded(1, null)
            .down(3, null)
            .add(4, InstanceStatus.STARTING, 1, null)
            .add(4, InstanceStatus.DRAINING, 1, null)
            .add(4, InstanceStatus.MAINTENANCE, 1, null)
            .add(4, InstanceStatus.UP, 0, null);
    RoutePlan plan = fleet.plan(Routing.none().panicThreshold(0.5));
    TierPlan tier = plan.groups().get(0).tiers().get(0);

    assertTrue(tier.panic());
    assertEquals(0.4, tier.healthyShare());
    for (int i = 0; i < plan.size(); i++) {
      assertEquals(i < 5, plan.isPanicking(i));
      assertEquals(i < 5 ? 1 : 0, plan.weight(i), "the same for all, DEGRADED or DOWN");
    }
  }

  @Test
  void atTheThresholdThereIsNoPanicYet() {
    for (int percent = 1; percent <= 100; percent++) {
      Routing routing = Routing.none().panicThreshold(percent / 100.0);
      FleetBuilder at = new FleetBuilder().up(percent, null).down(100 - percent, null);
      FleetBuilder below = new FleetBuilder().up(percent - 1, null).down(101 - percent, null);

      assertFalse(at.group(routing).tiers().get(0).panic());
      assertTrue(below.group(routing).tiers().get(0).panic());
    }
  }

  @Test
  void whoFailsOnPanicRefusesAndSaysSo() {
    // envoy#28304, envoy#14968: fail instead, please.
    FleetBuilder fleet = new FleetBuilder().up(1, null).degraded(1, null).down(3, null);
    RoutePlan plan = fleet.plan(Routing.none().panicThreshold(0.5).failOnPanic());

    assertTrue(plan.groups().get(0).tiers().get(0).panic());
    assertEquals(Map.of(), plan.groups().get(0).zoneShares());
    for (int i = 0; i < 5; i++) {
      assertEquals(0, plan.weight(i));
      assertFalse(plan.isPanicking(i));
      assertEquals(i < 2 ? Reason.PANIC_REFUSED : null, plan.reason(i));
    }
  }

  @Test
  void aTierThatPanicsAloneIsUsedWholeOrLeftToTheOthers() {
    FleetBuilder fleet = new FleetBuilder().tier(0, 1, 0, 19, 0).tier(1, 13, 0, 7, 0);
    Routing routing = TIERS.panicThreshold(0.5);
    RoutePlan plan = fleet.plan(routing);

    assertEquals(List.of(true, false), panics(plan));
    assertTrue(plan.isPanicking(0) && plan.isPanicking(19) && !plan.isPanicking(20));
    assertEquals(0.08 / 20, plan.share(19), 1e-12);
    assertEquals(0.92 / 13, plan.share(20), 1e-12);
    RoutePlan failing = fleet.plan(routing.failOnPanic());
    assertEquals(Reason.PANIC_REFUSED, failing.reason(0));
    assertEquals(0, failing.groups().get(0).tiers().get(0).load());
    assertEquals(92, failing.groups().get(0).tiers().get(1).load());
    assertEquals(1.0 / 13, failing.share(20), 1e-12);
  }

  private static List<Boolean> panics(RoutePlan plan) {
    return plan.groups().get(0).tiers().stream().map(TierPlan::panic).toList();
  }

  @Test
  void sidesOfASplitArePlannedByThemselves() {
    // The only canary is in the other zone: a zone preference over all would silence it.
    FleetBuilder fleet =
        new FleetBuilder().up(4, "a", "v", "1").up(2, "b", "v", "1").up(1, "b", "v", "2");
    RoutePlan plan = fleet.plan(ZONE_A.split("v", Map.of("1", 9.0, "2", 1.0)));

    assertEquals(List.of("1", "2"), plan.groups().stream().map(GroupPlan::splitValue).toList());
    assertEquals(Reason.STANDBY, plan.reason(4));
    assertTrue(plan.weight(6) > 0);
    assertEquals(1, plan.share(6), "of its side");
  }

  @Test
  void whoIsOnNoSideOfASplitSaysSo() {
    FleetBuilder fleet =
        new FleetBuilder()
            .up(1, null, "v", "1")
            .up(1, null, "v", "2")
            .up(1, null, "v", "3")
            .up(1, null);
    RoutePlan plan = fleet.plan(Routing.none().split("v", Map.of("1", 1.0, "2", 0.0)));

    assertTrue(plan.weight(0) > 0);
    for (int i = 1; i < 4; i++) {
      assertEquals(Reason.NOT_IN_SPLIT, plan.reason(i));
      assertEquals(0, plan.weight(i));
      assertEquals(0, plan.priorityFactor(i));
    }
  }

  @Test
  void anInstanceThatOnlyItsSubsetUsesHasTheFactorsOfTheSubset() {
    FleetBuilder fleet =
        new FleetBuilder().up(3, "a", "v", "1").up(1, "b", "v", "2").up(1, "b", "x", "y");
    RoutePlan plan = fleet.plan(ZONE_A.subset("v"));

    assertEquals(1, plan.share(3), "of its subset");
    assertNull(plan.reason(3));
    assertEquals(Reason.STANDBY, plan.reason(4));
    assertEquals(Reason.IN_NO_SUBSET, fleet.plan(ZONE_A.subset("v").noSubsetFallback()).reason(4));
    RoutePlan other = fleet.plan(ZONE_A.subset("v").subsetFallback(Map.of("v", "1")));
    assertEquals(Reason.IN_NO_SUBSET, other.reason(4));
    assertNull(other.reason(3));
  }
}
