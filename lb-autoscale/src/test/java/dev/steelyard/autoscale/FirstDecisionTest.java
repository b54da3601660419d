package dev.steelyard.autoscale;

import static dev.steelyard.autoscale.Metric.CPU;
import static dev.steelyard.autoscale.Metric.QUEUE_DEPTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a newcomer writes first. */
class FirstDecisionTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final ScalingPolicy policy =
      ScalingPolicy.builder().bounds(2, 10).rule(TargetTracking.of(CPU, 70)).build();

  @Test
  void fourBusyInstancesBecomeSix() {
    ScalingMetrics busy = ScalingMetrics.at(NOON).instances(4).metric(CPU, 91).build();

    ScalingDecision decision = policy.decide(ScalingState.initial(), busy);

    assertEquals(6, decision.desired());
    assertEquals(ScalingAction.SCALE_UP, decision.action());
    assertEquals(List.of(ScalingReason.CPU), decision.reasons());
    assertEquals(6, decision.proof().replay());
  }

  @Test
  void idleInstancesStayForTheWindowAndGoThen() {
    ScalingMetrics idle = ScalingMetrics.at(NOON).instances(4).metric(CPU, 10).build();
    ScalingDecision first = policy.decide(ScalingState.initial(), idle);
    assertEquals(4, first.desired());
    assertEquals(NOON.plusSeconds(300), first.lookAgain().orElseThrow());

    ScalingMetrics later =
        ScalingMetrics.at(NOON.plusSeconds(300)).instances(4).metric(CPU, 10).build();
    ScalingDecision second = policy.decide(ScalingState.parse(first.next().toText()), later);
    assertEquals(2, second.desired());
    assertEquals(second, policy.decide(first.next(), later));
    assertEquals(2, second.proof().replay());
  }

  @Test
  void aMissingMetricNeverScalesIn() {
    ScalingMetrics blind = ScalingMetrics.at(NOON).instances(4).missing(CPU, "timeout").build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), blind);
    assertEquals(4, decision.desired());
    assertEquals(List.of(ScalingReason.MISSING_METRICS), decision.reasons());
  }

  @Test
  void theProofOfNoLoadAtAllReplays() {
    ScalingPolicy byRate =
        ScalingPolicy.builder()
            .bounds(0, 10)
            .rule(TargetTracking.of(Metric.REQUEST_RATE, 10))
            .build();
    ScalingMetrics silent =
        ScalingMetrics.at(NOON).instances(4).metric(Metric.REQUEST_RATE, 0).build();
    assertEquals(4, byRate.decide(ScalingState.initial(), silent).proof().replay());
  }

  @Test
  void anAlteredProofDoesNotReplay() {
    ScalingMetrics busy = ScalingMetrics.at(NOON).instances(4).metric(CPU, 91).build();
    Proof proof = policy.decide(ScalingState.initial(), busy).proof();
    Proof.Step first = proof.steps().get(0);
    List<Proof.Step> altered = new java.util.ArrayList<>(proof.steps());
    altered.set(
        0, Proof.Step.of(first.stage(), first.rule(), first.formula(), null, 95, 70, 4, 4, .1, .1));
    assertEquals(6, first.output());
    altered.set(
        0,
        Proof.Step.of(first.stage(), first.rule(), first.formula(), null, 150, 70, 4, 4, .1, .1));
    assertThrows(IllegalStateException.class, () -> Proof.of(altered).replay());
  }

  @Test
  void aNumberThatCannotBeOneIsRefused() {
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOON).instances(1);
    assertThrows(IllegalArgumentException.class, () -> builder.metric(CPU, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> builder.metric(QUEUE_DEPTH, -1));
    assertThrows(IllegalArgumentException.class, () -> builder.metric(CPU, 5, NOON.plusSeconds(1)));
  }
}
