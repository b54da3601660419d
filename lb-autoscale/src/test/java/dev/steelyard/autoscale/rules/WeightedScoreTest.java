package dev.steelyard.autoscale.rules;

import static dev.steelyard.autoscale.rules.ThresholdsTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightedScoreTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final WeightedScore rule =
      WeightedScore.of(
              Term.of(Metric.CPU, 50, 3), Term.of(Metric.QUEUE_DEPTH, 100, 1).critical(150))
          .scaleOut(0.2, Adjustment.change(2))
          .scaleIn(-0.5, Adjustment.change(-1));

  private static ScalingDecision decide(WeightedScore rule, ScalingMetrics.Builder metrics) {
    ScalingDecision decision =
        ScalingPolicy.builder()
            .bounds(0, 100)
            .rule(rule)
            .scaleDown(DirectionLimits.none().cooldown(Duration.ofMinutes(5)))
            .scaleUp(
                DirectionLimits.none()
                    .window(Duration.ofMinutes(5))
                    .cooldown(Duration.ofMinutes(5)))
            .build()
            .decide(ScalingState.initial(), metrics.build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static ScalingMetrics.Builder at(double cpu, double queue) {
    return ScalingMetrics.at(NOON)
        .instances(4)
        .metric(Metric.CPU, cpu)
        .metric(Metric.QUEUE_DEPTH, 4 * queue);
  }

  private static double score(ScalingDecision decision) {
    for (Proof.Step step : decision.proof().steps()) {
      if (step.formula() == Formula.WEIGHTED_MEAN) {
        return step.output();
      }
    }
    return Double.NaN;
  }

  @Test
  void theScoreIsTheWeightedMeanOfTheDeviations() {
    // 3 x (60 - 50) / 50 + 1 x (120 - 100) / 100, by 4.
    ScalingDecision out = decide(rule, at(60, 120));
    assertEquals((3 * 0.2 + 0.2) / 4, score(out), 1e-12);
    assertEquals(4, decide(rule, at(50, 149)).desired());
    assertEquals(0.1225, score(decide(rule, at(50, 149))), 1e-12);
  }

  @Test
  void aHighScoreScalesOutALowOneIn() {
    assertEquals(4, decide(rule, at(59, 119)).recommended());
    ScalingDecision out = decide(rule, at(75, 120));
    assertEquals(6, out.recommended());
    assertEquals(3, decide(rule, at(20, 40)).recommended());
  }

  @Test
  void anIdleCpuCannotAverageAwayAFullQueue() {
    ScalingDecision decision = decide(rule, at(0, 151));
    assertTrue(score(decision) < 0);
    // At once, whatever window and cooldown there are.
    assertEquals(6, decision.desired());
    assertEquals(List.of(ScalingReason.QUEUE), decision.reasons());
    assertTrue(decision.explain().contains("above its critical limit"), decision::explain);
    assertEquals(4, decide(rule, at(40, 150)).desired());
  }

  @Test
  void anEmergencyPassesAMetricThatHolds() {
    WeightedScore holding =
        WeightedScore.of(
            Term.of(Metric.MEMORY, 50, 3).missing(MissingData.hold()),
            Term.of(Metric.QUEUE_DEPTH, 100, 1).critical(150));
    assertEquals(5, decide(holding, at(0, 151)).desired());
    assertEquals(4, decide(holding, at(0, 149)).desired());
  }

  @Test
  void aMetricCountsAsFarAsItIsBelieved() {
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(NOON)
            .instances(4)
            .metric(Metric.CPU, 100, NOON.minusSeconds(150))
            .metric(Metric.QUEUE_DEPTH, 400);
    // CPU is half as fresh as it may be: 3 x 0.5 x 1 of 3 x 0.5 + 1 x 1 x 1.
    assertEquals(1.5 / 2.5, score(decide(rule, metrics)), 1e-12);
  }

  @Test
  void aMetricThatIsMissingDoesNotScaleInUnlessIgnored() {
    ScalingMetrics.Builder idle = ScalingMetrics.at(NOON).instances(4).metric(Metric.CPU, 1);
    ScalingDecision held = decide(rule, idle);
    assertEquals(4, held.desired());
    assertEquals(List.of(ScalingReason.MISSING_METRICS), held.reasons());
    WeightedScore ignoring =
        WeightedScore.of(
            Term.of(Metric.CPU, 50, 3),
            Term.of(Metric.QUEUE_DEPTH, 100, 1).missing(MissingData.ignore()));
    assertEquals(
        3, decide(ignoring, ScalingMetrics.at(NOON).instances(4).metric(Metric.CPU, 1)).desired());
  }

  @Test
  void theGuardProjectsTheScore() {
    WeightedScore tight =
        WeightedScore.of(Term.of(Metric.CPU, 50, 1))
            .scaleOut(0.1, Adjustment.change(1))
            .scaleIn(-0.2, Adjustment.change(-1));
    ScalingDecision decision =
        decide(tight, ScalingMetrics.at(NOON).instances(2).metric(Metric.CPU, 35));
    assertEquals(2, decision.desired());
    assertTrue(decision.explain().contains("the score becomes 0.4"), decision::explain);
  }

  @Test
  void numbersThatCannotBeAreRefused() {
    assertRefused("sum of the weights", () -> WeightedScore.of(Term.of(Metric.CPU, 50, 0)));
    assertRefused("sum of the weights", WeightedScore::of);
    assertRefused(
        "in the score twice",
        () -> WeightedScore.of(Term.of(Metric.CPU, 50, 1), Term.of(Metric.CPU, 60, 1)));
    assertRefused("target of cpu", () -> Term.of(Metric.CPU, 0, 1));
    assertRefused("weight of cpu", () -> Term.of(Metric.CPU, 50, -1));
    assertRefused("above its target 50", () -> Term.of(Metric.CPU, 50, 1).critical(50));
    assertRefused("(0, 1], was 1.1", () -> rule.scaleOut(1.1, Adjustment.change(1)));
    assertRefused("[-1, 0), was 0.0", () -> rule.scaleIn(0, Adjustment.change(-1)));
    assertRefused("must add", () -> rule.scaleOut(0.5, Adjustment.change(-1)));
    assertRefused("must remove", () -> rule.scaleIn(-0.5, Adjustment.change(1)));
  }
}
