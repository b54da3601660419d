package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TrueRateTest {
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  private static final Metric ARRIVALS = Metric.custom("arrivals", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric WORKED = Metric.custom("worked", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric EACH = Metric.custom("each", Metric.Kind.PER_INSTANCE_AVERAGE);
  private static final Metric BUSY = Metric.custom("busy", Metric.Kind.NON_PROPORTIONAL);
  private static final Metric LAG = Metric.custom("lag", Metric.Kind.PROPORTIONAL_TOTAL);

  private static final TrueRate RULE =
      TrueRate.of(ARRIVALS, WORKED, BUSY).utilization(0.5, 0).scaleDownInterval(Duration.ZERO);

  private ScalingState state = ScalingState.initial();

  @Test
  void theTrueRateIsTheRateDividedByTheBusyShare() {
    // Four instances work off 100/s and are busy a quarter of the time: they could do 400/s.
    assertEquals(8, decide(policy(RULE), 0, 4, m -> worked(m, 400, 100, 25)).desired());
    assertEquals(2, decide(policy(RULE), 60, 4, m -> worked(m, 100, 100, 25)).desired());
  }

  @Test
  void oneStepLeadsToTheSizeAndItStays() {
    ScalingPolicy policy = policy(RULE);
    int size = decide(policy, 0, 3, m -> worked(m, 990, 270, 90)).desired();
    assertEquals(20, size); // 100/s each: 990/s at half of it
    for (int t = 1; t < 5; t++) {
      assertEquals(20, decide(policy, 60L * t, 20, m -> worked(m, 990, 990, 49.5)).desired());
    }
  }

  @Test
  void whileInstancesStartNoMoreAreAskedForThanAreNeeded() {
    ScalingPolicy policy = policy(RULE);
    assertEquals(8, decide(policy, 0, 4, m -> worked(m, 400, 100, 25)).desired());
    ScalingDecision starting =
        decide(policy, 15, 8, m -> worked(m.ready(4), 400, 300, 75)); // four are not ready yet
    assertEquals(8, starting.desired());
  }

  @Test
  void almostIdleInstancesAreJudgedByWhatTheyCouldDoBefore() {
    ScalingPolicy policy = policy(RULE.factors(1, 100));
    decide(policy, 0, 4, m -> worked(m, 200, 100, 25)); // 100/s each
    ScalingDecision idle = decide(policy, 60, 4, m -> worked(m, 50, 3, 1));
    assertEquals(1, idle.desired());
    assertTrue(idle.proof().toString().contains("the true rate is that seen last"));
  }

  @Test
  void withoutAnyTrueRateNobodyScalesIn() {
    ScalingDecision decision = decide(policy(RULE), 0, 4, m -> worked(m, 1, 0.1, 1));
    assertEquals(4, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.MISSING_METRICS));
    ScalingDecision nothing =
        decide(policy(RULE), 60, 4, m -> m.missing(ARRIVALS, "no answer").metric(BUSY, 50));
    assertEquals(4, nothing.desired());
    assertTrue(nothing.proof().toString().contains("no answer"));
    ScalingDecision noneReady = decide(policy(RULE), 120, 4, m -> worked(m.ready(0), 9, 9, 50));
    assertEquals(4, noneReady.desired());
  }

  @Test
  void theBacklogIsWorkedOffInTheGivenTime() {
    TrueRate rule =
        TrueRate.of(ARRIVALS, EACH)
            .utilization(1, 0)
            .catchUp(LAG, Duration.ofMinutes(10), Duration.ofMinutes(1));
    // 100/s arrive, 6,000 wait: 10/s for the backlog, 10/s for what arrives during the restart.
    ScalingDecision decision =
        decide(
            policy(rule), 0, 10, m -> m.metric(ARRIVALS, 100).metric(EACH, 10).metric(LAG, 6000));
    assertEquals(12, decision.desired());
    assertEquals(120, decision.proof().steps().get(0).output());
    ScalingDecision blind =
        decide(policy(rule), 60, 10, m -> m.metric(ARRIVALS, 10).metric(EACH, 10));
    assertEquals(10, blind.desired(), "a backlog that is not known never scales in");
  }

  @Test
  void insideTheBoundaryNothingHappens() {
    ScalingPolicy policy = policy(RULE.utilization(0.7, 0.3));
    for (double arrivals : new double[] {160, 280, 399}) {
      ScalingDecision decision = decide(policy, 0, 4, m -> worked(m, arrivals, 100, 25));
      assertEquals(4, decision.desired(), "at " + arrivals + " of 400/s");
      assertTrue(decision.proof().toString().contains("inside the boundary"));
    }
    assertEquals(6, decide(policy, 0, 4, m -> worked(m, 402, 100, 25)).desired());
    assertEquals(3, decide(policy, 0, 4, m -> worked(m, 158, 100, 25)).desired());
  }

  @Test
  void scalingDownWaitsAndSaysUntilWhen() {
    ScalingPolicy policy = policy(RULE.scaleDownInterval(Duration.ofMinutes(10)));
    ScalingDecision first = decide(policy, 0, 8, m -> worked(m, 100, 200, 25));
    assertEquals(8, first.desired());
    assertEquals(START.plusSeconds(600), first.lookAgain().orElseThrow());
    decide(policy, 300, 8, m -> worked(m, 300, 200, 25));
    ScalingDecision last = decide(policy, 600, 8, m -> worked(m, 100, 200, 25));
    assertEquals(6, last.desired());
    assertTrue(last.proof().toString().contains("the most asked for within the interval"));
    // What was served does not hurry the next one.
    assertEquals(6, decide(policy, 660, 6, m -> worked(m, 100, 150, 25)).desired());
  }

  @Test
  void aScaleUpInVainIsNotFollowedByAnotherUntilADayIsOver() {
    ScalingPolicy policy = policy(RULE);
    assertEquals(8, decide(policy, 0, 4, m -> worked(m, 400, 100, 25)).desired());
    // Twice the instances, the same rate: something else is the bottleneck.
    ScalingDecision vain = decide(policy, 600, 8, m -> worked(m, 400, 200, 50));
    assertEquals(8, vain.desired());
    assertTrue(vain.proof().toString().contains("the last scale-up was in vain"));
    assertEquals(16, decide(policy, 90_000, 8, m -> worked(m, 400, 200, 50)).desired());
  }

  @Test
  void aScaleUpIsJudgedOnlyWhenItsInstancesAreReady() {
    ScalingPolicy policy = policy(RULE);
    decide(policy, 0, 4, m -> worked(m, 400, 100, 25));
    ScalingDecision early = decide(policy, 60, 8, m -> worked(m, 600, 200, 50));
    assertEquals(24, early.desired(), "within the time to settle");
    state = ScalingState.initial();
    decide(policy, 0, 4, m -> worked(m, 400, 100, 25));
    ScalingDecision starting = decide(policy, 600, 8, m -> worked(m.ready(5), 600, 200, 50));
    assertEquals(15, starting.desired(), "three are not ready");
  }

  @Test
  void everyProofReplays() {
    ScalingDecision decision =
        decide(policy(RULE.alignedTo(60)), 0, 4, m -> worked(m, 340, 100, 25));
    assertEquals(10, decision.desired()); // 7 does not divide 60, 10 does
    assertEquals(10, decision.proof().replay());
    assertEquals(Proof.Stage.PROPOSE, decision.proof().steps().get(3).stage());
  }

  @Test
  void refusesKnobsOutOfRange() {
    refused("arrivals", () -> TrueRate.of(EACH, WORKED));
    refused("rate", () -> TrueRate.of(ARRIVALS, BUSY));
    refused("utilization", () -> RULE.utilization(0, 0.3));
    refused("utilization", () -> RULE.utilization(1.01, 0.3));
    refused("boundary", () -> RULE.utilization(0.7, Double.NaN));
    refused("catch up", () -> RULE.catchUp(LAG, Duration.ZERO, Duration.ZERO));
    refused("backlog", () -> RULE.catchUp(EACH, Duration.ofMinutes(1), Duration.ZERO));
    refused("restart", () -> RULE.catchUp(LAG, Duration.ofMinutes(1), Duration.ofMillis(-1)));
    refused("factor down", () -> RULE.factors(1.1, 1));
    refused("factor up", () -> RULE.factors(0.5, 0));
    refused("interval", () -> RULE.scaleDownInterval(Duration.ofSeconds(-1)));
    refused("effectiveness", () -> RULE.effectiveness(-0.1, Duration.ZERO));
    refused("settle", () -> RULE.effectiveness(0.1, Duration.ofSeconds(-1)));
    refused("sizes", () -> RULE.observedScaling(0, 0.5));
    refused("coefficient", () -> RULE.observedScaling(3, 0));
    refused("partitions", () -> RULE.alignedTo(0));
    refused("assume", () -> RULE.missing(MissingData.assume(1)));
  }

  private static void refused(String part, Runnable call) {
    var e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::toString);
  }

  private static ScalingMetrics.Builder worked(
      ScalingMetrics.Builder metrics, double arrivals, double worked, double busy) {
    return metrics.metric(ARRIVALS, arrivals).metric(WORKED, worked).metric(BUSY, busy);
  }

  private static ScalingPolicy policy(TrueRate rule) {
    return ScalingPolicy.builder()
        .bounds(1, 1000)
        .rule(rule)
        .scaleDown(DirectionLimits.none())
        .build();
  }

  private ScalingDecision decide(
      ScalingPolicy policy,
      long seconds,
      int instances,
      UnaryOperator<ScalingMetrics.Builder> facts) {
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(START.plusSeconds(seconds)).instances(instances);
    ScalingDecision decision = policy.decide(state, facts.apply(metrics).build());
    assertEquals(decision.desired(), decision.proof().replay());
    state = ScalingState.parse(decision.next().toText());
    return decision;
  }
}
