package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Metric.Kind;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric P99 = Metric.responseTime("p99");

  private static Trigger busy(double threshold) {
    return Trigger.out(Metric.CPU, Operator.GREATER, threshold, Adjustment.change(1));
  }

  private static Trigger idle(double threshold) {
    return Trigger.in(Metric.CPU, Operator.LESS, threshold, Adjustment.change(-1));
  }

  private static ScalingPolicy.Builder policy(ScalingRule... rules) {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder().bounds(1, 100).scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      builder.rule(rule);
    }
    return builder;
  }

  private static ScalingMetrics.Builder at(int instances) {
    return ScalingMetrics.at(NOON).instances(instances);
  }

  private static ScalingDecision decide(ScalingPolicy policy, ScalingMetrics.Builder metrics) {
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics.build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  // kubernetes/website#54304: oscillation around one target; users want two thresholds.
  @Test
  void betweenItsThresholdsNothingChangesWhateverTheValueDoes() {
    ScalingPolicy policy = policy(Thresholds.of(busy(80), idle(30))).build();
    int count = 4;
    ScalingState state = ScalingState.initial();
    for (int i = 0; i < 100; i++) {
      double value = 55 + 24 * Math.sin(i);
      ScalingDecision decision =
          policy.decide(
              state,
              ScalingMetrics.at(NOON.plusSeconds(15L * i))
                  .instances(count)
                  .metric(Metric.CPU, value)
                  .build());
      state = decision.next();
      assertEquals(4, decision.desired());
      assertEquals(List.of(), decision.reasons());
    }
  }

  // cloudfoundry/app-autoscaler accepts ">= 500 out, <= 500 in" and the order decides at 500.
  @Test
  void rulesThatContradictEachOtherAtOneValueScaleOutUnlessOrderCounts() {
    Trigger out = Trigger.out(P99, Operator.AT_LEAST, 500, Adjustment.change(1));
    Trigger in = Trigger.in(P99, Operator.AT_MOST, 500, Adjustment.change(-1));
    assertEquals(
        5, decide(policy(Thresholds.of(in, out)).build(), at(4).metric(P99, 500)).desired());
    assertEquals(
        3,
        decide(
                policy(Thresholds.of(in, out).firstOnly()).projectionGuard(false).build(),
                at(4).metric(P99, 500))
            .desired());
    assertEquals(
        5,
        decide(policy(Thresholds.of(out, in).firstOnly()).build(), at(4).metric(P99, 500))
            .desired());
  }

  // Azure/Azure-Spring-Apps#50: it will not go from 2 to 1, and nothing says why.
  @Test
  void aScaleInThatWouldBeUndoneIsLeftOutAndTheProofSaysWhy() {
    ScalingPolicy policy = policy(Thresholds.of(busy(70), idle(40))).build();
    ScalingDecision decision = decide(policy, at(2).metric(Metric.CPU, 38));
    assertEquals(2, decision.desired());
    assertEquals(List.of(ScalingReason.CPU, ScalingReason.STABILIZATION), sorted(decision));
    String why =
        "flapping, no scale-in: thresholds would scale out at 1, where cpu 38% becomes 76 > 70";
    assertTrue(decision.explain().contains(why), decision::explain);
    assertEquals(1, decide(policy, at(2).metric(Metric.CPU, 34)).desired());
  }

  private static List<ScalingReason> sorted(ScalingDecision decision) {
    return decision.reasons().stream().sorted().toList();
  }

  @Test
  void aSmallerScaleInIsDoneWhereTheWholeOneWouldBeUndone() {
    Trigger half = Trigger.in(Metric.CPU, Operator.LESS, 40, Adjustment.percent(-50));
    ScalingDecision decision =
        decide(policy(Thresholds.of(busy(70), half)).build(), at(10).metric(Metric.CPU, 38));
    assertEquals(6, decision.desired());
    assertTrue(decision.explain().contains("flapping, 6 instead of 5"), decision::explain);
  }

  @Test
  void oneRulesScaleInDoesNotTripAnotherOnesScaleOut() {
    Metric queue = Metric.QUEUE_DEPTH;
    ScalingRule cpu = Thresholds.of(busy(80), idle(30)).named("cpu");
    ScalingRule perQueue =
        Thresholds.of(Trigger.out(queue, Operator.GREATER, 100, Adjustment.change(1)).perInstance())
            .named("queue");
    ScalingPolicy policy = policy(cpu, perQueue).build();
    ScalingMetrics.Builder full = at(2).metric(Metric.CPU, 10).metric(queue, 190);
    ScalingDecision held = decide(policy, full);
    assertEquals(2, held.desired());
    assertTrue(
        held.explain().contains("queue would scale out at 1, where queue_depth 95 becomes 190"),
        held::explain);
    assertEquals(1, decide(policy, at(2).metric(Metric.CPU, 10).metric(queue, 90)).desired());
  }

  @Test
  void theGuardCanBeSwitchedOff() {
    ScalingPolicy policy = policy(Thresholds.of(busy(70), idle(40))).projectionGuard(false).build();
    assertFalse(policy.hasProjectionGuard());
    assertEquals(1, decide(policy, at(2).metric(Metric.CPU, 38)).desired());
  }

  @Test
  void theGuardCountsTheLoadOfInstancesWithoutASample() {
    ScalingPolicy policy = policy(Thresholds.of(busy(50), idle(40))).build();
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON);
    for (int i = 0; i < 4; i++) {
      boolean sampled = i < 2;
      metrics.instance(
          "i" + i,
          facts -> {
            if (sampled) {
              facts.metric(Metric.CPU.raisedByStartup(false), 38);
            }
          });
    }
    // 4 x 38 / 3 is above 50; of the two with samples alone it would be 25.
    assertEquals(4, decide(policy, metrics).desired());
  }

  @Test
  void ofSeveralMissingMetricsTheStrictestRuleCounts() {
    Trigger memory = Trigger.in(Metric.MEMORY, Operator.LESS, 50, Adjustment.change(-1));
    Trigger errors = Trigger.in(Metric.ERROR_RATE, Operator.LESS, 5, Adjustment.change(-1));
    Trigger held = errors.missing(MissingData.hold());
    Trigger safe = errors.missing(MissingData.safeDefault(9));
    ScalingMetrics.Builder full = at(4).metric(Metric.CPU, 90);
    assertEquals(4, decide(policy(Thresholds.of(busy(70), memory, held)).build(), full).desired());
    assertEquals(4, decide(policy(Thresholds.of(busy(70), held, memory)).build(), full).desired());
    ScalingMetrics.Builder quiet = at(4).metric(Metric.CPU, 50);
    assertEquals(9, decide(policy(Thresholds.of(busy(70), memory, safe)).build(), quiet).desired());
    assertEquals(9, decide(policy(Thresholds.of(busy(70), safe, memory)).build(), quiet).desired());
  }

  @Test
  void aMetricThatFallsWithNothingBlocksScalingInWhileItIsBad() {
    ScalingRule rule =
        Thresholds.of(
            Trigger.out(P99, Operator.GREATER, 400, Adjustment.change(1))
                .breach(Breach.consecutive(3)),
            idle(30));
    ScalingDecision decision =
        decide(policy(rule).build(), at(4).metric(P99, 600).metric(Metric.CPU, 10));
    assertEquals(4, decision.desired());
    assertTrue(decision.explain().contains("p99 600ms becomes 600 > 400"), decision::explain);
  }

  @Test
  void allThatScaleInMustHoldAndTheSmallestReductionWins() {
    Trigger memory = Trigger.in(Metric.MEMORY, Operator.LESS, 50, Adjustment.change(-3));
    ScalingPolicy policy = policy(Thresholds.of(idle(30), memory)).build();
    assertEquals(
        10, decide(policy, at(10).metric(Metric.CPU, 20).metric(Metric.MEMORY, 60)).desired());
    assertEquals(
        9, decide(policy, at(10).metric(Metric.CPU, 20).metric(Metric.MEMORY, 40)).desired());
  }

  @Test
  void aMissingMetricNeverScalesInUnlessItIsSaidToBeIgnored() {
    Trigger memory = Trigger.in(Metric.MEMORY, Operator.LESS, 50, Adjustment.change(-1));
    ScalingDecision held =
        decide(
            policy(Thresholds.of(busy(70), idle(30), memory)).build(), at(4).metric(Metric.CPU, 9));
    assertEquals(4, held.desired());
    assertEquals(List.of(ScalingReason.MISSING_METRICS), held.reasons());
    Trigger optional = memory.missing(MissingData.ignore());
    assertEquals(
        3,
        decide(
                policy(Thresholds.of(busy(70), idle(30), optional)).build(),
                at(4).metric(Metric.CPU, 9))
            .desired());
  }

  @Test
  void whatIsMissingDoesNotKeepTheRestFromScalingOutUnlessItHolds() {
    Trigger memory = Trigger.in(Metric.MEMORY, Operator.LESS, 50, Adjustment.change(-1));
    assertEquals(
        5,
        decide(policy(Thresholds.of(busy(70), memory)).build(), at(4).metric(Metric.CPU, 90))
            .desired());
    assertEquals(
        4,
        decide(
                policy(Thresholds.of(busy(70), memory.missing(MissingData.hold()))).build(),
                at(4).metric(Metric.CPU, 90))
            .desired());
    assertEquals(
        9,
        decide(
                policy(Thresholds.of(busy(70), memory.missing(MissingData.safeDefault(9)))).build(),
                at(4).metric(Metric.CPU, 50))
            .desired());
    assertEquals(
        3,
        decide(
                policy(Thresholds.of(busy(70), memory.missing(MissingData.assume(10)))).build(),
                at(4).metric(Metric.CPU, 50))
            .desired());
  }

  @Test
  void aRuleThatOnlyScalesOutLetsOthersScaleIn() {
    ScalingRule out = Thresholds.of(busy(70)).named("out");
    ScalingRule in = Thresholds.of(idle(40)).named("in");
    assertEquals(3, decide(policy(out, in).build(), at(4).metric(Metric.CPU, 20)).desired());
    ScalingRule insisting = Thresholds.of(busy(70)).named("out").abstaining(false);
    assertEquals(4, decide(policy(insisting, in).build(), at(4).metric(Metric.CPU, 20)).desired());
  }

  @Test
  void numbersThatCannotBeAreRefused() {
    assertRefused("must add instances, was -1", () -> out(Adjustment.change(-1)));
    assertRefused("must add instances, was 0", () -> out(Adjustment.change(0)));
    assertRefused("must remove instances, was +5%", () -> in(Adjustment.percent(5)));
    assertRefused("[-100, 10000.0], was -200", () -> Adjustment.percent(-200));
    assertRefused("must not be negative, was -1", () -> Adjustment.exact(-1));
    assertRefused("by percent other than 0", () -> Adjustment.change(1).byAtLeast(2));
    assertRefused("threshold of cpu must be finite", () -> busy(Double.NaN));
    assertRefused("at least one trigger", Thresholds::of);
    assertRefused("is given twice", () -> Thresholds.of(busy(70), busy(70)));
    assertRefused("only a total can be divided", () -> busy(70).perInstance());
    assertRefused("only a range that begins with >=", () -> busy(70).below(90));
    assertRefused("one of <, <=, >=, >, was '=='", () -> Operator.of("=="));
    assertRefused("must be in [1, 3], were 4", () -> Breach.of(4, 3));
    assertRefused("must be in [1, 50], was 51", () -> Breach.consecutive(51));
    assertRefused("must be above 0", () -> Breach.during(Duration.ZERO));
  }

  private static Trigger out(Adjustment adjustment) {
    return Trigger.out(Metric.CPU, Operator.GREATER, 1, adjustment);
  }

  private static Trigger in(Adjustment adjustment) {
    return Trigger.in(Metric.CPU, Operator.LESS, 1, adjustment);
  }

  static void assertRefused(String message, Runnable call) {
    IllegalArgumentException error = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void roundingIsEachPeersOwn() {
    assertEquals(4, Adjustment.percent(10, Rounding.NEAREST).applyTo(3));
    assertEquals(4, Adjustment.percent(10).applyTo(3));
    assertEquals(3, Adjustment.percent(-10, Rounding.UP).applyTo(3));
    assertEquals(2, Adjustment.percent(-10, Rounding.NEAREST).applyTo(3));
    assertEquals(11, Adjustment.percent(10, Rounding.UP).applyTo(10));
    assertEquals(1, Adjustment.percent(10, Rounding.NEAREST).applyTo(0));
    assertEquals(0, Adjustment.percent(10).applyTo(0));
    assertEquals(0, Adjustment.change(-5).applyTo(3));
    assertEquals(
        Integer.MAX_VALUE, Adjustment.change(Integer.MAX_VALUE).applyTo(Integer.MAX_VALUE));
  }

  @Test
  void aCustomMetricOfAnyKindMayTripAThreshold() {
    Metric lag = Metric.custom("lag", Kind.NON_PROPORTIONAL);
    ScalingRule rule =
        Thresholds.of(
            Trigger.out(lag, Operator.AT_LEAST, 60, Adjustment.exact(8)).breach(Breach.once()));
    assertEquals(8, decide(policy(rule).build(), at(4).metric(lag, 60)).desired());
    ScalingDecision enough = decide(policy(rule).build(), at(9).metric(lag, 60));
    assertEquals(9, enough.desired());
  }
}
