package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.rules.ThresholdsTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
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

class StepScalingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final StepScaling rule =
      StepScaling.of(Metric.CPU)
          .out(
              60,
              Step.between(0, 10, Adjustment.percent(10)),
              Step.from(10, Adjustment.percent(30)))
          .in(30, Step.upTo(0, Adjustment.change(-1)));

  private static ScalingPolicy policy(ScalingRule rule) {
    return ScalingPolicy.builder()
        .bounds(0, 100)
        .rule(rule)
        .scaleDown(DirectionLimits.none())
        .build();
  }

  private static ScalingDecision decide(
      ScalingPolicy policy, ScalingState state, long second, int count, double cpu) {
    ScalingDecision decision =
        policy.decide(
            ScalingState.parse(state.toText()),
            ScalingMetrics.at(NOON.plusSeconds(second))
                .instances(count)
                .metric(Metric.CPU, cpu)
                .build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static int once(StepScaling rule, int count, double cpu) {
    return decide(policy(rule), ScalingState.initial(), 0, count, cpu).desired();
  }

  @Test
  void aboveTheThresholdTheLowerBoundBelongsToAStepBelowItTheUpperOneDoes() {
    assertEquals(10, once(rule, 10, 59.999));
    assertEquals(11, once(rule, 10, 60));
    assertEquals(11, once(rule, 10, 69.999));
    assertEquals(13, once(rule, 10, 70));
    assertEquals(10, once(rule, 10, 30.001));
    assertEquals(9, once(rule, 10, 30));
  }

  @Test
  void whileInstancesWarmUpOnlyTheDifferenceIsAdded() {
    ScalingPolicy policy = policy(rule.warmup(Duration.ofMinutes(3)));
    ScalingDecision first = decide(policy, ScalingState.initial(), 0, 10, 65);
    assertEquals(11, first.desired());
    ScalingDecision second = decide(policy, first.next(), 60, 11, 65);
    assertEquals(11, second.desired());
    ScalingDecision third = decide(policy, second.next(), 90, 11, 75);
    assertEquals(13, third.desired());
    ScalingDecision warm = decide(policy, third.next(), 90 + 180, 13, 75);
    assertEquals(16, warm.desired());
  }

  @Test
  void whileInstancesWarmUpNoneAreRemoved() {
    ScalingPolicy policy = policy(rule.warmup(Duration.ofMinutes(3)));
    ScalingDecision out = decide(policy, ScalingState.initial(), 0, 10, 65);
    ScalingDecision held = decide(policy, out.next(), 179, 11, 10);
    assertEquals(11, held.desired());
    assertEquals(NOON.plusSeconds(180), held.lookAgain().orElseThrow());
    assertTrue(held.explain().contains("while instances warm up"), held::explain);
    assertEquals(10, decide(policy, held.next(), 180, 11, 10).desired());
  }

  @Test
  void aBreachMayHaveToLastInEachDirection() {
    ScalingPolicy policy = policy(rule.breach(Breach.consecutive(2), Breach.consecutive(3)));
    double[] cpu = {65, 65, 20, 20, 20, 65, 20};
    int[] expected = {10, 11, 10, 10, 9, 10, 10};
    ScalingState state = ScalingState.initial();
    for (int i = 0; i < cpu.length; i++) {
      ScalingDecision decision = decide(policy, state, i, 10, cpu[i]);
      assertEquals(expected[i], decision.desired(), "sample " + i);
      state = decision.nextIfNotApplied();
    }
  }

  @Test
  void theGuardLeavesOutAScaleInThatWouldBeUndone() {
    StepScaling tight =
        StepScaling.of(Metric.CPU)
            .out(60, Step.from(0, Adjustment.change(1)))
            .in(40, Step.upTo(0, Adjustment.change(-1)));
    ScalingDecision decision = decide(policy(tight), ScalingState.initial(), 0, 2, 35);
    assertEquals(2, decision.desired());
    assertTrue(decision.explain().contains("cpu 35% becomes 70, threshold 60"), decision::explain);
    assertEquals(1, once(tight, 2, 29));
  }

  @Test
  void aMissingMetricNeverScalesIn() {
    ScalingMetrics blind = ScalingMetrics.at(NOON).instances(10).build();
    ScalingDecision decision = policy(rule).decide(ScalingState.initial(), blind);
    assertEquals(10, decision.desired());
    assertEquals(List.of(ScalingReason.MISSING_METRICS), decision.reasons());
    ScalingDecision assumed =
        policy(rule.missing(MissingData.assume(75))).decide(ScalingState.initial(), blind);
    assertEquals(13, assumed.desired());
  }

  @Test
  void stepsThatCannotBeAreRefused() {
    Adjustment one = Adjustment.change(1);
    StepScaling cpu = StepScaling.of(Metric.CPU);
    assertRefused(
        "[0, 5] and [6, open] that scale out leave a gap",
        () -> cpu.out(50, Step.from(6, one), Step.between(0, 5, one)));
    assertRefused(
        "[0, 5] and [4, open] that scale out overlap",
        () -> cpu.out(50, Step.between(0, 5, one), Step.from(4, one)));
    assertRefused(
        "both open at the same end", () -> cpu.out(50, Step.from(0, one), Step.from(5, one)));
    assertRefused("must be open above", () -> cpu.out(50, Step.between(0, 5, one)));
    assertRefused(
        "must be open below", () -> cpu.in(50, Step.between(-5, 0, Adjustment.change(-1))));
    assertRefused("must not remove", () -> cpu.out(50, Step.from(0, Adjustment.change(-1))));
    assertRefused("must not add", () -> cpu.in(50, Step.upTo(0, one)));
    assertRefused("below its upper one", () -> Step.between(5, 5, one));
    assertRefused(
        "open at both ends",
        () -> new Step(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, one));
    assertRefused("are missing", () -> cpu.out(50));
    assertRefused("warm-up must not be negative", () -> rule.warmup(Duration.ofMillis(-1)));
    assertThrows(
        IllegalStateException.class, () -> cpu.breach(Breach.consecutive(2), Breach.once()));
  }
}
