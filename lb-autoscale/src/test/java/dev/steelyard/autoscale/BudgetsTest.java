package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.InstanceType;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Flap budget, downstream budgets, replacement, confidence. */
class BudgetsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static ScalingPolicy.Builder wishing(int wish) {
    return ScalingPolicy.builder()
        .bounds(1, 100)
        .rule(Wish.of(wish))
        .scaleDown(DirectionLimits.none());
  }

  private static ScalingMetrics at(long second, int instances) {
    return ScalingMetrics.at(NOON.plusSeconds(second)).instances(instances).build();
  }

  // Flap budget: kubernetes/enhancements#883

  private static final ScalingState TURNED_ONCE =
      ScalingState.initial().scaled(NOON, 4, 6).scaled(NOON.plusSeconds(100), 6, 5);

  @Test
  void theChangeOfDirectionThatExceedsTheBudgetDoesNotHappen() {
    ScalingState up = ScalingState.initial().scaled(NOON, 4, 6);
    ScalingPolicy none = wishing(2).flapBudget(FlapBudget.of(0, Duration.ofMinutes(10))).build();
    ScalingDecision held = none.decide(up, at(599, 6));
    assertEquals(6, held.desired());
    assertTrue(held.reasons().contains(ScalingReason.RATE_LIMIT));
    assertEquals(Optional.of(NOON.plusSeconds(600)), held.lookAgain());
    assertEquals(2, none.decide(up, at(600, 6)).desired());
    ScalingPolicy one = wishing(2).flapBudget(FlapBudget.of(1, Duration.ofMinutes(10))).build();
    assertEquals(2, one.decide(up, at(599, 6)).desired());
  }

  @Test
  void goingOnInTheSameDirectionCostsNoBudget() {
    ScalingPolicy none = wishing(2).flapBudget(FlapBudget.of(0, Duration.ofMinutes(10))).build();
    assertEquals(2, none.decide(TURNED_ONCE, at(200, 5)).desired());
  }

  @Test
  void aSpentBudgetNeverKeepsInstancesAwayUnlessToldTo() {
    FlapBudget budget = FlapBudget.of(1, Duration.ofMinutes(10));
    ScalingPolicy safe = wishing(9).flapBudget(budget).build();
    assertEquals(9, safe.decide(TURNED_ONCE, at(200, 5)).desired());
    ScalingPolicy strict = wishing(9).flapBudget(budget.blockingScaleUp()).build();
    ScalingDecision held = strict.decide(TURNED_ONCE, at(200, 5));
    assertEquals(5, held.desired());
    assertEquals(Optional.of(NOON.plusSeconds(600)), held.lookAgain());
    assertEquals(9, strict.decide(TURNED_ONCE, at(600, 5)).desired());
    ScalingPolicy critical =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Wish.critical(9))
            .flapBudget(budget.blockingScaleUp())
            .build();
    assertEquals(9, critical.decide(TURNED_ONCE, at(200, 5)).desired());
  }

  // Downstream budgets: cloudfoundry/app-autoscaler#734, mdn/mdn-http-observatory#386

  private static final DownstreamBudget DB =
      DownstreamBudget.of("db-main", "connections", 100).reserve(10).perInstance(20);

  @Test
  void aFleetDoesNotOutgrowItsDatabase() {
    ScalingDecision decision =
        wishing(9).downstream(DB.surge(1)).build().decide(ScalingState.initial(), at(0, 2));
    assertEquals(3, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.CEILING));
    assertTrue(
        decision
            .explain()
            .contains("db-main: 100 connections, 10 reserved, 20 per instance -> 3 (+1 surge)"),
        decision::explain);
    assertTrue(
        decision.explain().contains("db-main: 210 connections would not bind at 9"),
        decision::explain);
  }

  @Test
  void theCeilingIsTheLargestThatFitsWithItsSurge() {
    for (int allowed = 1; allowed < 200; allowed++) {
      for (int percent : new int[] {0, 1, 25, 33, 50, 100}) {
        DownstreamBudget budget =
            DownstreamBudget.of("db", "connections", allowed).perInstance(3).surgePercent(percent);
        int n = budget.ceiling();
        assertTrue((n + budget.surgeOf(n)) * 3 <= allowed);
        assertTrue((n + 1 + budget.surgeOf(n + 1)) * 3 > allowed, budget::toString);
      }
    }
  }

  @Test
  void theNarrowestOfSeveralCounts() {
    ScalingPolicy policy =
        wishing(50)
            .downstream(DB)
            .downstream(DownstreamBudget.of("topic", "partitions", 12))
            .downstream(DownstreamBudget.of("mail", "licences", 3))
            .build();
    assertEquals(3, policy.decide(ScalingState.initial(), at(0, 1)).desired());
  }

  @Test
  void theCeilingHoldsForEmergenciesAndForNumbersSetByHand() {
    ScalingPolicy policy =
        ScalingPolicy.builder().bounds(1, 50).rule(Wish.critical(30)).downstream(DB).build();
    assertEquals(4, policy.decide(ScalingState.initial(), at(0, 1)).desired());
    ScalingState manual = ScalingState.initial().manual(20, NOON.plusSeconds(60), "a sale");
    assertEquals(4, policy.decide(manual, at(0, 1)).desired());
  }

  @Test
  void whatExistsBeyondTheCeilingIsTakenDownAndSaid() {
    ScalingDecision decision =
        wishing(9).downstream(DB).build().decide(ScalingState.initial(), at(0, 6));
    assertEquals(4, decision.desired());
    assertTrue(decision.explain().contains("there are 6 already, 2 more"), decision::explain);
  }

  @Test
  void aCeilingBelowTheMinimumIsRefused() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class, () -> wishing(9).bounds(5, 10).downstream(DB).build());
    assertTrue(error.getMessage().contains("the minimum 5"), error::getMessage);
    assertTrue(error.getMessage().contains("-> 4"), error::getMessage);
  }

  @Test
  void anElasticPoolSharesWhatIsThere() {
    ScalingPolicy policy = wishing(6).downstream(DB.perInstance(5, 40).surge(1)).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), at(0, 2));
    assertEquals(6, decision.desired());
    assertEquals(12, decision.poolSize("db-main")); // 90 / (6 + 1)
    ScalingDecision down =
        wishing(2)
            .downstream(DB.perInstance(5, 40))
            .build()
            .decide(ScalingState.initial(), at(0, 9));
    assertEquals(2, down.desired());
    assertEquals(10, down.poolSize("db-main")); // nine are still there
    assertThrows(IllegalArgumentException.class, () -> down.poolSize("cache"));
  }

  // Replacement

  private static ScalingMetrics sick(int count, int sick, int unready) {
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOON);
    for (int i = 0; i < count; i++) {
      int index = i;
      builder.instance(
          "i" + i,
          facts -> {
            facts.startedAt(NOON.minusSeconds(1000 + index)).ready(index < count - unready);
            if (index < sick) {
              facts.unhealthy();
            }
          });
    }
    return builder.build();
  }

  @Test
  void theOldestUnhealthyInstancesAreReplacedWithinTheBudget() {
    ScalingPolicy policy = wishing(10).disruption(DisruptionBudget.percent(20)).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), sick(10, 4, 0));
    assertEquals(ScalingAction.REPLACE, decision.action());
    assertEquals(List.of("i3", "i2"), decision.replacements());
    assertEquals(List.of(ScalingReason.HEALTH), decision.reasons());
    assertEquals(10, decision.proof().replay());
  }

  @Test
  void instancesThatAreUnavailableAnywayCountAgainstTheBudget() {
    ScalingPolicy policy = wishing(10).disruption(DisruptionBudget.instances(2)).build();
    ScalingMetrics one = sick(10, 4, 1);
    assertEquals(1, policy.decide(ScalingState.initial(), one).replacements().size());
    ScalingDecision none = policy.decide(ScalingState.initial(), sick(10, 4, 2));
    assertEquals(ScalingAction.HOLD, none.action());
    assertEquals(List.of(), none.replacements());
  }

  @Test
  void aScaleUpNamesThemAsWellAndAScaleDownDoesNot() {
    ScalingDecision up = wishing(12).build().decide(ScalingState.initial(), sick(10, 4, 0));
    assertEquals(ScalingAction.SCALE_UP, up.action());
    assertEquals(List.of("i3"), up.replacements());
    ScalingPolicy shrinking = wishing(8).build();
    ScalingState seen = shrinking.decide(ScalingState.initial(), at(-10, 10)).nextIfNotApplied();
    ScalingDecision down = shrinking.decide(seen, sick(10, 4, 0));
    assertEquals(ScalingAction.SCALE_DOWN, down.action());
    assertEquals(List.of(), down.replacements());
  }

  @Test
  void nothingIsReplacedWhileScalingIsSwitchedOff() {
    ScalingDecision off =
        wishing(10).build().decide(ScalingState.initial().disabled(), sick(10, 4, 0));
    assertEquals(ScalingAction.HOLD, off.action());
    assertEquals(List.of(), off.replacements());
  }

  // Confidence

  private static ScalingPolicy.Builder tracking() {
    return ScalingPolicy.builder()
        .bounds(1, 100)
        .rule(TargetTracking.of(Metric.CPU, 50))
        .confidenceToScaleIn(0.25)
        .scaleDown(DirectionLimits.none());
  }

  @Test
  void aFreshMetricOfThePoolHasFullConfidence() {
    ScalingMetrics metrics = ScalingMetrics.at(NOON).instances(8).metric(Metric.CPU, 20).build();
    ScalingDecision decision = tracking().build().decide(ScalingState.initial(), metrics);
    assertEquals(1, decision.confidence());
    assertEquals(4, decision.desired());
  }

  @Test
  void anOldSampleLosesConfidenceFromHalfOfItsLife() {
    for (int[] ageAndPercent : new int[][] {{150, 100}, {225, 50}, {270, 20}, {300, 0}}) {
      ScalingMetrics metrics =
          ScalingMetrics.at(NOON)
              .instances(8)
              .metric(Metric.CPU, 20, NOON.minusSeconds(ageAndPercent[0]))
              .build();
      ScalingDecision decision = tracking().build().decide(ScalingState.initial(), metrics);
      assertEquals(ageAndPercent[1] / 100.0, decision.confidence(), 1e-12);
      assertEquals(ageAndPercent[1] >= 25 ? 4 : 8, decision.desired());
      assertEquals(
          ageAndPercent[1] < 25, decision.reasons().contains(ScalingReason.MISSING_METRICS));
    }
  }

  @Test
  void coverageIsTheShareOfInstancesThatReport() {
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOON);
    for (int i = 0; i < 8; i++) {
      int index = i;
      builder.instance(
          "i" + i,
          facts -> {
            if (index < 2) {
              facts.metric(Metric.CPU, 10);
            }
          });
    }
    ScalingDecision decision =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(TargetTracking.of(Metric.CPU, 50))
            .scaleDown(DirectionLimits.none())
            .confidenceToScaleIn(0.3)
            .build()
            .decide(ScalingState.initial(), builder.build());
    assertEquals(0.25, decision.confidence());
    assertEquals(8, decision.desired());
    assertTrue(decision.explain().contains("share(2; others=6) -> 0.25"), decision::explain);
  }

  @Test
  void noiseLowersConfidenceWhereTheProposalIsNotFarEnoughFromThePresent() {
    double[] calm = {20, 21, 19, 20};
    double[] noisy = {0, 80, 0, 0};
    assertEquals(1, perInstance(calm).confidence());
    ScalingDecision decision = perInstance(noisy);
    // 4 -> 2: half of the fleet; a standard error of 20 beside a target of 50: 1.25 of two of them
    assertEquals(0.625, decision.confidence(), 1e-6);
  }

  private static ScalingDecision perInstance(double[] values) {
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOON);
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      builder.instance("i" + i, facts -> facts.metric(Metric.CPU, value));
    }
    return tracking().build().decide(ScalingState.initial(), builder.build());
  }

  @Test
  void lowConfidenceNeverKeepsAScaleUpBack() {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON)
            .instances(8)
            .metric(Metric.CPU, 100, NOON.minusSeconds(300))
            .build();
    ScalingDecision decision =
        tracking().confidenceToScaleIn(1).build().decide(ScalingState.initial(), metrics);
    assertEquals(0, decision.confidence());
    assertEquals(16, decision.desired());
    assertFalse(decision.reasons().contains(ScalingReason.MISSING_METRICS));
  }

  @Test
  void rulesThatDoNotAgreeAreBelievedLess() {
    ScalingDecision decision =
        tracking()
            .rule(TargetTracking.of(Metric.REQUEST_RATE, 10))
            .build()
            .decide(
                ScalingState.initial(),
                ScalingMetrics.at(NOON)
                    .instances(4)
                    .metric(Metric.CPU, 10)
                    .metric(Metric.REQUEST_RATE, 80)
                    .build());
    assertEquals(8, decision.desired());
    assertEquals(0.5, decision.confidence());
  }

  // Cost

  private static final InstanceType SMALL = InstanceType.of("small", 1, 0.10).spot(0.03);

  @Test
  void theBaseIsOnDemandAndAShareOfTheRestIsSpot() {
    CapacityMix.Plan plan = CapacityMix.of(SMALL).spot(2, 50).plan(7);
    assertEquals(
        List.of(new CapacityMix.Line(SMALL, false, 5), new CapacityMix.Line(SMALL, true, 2)),
        plan.lines());
    assertEquals(0.56, plan.pricePerHour(), 1e-12);
    assertEquals(13.44, plan.pricePerDay(), 1e-12);
  }

  @Test
  void theCheapestCoverIsAsCheapAsTheBestOfAll() {
    InstanceType[] types = {
      InstanceType.of("one", 1, 0.11),
      InstanceType.of("three", 3, 0.30),
      InstanceType.of("seven", 7, 0.64)
    };
    CapacityMix mix = CapacityMix.of(types);
    for (int units = 0; units < 200; units++) {
      double best = Double.POSITIVE_INFINITY;
      for (int sevens = 0; sevens <= 30; sevens++) {
        for (int threes = 0; threes <= 70; threes++) {
          int ones = Math.max(0, units - 7 * sevens - 3 * threes);
          best = Math.min(best, ones * 0.11 + threes * 0.30 + sevens * 0.64);
        }
      }
      CapacityMix.Plan plan = mix.plan(units);
      assertEquals(best, plan.pricePerHour(), 1e-9, "for " + units);
      assertTrue(plan.units() >= units);
    }
  }

  @Test
  void aScaleInThatDoesNotPayDoesNotHappen() {
    CapacityMix mix = CapacityMix.of(SMALL).changePenalty(0.25, Duration.ofHours(1));
    ScalingPolicy two = wishing(8).cost(mix).build();
    ScalingState seen = ScalingState.initial().scaled(NOON.minusSeconds(9), 9, 10);
    ScalingDecision held = two.decide(ScalingState.initial(), at(0, 10));
    assertEquals(10, held.desired());
    assertTrue(held.reasons().contains(ScalingReason.COST));
    assertEquals(10, held.proof().replay());
    assertEquals(7, wishing(7).cost(mix).build().decide(seen, at(0, 10)).desired());
    assertEquals(12, wishing(12).cost(mix).build().decide(seen, at(0, 10)).desired());
    assertEquals(8, wishing(8).bounds(1, 9).cost(mix).build().decide(seen, at(0, 10)).desired());
  }

  @Test
  void aDecisionSaysWhatItCosts() {
    ScalingDecision decision =
        wishing(5).cost(CapacityMix.of(SMALL)).build().decide(ScalingState.initial(), at(0, 2));
    assertEquals(0.5, decision.cost().orElseThrow().pricePerHour(), 1e-12);
    assertTrue(decision.explain().contains("costs 0.5 per hour, 12 per day"), decision::explain);
    assertEquals(
        Optional.empty(), wishing(5).build().decide(ScalingState.initial(), at(0, 2)).cost());
  }
}
