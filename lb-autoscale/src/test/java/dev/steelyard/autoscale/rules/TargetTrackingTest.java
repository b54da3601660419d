package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.Metric.CPU;
import static dev.steelyard.autoscale.Metric.MEMORY;
import static dev.steelyard.autoscale.Metric.QUEUE_DEPTH;
import static dev.steelyard.autoscale.Metric.REQUEST_RATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingMetrics.Phase;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.TargetTracking.WithoutSample;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TargetTrackingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final TargetTracking CPU_50 = TargetTracking.of(CPU, 50);

  private static ScalingPolicy policy(ScalingRule... rules) {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(0, 1_000)
            .projectionGuard(false)
            .scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      builder.rule(rule);
    }
    return builder.build();
  }

  private static ScalingDecision decide(ScalingRule rule, ScalingMetrics.Builder metrics) {
    ScalingDecision decision = policy(rule).decide(ScalingState.initial(), metrics.build());
    assertEquals(decision.desired(), decision.proof().replay(), decision::explain);
    return decision;
  }

  private static ScalingMetrics.Builder pool(int instances) {
    return ScalingMetrics.at(NOON).instances(instances);
  }

  /** Instances with the same CPU, and some without any sample. */
  private static ScalingMetrics.Builder each(int with, double cpu, int without) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON);
    for (int i = 0; i < with; i++) {
      metrics.instance("with" + i, facts -> facts.metric(CPU, cpu));
    }
    for (int i = 0; i < without; i++) {
      metrics.instance("without" + i, facts -> {});
    }
    return metrics;
  }

  @Test
  void nothingLoadedReplaysToZero() {
    assertEquals(0, decide(CPU_50, pool(3).metric(CPU, 0)).desired());
    assertEquals(
        0, decide(TargetTracking.of(QUEUE_DEPTH, 5), pool(3).metric(QUEUE_DEPTH, 0)).desired());
  }

  @Test
  void bothEndsOfTheBandAreInside() {
    assertEquals(10, decide(CPU_50, pool(10).metric(CPU, 55)).desired());
    assertEquals(10, decide(CPU_50, pool(10).metric(CPU, 45)).desired());
    assertEquals(12, decide(CPU_50, pool(10).metric(CPU, 55.1)).desired());
    assertEquals(9, decide(CPU_50, pool(10).metric(CPU, 44.9)).desired());
  }

  @Test
  void theBandIsInclusiveAlsoWhereItsEndIsNoBinaryFraction() {
    for (int target = 1; target <= 100; target++) {
      for (int margin = 1; margin < target; margin++) {
        TargetTracking rule = TargetTracking.of(CPU, target).margin(margin);
        double upper = Math.min(100, target + margin);
        assertEquals(500, decide(rule, pool(500).metric(CPU, upper)).desired());
        assertEquals(500, decide(rule, pool(500).metric(CPU, target - margin)).desired());
      }
    }
  }

  // kubernetes/kubernetes#116984
  @Test
  void aSmallToleranceOrdersOneMoreOfForty() {
    assertEquals(40, decide(CPU_50, pool(40).metric(CPU, 51.2)).desired());
    TargetTracking exact = CPU_50.tolerance(0.02, 0.02);
    assertEquals(41, decide(exact, pool(40).metric(CPU, 51.2)).desired());
    assertEquals(40, decide(exact.tolerance(0, 0.1), pool(40).metric(CPU, 51.2)).desired());
    assertEquals(39, decide(exact.tolerance(0, 0.1), pool(40).metric(CPU, 48.7)).desired());
  }

  // kubernetes/kubernetes#78761
  @Test
  void memoryIsRefusedForItWouldNeverScaleIn() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> TargetTracking.of(MEMORY, 80));
    assertTrue(e.getMessage().contains("memory"), e::getMessage);
    assertEquals(
        2,
        decide(
                TargetTracking.of(MEMORY.as(Metric.Kind.PER_INSTANCE_AVERAGE), 80),
                pool(4).metric(MEMORY, 40))
            .desired());
  }

  // kubernetes/kubernetes#78761
  @Test
  void whatTheCeilingKeepsIsInTheProof() {
    ScalingDecision decision = decide(CPU_50, pool(3).metric(CPU, 34));
    assertEquals(3, decision.desired());
    Proof.Step step = decision.proof().steps().get(0);
    assertEquals(Formula.PROPORTIONAL, step.formula());
    assertEquals(2, decide(CPU_50, pool(3).metric(CPU, 33)).desired());
  }

  // kubernetes/kubernetes#72775: during a rolling update, instances without a sample
  @Test
  void instancesWithoutASampleDoNotMultiplyInARollingUpdate() {
    ScalingState state = ScalingState.initial();
    ScalingPolicy policy = policy(CPU_50);
    int current = 10;
    for (int round = 0; round < 20; round++) {
      ScalingMetrics.Builder metrics = each(current, 52, current / 2).instances(current);
      ScalingDecision decision = policy.decide(state, metrics.build());
      current = decision.desired();
      assertEquals(10, current, decision::explain);
      state = decision.next();
    }
  }

  // kubernetes/kubernetes#72775: pods that are pending, and those that just start
  @Test
  void instancesThatStartAreNotOrderedTwice() {
    ScalingMetrics.Builder metrics = each(4, 90, 0);
    for (int i = 0; i < 4; i++) {
      metrics.instance("pending" + i, facts -> facts.phase(Phase.PENDING));
    }
    assertEquals(8, decide(CPU_50, metrics).desired());
    assertEquals(8, decide(CPU_50, pool(8).running(8).ready(4).metric(CPU, 90)).desired());
  }

  // kubernetes/kubernetes#39090: a JVM is busy while it starts
  @Test
  void theCpuOfAStartIsNoLoad() {
    ScalingMetrics.Builder metrics = each(4, 50, 0);
    for (int i = 0; i < 4; i++) {
      Instant start = NOON.minusSeconds(20);
      metrics.instance(
          "new" + i, facts -> facts.startedAt(start).ready(false, start).metric(CPU, 100));
    }
    assertEquals(8, decide(CPU_50, metrics).desired());
  }

  // kubernetes/kubernetes#61007, #74052, #105187, #99394
  @Test
  void aMetricThatIsMissingNeverScalesInButOthersScaleOut() {
    ScalingPolicy policy = policy(CPU_50, TargetTracking.of(QUEUE_DEPTH, 10));
    ScalingDecision in =
        policy.decide(
            ScalingState.initial(),
            pool(6).metric(CPU, 10).missing(QUEUE_DEPTH, "timeout").build());
    assertEquals(6, in.desired());
    assertTrue(in.reasons().contains(ScalingReason.MISSING_METRICS));
    ScalingDecision out =
        policy.decide(
            ScalingState.initial(),
            pool(6).metric(CPU, 100).missing(QUEUE_DEPTH, "timeout").build());
    assertEquals(12, out.desired());
    assertFalse(out.reasons().contains(ScalingReason.MISSING_METRICS));
    ScalingDecision none = policy.decide(ScalingState.initial(), pool(6).missing(CPU, "a").build());
    assertEquals(6, none.desired());
  }

  @Test
  void missingDataRulesAreApplied() {
    ScalingMetrics.Builder blind = pool(6).metric(QUEUE_DEPTH, 20);
    TargetTracking queue = TargetTracking.of(QUEUE_DEPTH, 10);
    ScalingMetrics metrics = blind.build();
    assertEquals(2, desired(metrics, queue, CPU_50.missing(MissingData.ignore())));
    assertEquals(6, desired(metrics, queue, CPU_50.missing(MissingData.hold())));
    assertEquals(8, desired(metrics, queue, CPU_50.missing(MissingData.safeDefault(8))));
    assertEquals(6, desired(metrics, queue, CPU_50.missing(MissingData.safeDefault(4))));
  }

  private static int desired(ScalingMetrics metrics, ScalingRule... rules) {
    return policy(rules).decide(ScalingState.initial(), metrics).desired();
  }

  @Test
  void anAssumedValueCountsForAllInstances() {
    TargetTracking assuming = CPU_50.missing(MissingData.assume(100));
    assertEquals(8, decide(assuming, pool(4).missing(CPU, "timeout")).desired());
    assertEquals(8, decide(assuming, each(0, 0, 4)).desired());
    TargetTracking queue = TargetTracking.of(QUEUE_DEPTH, 10).missing(MissingData.assume(65));
    assertEquals(7, decide(queue, pool(4)).desired());
  }

  // kubernetes/kubernetes#49028
  @Test
  void nothingToDoDoesNotGoBelowTheMinimum() {
    ScalingPolicy policy =
        ScalingPolicy.builder().bounds(2, 5).scaleDown(DirectionLimits.none()).rule(CPU_50).build();
    ScalingDecision decision =
        policy.decide(ScalingState.initial(), pool(3).metric(CPU, 0).build());
    assertEquals(0, decision.recommended());
    assertEquals(2, decision.desired());
  }

  // kubernetes/kubernetes#69687
  @Test
  void fromZeroTheValueAloneCounts() {
    Metric busy = Metric.custom("busy", Metric.Kind.PER_INSTANCE_AVERAGE);
    assertEquals(1, decide(TargetTracking.of(busy, 10), pool(0).metric(busy, 10)).desired());
    assertEquals(3, decide(TargetTracking.of(busy, 10), pool(0).metric(busy, 21)).desired());
    assertEquals(
        2, decide(TargetTracking.of(QUEUE_DEPTH, 10), pool(0).metric(QUEUE_DEPTH, 11)).desired());
  }

  // kubernetes/kubernetes#69687
  @Test
  void aServiceAtZeroIsRaisedOrLeftOffAsThePolicySays() {
    ScalingPolicy.Builder builder = ScalingPolicy.builder().bounds(2, 5).rule(CPU_50);
    ScalingMetrics none = pool(0).build();
    assertEquals(2, builder.build().decide(ScalingState.initial(), none).desired());
    ScalingDecision off = builder.zeroIsOff(true).build().decide(ScalingState.initial(), none);
    assertEquals(0, off.desired());
    assertTrue(off.reasons().contains(ScalingReason.DISABLED));
    ScalingState manual = ScalingState.initial().manual(3, NOON.plusSeconds(60), "test");
    assertEquals(3, builder.build().decide(manual, none).desired());
  }

  @Test
  void aFleetOutsideOfItsBoundsGoesToThemFirstOrAtOnce() {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder().bounds(2, 8).scaleDown(DirectionLimits.none()).rule(CPU_50);
    ScalingMetrics few = pool(1).metric(CPU, 300).build();
    ScalingMetrics many = pool(20).metric(CPU, 5).build();
    assertEquals(6, builder.build().decide(ScalingState.initial(), few).desired());
    assertEquals(2, builder.build().decide(ScalingState.initial(), many).desired());
    ScalingPolicy first = builder.boundsFirst(true).build();
    assertEquals(2, first.decide(ScalingState.initial(), few).desired());
    ScalingDecision down = first.decide(ScalingState.initial(), many);
    assertEquals(8, down.desired());
    assertEquals(java.util.List.of(ScalingReason.BOUND), down.reasons());
    assertEquals(8, down.proof().replay());
    ScalingMetrics inside = pool(8).metric(CPU, 5).build();
    assertEquals(2, first.decide(ScalingState.initial(), inside).desired());
  }

  // department-of-veterans-affairs/va.gov-team#56524
  @Test
  void aTotalDoesNotAskForMoreAndMore() {
    TargetTracking rule = TargetTracking.of(QUEUE_DEPTH, 100);
    int current = 1;
    for (int round = 0; round < 5; round++) {
      current = decide(rule, pool(current).metric(QUEUE_DEPTH, 400)).desired();
      assertEquals(4, current);
    }
  }

  @Test
  void aTotalGivenInstanceByInstanceTakesTheSilentOnesForAtTarget() {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON);
    for (int i = 0; i < 6; i++) {
      double rate = i < 3 ? 10 : -1;
      metrics.instance(
          "i" + i,
          facts -> {
            if (rate >= 0) {
              facts.metric(REQUEST_RATE, rate);
            }
          });
    }
    // 3 x 10 measured, 3 x 100 assumed
    assertEquals(4, decide(TargetTracking.of(REQUEST_RATE, 100), metrics).desired());
  }

  @Test
  void silentInstancesAreFullBelowTheTargetAndIdleAboveIt() {
    assertEquals(10, decide(CPU_50, each(5, 10, 5)).desired());
    assertEquals(6, decide(CPU_50, each(8, 10, 2)).desired()); // (8 x 10 % + 2 x 100 %) / 50 %
    assertEquals(10, decide(CPU_50, each(5, 90, 5)).desired());
    assertEquals(15, decide(CPU_50, each(8, 90, 2)).desired());
  }

  @Test
  void silentInstancesChangeNothingExactlyAtTheTarget() {
    assertEquals(10, decide(CPU_50, each(5, 50, 5)).desired());
    assertEquals(10, decide(CPU_50.kubernetes(), each(5, 50.9, 5)).desired());
    assertEquals(10, decide(CPU_50, each(5, 50.001, 5)).desired());
    assertEquals(10, decide(CPU_50, each(5, 49.999, 5)).desired());
  }

  @Test
  void silentInstancesLikeTheOthersAreExtrapolated() {
    TargetTracking rule = CPU_50.withoutSample(WithoutSample.LIKE_OTHERS);
    assertEquals(2, decide(rule, each(5, 10, 5)).desired());
    assertEquals(18, decide(rule, each(5, 90, 5)).desired());
    assertEquals(18, decide(rule, pool(10).ready(5).metric(CPU, 90)).desired());
  }

  @Test
  void aPoolOfWhichNoneIsReadySaysNothing() {
    ScalingDecision decision = decide(CPU_50, pool(4).ready(0).metric(CPU, 10));
    assertEquals(4, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.MISSING_METRICS));
    assertEquals(0, decide(CPU_50.kubernetes(), pool(4).ready(0).metric(CPU, 10)).desired());
  }

  @Test
  void fewBusyInstancesDoNotScaleInExceptAsKubernetesDoes() {
    assertEquals(8, decide(CPU_50, each(2, 100, 0).instances(8)).desired());
    assertEquals(4, decide(CPU_50.kubernetes(), each(2, 100, 0).instances(8)).desired());
    assertEquals(2, decide(CPU_50, each(4, 20, 0).instances(8)).desired());
  }

  @Test
  void wholePercentAreKubernetesOnly() {
    assertEquals(11, decide(CPU_50.tolerance(0, 0), pool(10).metric(CPU, 50.9)).desired());
    assertEquals(
        10, decide(CPU_50.kubernetes().tolerance(0, 0), pool(10).metric(CPU, 50.9)).desired());
  }

  @Test
  void aValueOverMixedCapacitiesIsMissing() {
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(NOON)
            .instance("a", a -> a.usage(CPU, 100, 1000, NOON, Duration.ofSeconds(60)))
            .instance("b", b -> b.metric(CPU, 10));
    ScalingDecision decision = decide(CPU_50, metrics);
    assertEquals(2, decision.desired());
    assertTrue(decision.explain().contains("the capacity of 1 of 2"), decision::explain);
  }

  @Test
  void aSilentInstanceOfUnknownCapacityIsAnAverageOne() {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON).instance("silent", a -> {});
    for (int i = 0; i < 9; i++) {
      metrics.instance("i" + i, a -> a.usage(CPU, 100, 1000, NOON, Duration.ofSeconds(60)));
    }
    // (9 x 10 % + 100 %) / 50 %
    assertEquals(4, decide(CPU_50, metrics).desired());
    ScalingMetrics.Builder again = ScalingMetrics.at(NOON).instance("silent", a -> {});
    again.instance("i", a -> a.usage(CPU, 100, 1000, NOON, Duration.ofSeconds(60)));
    ScalingDecision kubernetes = decide(CPU_50.kubernetes(), again);
    assertTrue(kubernetes.reasons().contains(ScalingReason.MISSING_METRICS));
  }

  @Test
  void aStepIsAtMostSoGreat() {
    TargetTracking rule = CPU_50.maxStep(3, 2);
    assertEquals(13, decide(rule, pool(10).metric(CPU, 100)).desired());
    assertEquals(8, decide(rule, pool(10).metric(CPU, 5)).desired());
    assertEquals(9, decide(rule.scaleInLimit(15), pool(10).metric(CPU, 5)).desired());
    assertEquals(8, decide(rule.scaleInLimit(50), pool(10).metric(CPU, 5)).desired());
  }

  @Test
  void sizesAreMultiples() {
    TargetTracking rule = CPU_50.multipleOf(3, 0);
    assertEquals(12, decide(rule, pool(6).metric(CPU, 90)).desired());
    assertEquals(7, decide(rule, pool(7).metric(CPU, 50)).desired());
    assertEquals(3, decide(CPU_50.multipleOf(10, 10), pool(6).metric(CPU, 25)).desired());
  }

  @Test
  void smoothingIsOfTheLoadSoThatAScaleOutIsNotSeenAsMore() {
    ScalingPolicy policy = policy(CPU_50.smoothing(Duration.ofSeconds(60)));
    ScalingDecision first = policy.decide(ScalingState.initial(), pool(4).metric(CPU, 100).build());
    assertEquals(8, first.desired());
    ScalingMetrics after =
        ScalingMetrics.at(NOON.plusSeconds(15)).instances(8).metric(CPU, 50).build();
    ScalingDecision second = policy.decide(ScalingState.parse(first.next().toText()), after);
    assertEquals(8, second.desired(), second::explain);
    assertEquals(8, second.proof().replay());
  }

  @Test
  void smoothingSeesTheSameLoadOnMoreInstancesAsTheSameLoad() {
    ScalingPolicy policy = policy(CPU_50.smoothing(Duration.ofSeconds(60)));
    ScalingDecision first = policy.decide(ScalingState.initial(), each(4, 100, 0).build());
    ScalingMetrics.Builder after = ScalingMetrics.at(NOON.plusSeconds(15));
    for (int i = 0; i < 8; i++) {
      after.instance("i" + i, facts -> facts.metric(CPU, 50));
    }
    assertEquals(8, policy.decide(first.next(), after.build()).desired());
  }

  @Test
  void aSampleIsStaleOnceItIsOlderThanTheLimit() {
    for (int late = 0; late <= 1; late++) {
      Instant sampled = NOON.minusSeconds(300).minusMillis(late);
      ScalingMetrics.Builder metrics =
          pool(2).instance("a", a -> a.metric(CPU, 100, sampled, Duration.ZERO));
      Evaluation evaluation =
          Evaluation.of(policy(CPU_50), ScalingState.initial(), metrics.build(), "any");
      assertEquals(late, evaluation.reading(CPU).stale());
      assertEquals(late, evaluation.reading(CPU).missing());
      ScalingDecision pool = decide(CPU_50, pool(2).metric(CPU, 100, sampled));
      assertEquals(late == 0 ? 4 : 2, pool.desired(), pool::explain);
    }
  }

  @Test
  void aSmoothedSpikeIsSeenByItsShareOfTime() {
    ScalingPolicy policy = policy(CPU_50.smoothing(Duration.ofSeconds(60)));
    ScalingState state =
        policy.decide(ScalingState.initial(), pool(10).metric(CPU, 50).build()).next();
    for (int seconds : new int[] {6, 60, 600}) {
      ScalingMetrics spike =
          ScalingMetrics.at(NOON.plusSeconds(seconds)).instances(10).metric(CPU, 100).build();
      double load = 500 + 500 * -Math.expm1(-seconds / 60.0);
      int expected = load / 500 <= 1.1 ? 10 : (int) Math.ceil(load / 50);
      assertEquals(expected, policy.decide(state, spike).desired());
    }
  }

  @Test
  void theProjectionIsOfTheLoadOverFewerInstances() {
    ScalingMetrics metrics = each(8, 30, 0).metric(QUEUE_DEPTH, 240).build();
    Evaluation cpu = Evaluation.of(policy(CPU_50), ScalingState.initial(), metrics, "any");
    assertTrue(CPU_50.wouldScaleOutAt(cpu, 4)); // 60 %
    assertFalse(CPU_50.wouldScaleOutAt(cpu, 5)); // 48 %
    assertTrue(CPU_50.wouldScaleOutAt(cpu, 0));
    assertEquals(
        "target cpu: at 4 it would be 60.0 %, the target is 50.0 %", CPU_50.whyScaleOutAt(cpu, 4));
    TargetTracking queue = TargetTracking.of(QUEUE_DEPTH, 50);
    assertTrue(queue.wouldScaleOutAt(cpu, 4));
    assertFalse(queue.wouldScaleOutAt(cpu, 5));
    assertFalse(TargetTracking.of(REQUEST_RATE, 1).wouldScaleOutAt(cpu, 1));
  }

  /** The larger target's scale-in would trip the smaller one's scale-out. */
  @Test
  void theProjectionGuardHearsEveryTarget() {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .scaleDown(DirectionLimits.none())
            .combine(ScalingPolicy.Combination.MIN)
            .rule(CPU_50)
            .rule(TargetTracking.of(QUEUE_DEPTH, 10));
    ScalingMetrics metrics = pool(10).metric(CPU, 50).metric(QUEUE_DEPTH, 10).build();
    ScalingDecision guarded = builder.build().decide(ScalingState.initial(), metrics);
    assertEquals(10, guarded.desired(), guarded::explain); // at 9 the CPU would be 55.6 %
    assertEquals(
        1,
        builder.projectionGuard(false).build().decide(ScalingState.initial(), metrics).desired());
  }

  @Test
  void theProjectionCountsSilentInstancesAsFull() {
    Evaluation evaluation =
        Evaluation.of(policy(CPU_50), ScalingState.initial(), each(8, 20, 2).build(), "any");
    assertTrue(CPU_50.wouldScaleOutAt(evaluation, 6)); // (160 + 200) / 6 = 60 %
    assertFalse(CPU_50.wouldScaleOutAt(evaluation, 7));
  }

  @Test
  void knobsOutOfRangeAreRefusedByName() {
    refused("target", () -> TargetTracking.of(CPU, 0));
    refused("tolerance down", () -> CPU_50.tolerance(1, 0));
    refused("tolerance up", () -> CPU_50.tolerance(0, Double.NaN));
    refused("margin", () -> CPU_50.margin(-1));
    refused("smoothing", () -> CPU_50.smoothing(Duration.ofSeconds(-1)));
    refused("step", () -> CPU_50.maxStep(0, 1));
    refused("limit", () -> CPU_50.scaleInLimit(101));
    refused("multiple", () -> CPU_50.multipleOf(0, 0));
  }

  private static void refused(String knob, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(knob), e::getMessage);
  }

  @Test
  void everyKnobCanBeReadBack() {
    TargetTracking rule =
        CPU_50
            .named("n")
            .tolerance(0.2, 0.3)
            .missing(MissingData.hold())
            .withoutSample(WithoutSample.LIKE_OTHERS)
            .smoothing(Duration.ofSeconds(30))
            .maxStep(5, 4)
            .scaleInLimit(20)
            .multipleOf(3, 6)
            .kubernetes();
    assertEquals("n", rule.name());
    assertEquals(0.2, rule.toleranceDown());
    assertEquals(0.3, rule.toleranceUp());
    assertEquals(MissingData.hold(), rule.missing());
    assertEquals(WithoutSample.LIKE_OTHERS, rule.withoutSample());
    assertEquals(Duration.ofSeconds(30), rule.smoothing());
    assertEquals(5, rule.maxStepUp());
    assertEquals(4, rule.maxStepDown());
    assertEquals(20, rule.scaleInLimit());
    assertEquals(3, rule.multiple());
    assertEquals(6, rule.multipleAbove());
    assertTrue(rule.isKubernetes());
    assertEquals("target cpu", CPU_50.name());
    assertFalse(CPU_50.isKubernetes());
    assertTrue(rule.describe().contains("cpu at 50"), rule::describe);
  }
}
