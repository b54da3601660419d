package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FallbackTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric QUEUE = Metric.QUEUE_DEPTH;
  private static final ScalingRule RULE = TargetTracking.of(QUEUE, 10);

  private ScalingState state = ScalingState.initial();

  private ScalingDecision at(ScalingRule rule, int seconds, int instances, double queue) {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 1000)
            .scaleDown(DirectionLimits.none())
            .rule(rule)
            .build();
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(NOON.plusSeconds(seconds)).instances(instances);
    ScalingDecision decision =
        policy.decide(
            state,
            (queue < 0 ? metrics.missing(QUEUE, "down") : metrics.metric(QUEUE, queue)).build());
    assertEquals(decision.desired(), decision.proof().replay());
    state = ScalingState.parse(decision.next().toText());
    return decision;
  }

  @Test
  void theGivenNumberIsAskedForAfterMoreThanSoManyFailures() {
    Fallback rule = Fallback.of(RULE, 2, 7);
    assertEquals(3, at(rule, 0, 3, -1).desired());
    assertEquals(3, at(rule, 1, 3, -1).desired());
    ScalingDecision third = at(rule, 2, 3, -1);
    assertEquals(7, third.desired());
    assertTrue(third.reasons().contains(ScalingReason.MISSING_METRICS));
    assertEquals(2, at(rule, 3, 7, 20).desired());
    assertEquals(0, Fallback.failures(state.memory(rule.name())));
    assertEquals(2, at(rule, 4, 2, -1).desired(), "counted anew");
  }

  @Test
  void eachBehaviorAsksForItsNumber() {
    int[][] wanted = {
      // present, static, current, if higher, if lower; the given number is 7
      {3, 7, 3, 7, 3},
      {9, 7, 9, 9, 7},
    };
    for (int[] row : wanted) {
      for (Fallback.Behavior behavior : Fallback.Behavior.values()) {
        state = ScalingState.initial();
        Fallback rule = Fallback.of(RULE, 0, 7).behavior(behavior);
        int expected =
            switch (behavior) {
              case STATIC -> row[1];
              case CURRENT -> row[2];
              case CURRENT_IF_HIGHER -> row[3];
              case CURRENT_IF_LOWER -> row[4];
            };
        assertEquals(expected, at(rule, 0, row[0], -1).desired(), behavior.name());
      }
    }
  }

  @Test
  void theRuleInsideKeepsItsMemory() {
    ScalingRule delayed =
        PanicWindow.of(QUEUE, 10).utilization(1).scaleDownDelay(Duration.ofMinutes(5));
    Fallback rule = Fallback.of(delayed, 0, 1);
    assertEquals(5, at(rule, 0, 1, 50).desired());
    assertEquals(1, at(rule, 10, 5, -1).desired());
    assertEquals(5, at(rule, 90, 1, 5).desired(), "the delay remembers 5");
  }

  @Test
  void knobsOutsideOfTheirRangesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Fallback.of(RULE, -1, 7));
    assertThrows(IllegalArgumentException.class, () -> Fallback.of(RULE, 1, -7));
    assertThrows(IllegalArgumentException.class, () -> Activation.above(RULE, QUEUE, -1));
    assertThrows(IllegalArgumentException.class, () -> Activation.above(RULE, QUEUE, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(Metric.CPU, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(QUEUE, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(QUEUE, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(QUEUE, 1, 5).least(6));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(QUEUE, 1, 5).custom(0, 2));
    assertThrows(IllegalArgumentException.class, () -> JobScaling.of(QUEUE, 1, 5).batch(-1, 0, 0));
  }
}
