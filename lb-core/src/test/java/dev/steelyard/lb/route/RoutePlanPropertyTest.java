package dev.steelyard.lb.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selectors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** P1 to P5 of Envoy's priority levels, and what holds of every plan. */
class RoutePlanPropertyTest {
  /** What a tier has of each status. */
  record Level(int up, int degraded, int down, int starting) {
    int registered() {
      return up + degraded + down;
    }

    int percent(int part) {
      return part == 0 ? 0 : Math.max(1, Math.min(100, 140 * part / registered()));
    }
  }

  @Provide
  Arbitrary<List<Level>> levels() {
    Arbitrary<Integer> few = Arbitraries.integers().between(0, 12);
    return Combinators.combine(few, few, few, few).as(Level::new).list().ofMinSize(1).ofMaxSize(5);
  }

  private static FleetBuilder fleet(List<Level> levels) {
    FleetBuilder fleet = new FleetBuilder();
    for (int i = 0; i < levels.size(); i++) {
      Level level = levels.get(i);
      fleet.tier(i, level.up, level.degraded, level.down, level.starting);
    }
    return fleet;
  }

  private static Routing routing(double threshold) {
    return Routing.none().priority("tier").panicThreshold(threshold);
  }

  private static int available(List<Level> levels) {
    return Math.min(
        100, levels.stream().mapToInt(l -> l.percent(l.up) + l.percent(l.degraded)).sum());
  }

  @Property
  void p1LoadsSumTo100UnlessNobodyMayServe(
      @ForAll("levels") List<Level> levels, @ForAll @DoubleRange(max = 1) double threshold) {
    GroupPlan group = fleet(levels).group(routing(threshold));
    int sum = group.tiers().stream().mapToInt(tier -> tier.load() + tier.degradedLoad()).sum();
    boolean allPanic = !group.tiers().isEmpty() && group.tiers().stream().allMatch(TierPlan::panic);

    assertEquals(available(levels) > 0 || allPanic ? 100 : 0, sum);
    assertTrue(group.tiers().stream().allMatch(t -> t.load() >= 0 && t.degradedLoad() >= 0));
    assertEquals(sum > 0, group.mayServe());
  }

  @Property
  void p2HealthyCapacityIsExhaustedBeforeDegraded(@ForAll("levels") List<Level> levels) {
    GroupPlan group = fleet(levels).group(routing(0));
    if (group.tiers().stream().anyMatch(tier -> tier.degradedLoad() > 0)) {
      for (TierPlan tier : group.tiers()) {
        Level level = levels.get(tier.tier());
        assertTrue(tier.load() >= level.percent(level.up) * 100 / available(levels));
      }
    }
  }

  @Property
  void p3MoreHealthNeverMeansLessLoadForTheFirstTier(
      @ForAll("levels") List<Level> levels, @ForAll @DoubleRange(max = 1) double threshold) {
    Level first = levels.get(0);
    if (first.down == 0) {
      return;
    }
    List<Level> better = new java.util.ArrayList<>(levels);
    better.set(0, new Level(first.up + 1, first.degraded, first.down - 1, first.starting));
    GroupPlan before = fleet(levels).group(routing(threshold));
    GroupPlan after = fleet(better).group(routing(threshold));
    if (before.tiers().stream().allMatch(TierPlan::panic)
        || after.tiers().stream().allMatch(TierPlan::panic)) {
      return;
    }
    // What floors leave over goes to the first tier, up to 1 percent for each other load.
    int rounding = 2 * levels.size() - 1;
    assertTrue(after.tiers().get(0).load() >= before.tiers().get(0).load() - rounding);
    if (available(levels) == 100) {
      assertTrue(after.tiers().get(0).load() >= before.tiers().get(0).load());
    }
  }

  @Property
  void p4NobodyPanicsWhileAllTogetherSuffice(
      @ForAll("levels") List<Level> levels, @ForAll @DoubleRange(max = 1) double threshold) {
    GroupPlan group = fleet(levels).group(routing(threshold));
    for (TierPlan tier : group.tiers()) {
      assertEquals(
          available(levels) < 100 && tier.healthyShare() < threshold, tier.panic(), tier::toString);
    }
  }

  @Property
  void p5TheFirstTierHasEverythingUntilFewerThan71PercentAreHealthy(
      @ForAll @IntRange(min = 1, max = 200) int size, @ForAll @IntRange(max = 200) int healthy) {
    int up = Math.min(healthy, size);
    GroupPlan group =
        new FleetBuilder().tier(0, up, 0, size - up, 0).tier(1, 200, 0, 0, 0).group(routing(0));

    assertEquals(up * 1.4 / size >= 1 - 1e-12, group.tiers().get(0).load() == 100);
  }

  @Provide
  Arbitrary<List<Member>> members() {
    Arbitrary<Double> weights =
        Arbitraries.oneOf(
            Arbitraries.doubles().between(-323, 308).ofScale(3).map(log -> Math.pow(10, log)),
            Arbitraries.doubles().between(-3, 3).ofScale(6).map(log -> Math.pow(10, log)),
            Arbitraries.of(0.0, 1.0, Double.MIN_VALUE, Double.MAX_VALUE));
    return Combinators.combine(
            Arbitraries.of(InstanceStatus.class),
            weights,
            Arbitraries.of("a", "b", "c", null).injectNull(0.1),
            Arbitraries.of("0", "1", "2", "x"),
            Arbitraries.of("blue", "green", "none"))
        .as(
            (status, weight, zone, tier, color) ->
                new FleetBuilder()
                    .add(1, status, weight, zone, "tier", tier, "color", color)
                    .members
                    .get(0))
        .list()
        .ofMaxSize(40)
        .map(RoutePlanPropertyTest::named);
  }

  private static List<Member> named(List<Member> members) {
    Member[] named = new Member[members.size()];
    Arrays.setAll(
        named,
        i ->
            new Member(
                members.get(i).instance().withId("i" + i),
                members.get(i).status(),
                members.get(i).weight()));
    return List.of(named);
  }

  @Provide
  Arbitrary<Routing> routings() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 255),
            Arbitraries.doubles().between(0, 1).ofScale(3),
            Arbitraries.doubles().between(1, 3).ofScale(3),
            Arbitraries.integers().between(1, 30))
        .as(RoutePlanPropertyTest::routing);
  }

  private static Routing routing(int bits, double share, double factor, int size) {
    Routing routing = Routing.none();
    routing = (bits & 1) != 0 ? routing.zone("a").overprovisioning(factor) : routing;
    routing =
        (bits & 3) == 3
            ? routing.clientZones(Map.of("a", share + 1e-300, "b", 0.5)).zoneMinimum(size)
            : routing;
    routing = (bits & 4) != 0 ? routing.priority("tier").overprovisioning(factor) : routing;
    routing = (bits & 8) != 0 ? routing.panicThreshold(share) : routing;
    routing = (bits & 24) == 24 && share > 0 ? routing.failOnPanic() : routing;
    routing = (bits & 32) != 0 ? routing.clientSubset(size, "me") : routing;
    routing = (bits & 64) != 0 ? routing.subset("color") : routing;
    return (bits & 128) != 0
        ? routing.split("color", Map.of("blue", share, "green", 1e-300))
        : routing;
  }

  @Property(tries = 2_000)
  void whateverTheWeightsSharesSumToOneAndNothingIsNaNOrInfinite(
      @ForAll("members") List<Member> members, @ForAll("routings") Routing routing) {
    RoutePlan plan = RoutePlanner.plan(routing, members);
    for (int i = 0; i < members.size(); i++) {
      assertTrue(plan.weight(i) >= 0 && plan.weight(i) <= Double.MAX_VALUE);
      assertTrue(plan.share(i) >= 0 && plan.share(i) <= 1);
      assertEquals(plan.weight(i) > 0, plan.share(i) > 0);
      assertTrue(plan.zoneFactor(i) >= 0 && plan.zoneFactor(i) <= Double.MAX_VALUE);
      assertTrue(plan.priorityFactor(i) >= 0 && plan.priorityFactor(i) <= Double.MAX_VALUE);
      if (plan.reason(i) != null) {
        assertEquals(0, plan.weight(i));
        assertEquals(0, plan.zoneFactor(i) * plan.priorityFactor(i));
      } else if (plan.weight(i) == 0) {
        assertFalse(members.get(i).isUsable(), "out without a reason");
      }
    }
    for (GroupPlan group : plan.groups()) {
      double shares = Arrays.stream(group.shares).sum();
      double zones = group.zoneShares().values().stream().mapToDouble(share -> share).sum();
      assertEquals(group.mayServe() ? 1 : 0, shares, 1e-9);
      assertEquals(group.mayServe() ? 1 : 0, zones, 1e-9);
    }
    FleetBuilder fleet = new FleetBuilder();
    fleet.members.addAll(members);
    RoutePickers.prepare(
        plan, Selectors.roundRobin(), fleet.endpoints(), RandomSource.seeded(1), null);
  }

  @Property
  void theFactorsMultiplyToThePlannedShares(
      @ForAll("levels") List<Level> levels,
      @ForAll @DoubleRange(max = 1) double threshold,
      @ForAll @IntRange(max = 2) int kind) {
    FleetBuilder fleet = new FleetBuilder();
    for (int i = 0; i < levels.size(); i++) {
      String[] tier = {"tier", String.valueOf(i)};
      fleet
          .add(levels.get(i).up, InstanceStatus.UP, 1 + i, i % 2 == 0 ? "a" : "b", tier)
          .add(levels.get(i).degraded, InstanceStatus.DEGRADED, 3, "b", tier)
          .add(levels.get(i).down, InstanceStatus.DOWN, 2, "a", tier)
          .add(levels.get(i).starting, InstanceStatus.UP, 0.5, null, tier);
    }
    Routing routing = Routing.none().panicThreshold(threshold);
    routing = kind == 0 ? routing : routing.zone("a");
    routing = kind == 1 ? routing : routing.priority("tier");
    RoutePlan plan = fleet.plan(routing);
    double[] products = new double[plan.size()];
    for (int i = 0; i < products.length; i++) {
      Member member = fleet.members.get(i);
      double health = plan.isPanicking(i) ? 1 : member.status().weightFactor();
      products[i] = member.weight() * health * plan.zoneFactor(i) * plan.priorityFactor(i);
    }
    double sum = Arrays.stream(products).sum();
    double unrouted = 0;
    for (int i = 0; i < products.length; i++) {
      assertEquals(sum == 0 ? 0 : products[i] / sum, plan.share(i), 1e-9);
      assertEquals(plan.weight(i), products[i], 1e-9 * sum);
      unrouted += plan.weight(i);
    }
    assertEquals(sum, unrouted, 1e-9 * sum, "factors shift weight, they add none");
  }

  @Property
  void aHealthierLocalZoneNeverHasASmallerShare(
      @ForAll @IntRange(min = 1, max = 30) int local,
      @ForAll @IntRange(min = 1, max = 30) int remote,
      @ForAll @DoubleRange(min = 1, max = 5) double factor) {
    double last = 0;
    for (int up = 0; up <= local; up++) {
      double share =
          new FleetBuilder()
              .up(up, "a")
              .down(local - up, "a")
              .up(remote, "b")
              .zoneShare(Routing.none().zone("a").overprovisioning(factor), "a");
      assertTrue(share >= last && share >= up / (double) (up + remote) - 1e-12);
      last = share;
    }
    assertEquals(1, last);
  }
}
