package dev.steelyard.autoscale.profile;

import static dev.steelyard.autoscale.Metric.CPU;
import static dev.steelyard.autoscale.Metric.QUEUE_DEPTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CompatibleTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static int desired(ScalingPolicy policy, ScalingState state, int current, double cpu) {
    ScalingMetrics metrics = at(0, current, cpu);
    return policy.decide(state, metrics).desired();
  }

  private static ScalingMetrics at(int seconds, int current, double cpu) {
    return ScalingMetrics.at(NOON.plusSeconds(seconds)).instances(current).metric(CPU, cpu).build();
  }

  @Test
  void kubernetesHasItsPublishedDefaults() {
    ScalingPolicy policy =
        Compatible.kubernetes(1, 1000).rule(Compatible.kubernetesResource(CPU, 50)).build();
    assertEquals(Duration.ofSeconds(300), policy.scaleDown().window());
    assertEquals(Duration.ZERO, policy.scaleUp().window());
    assertEquals(Duration.ofSeconds(300), policy.startupGrace());
    assertFalse(policy.hasProjectionGuard());
    assertEquals(5, desired(policy, ScalingState.initial(), 1, 10_000)); // 4 more
    assertEquals(40, desired(policy, ScalingState.initial(), 20, 10_000)); // 100 %
    assertEquals(20, desired(policy, ScalingState.initial(), 20, 55)); // 10 %, inclusive
    assertEquals(20, desired(policy, ScalingState.initial(), 20, 55.9)); // whole percent
    assertEquals(23, desired(policy, ScalingState.initial(), 20, 56));
  }

  @Test
  void aSecondStepWaitsForThePeriod() {
    ScalingPolicy policy =
        Compatible.kubernetes(1, 1000).rule(Compatible.kubernetesResource(CPU, 50)).build();
    ScalingDecision first = policy.decide(ScalingState.initial(), at(0, 10, 10_000));
    assertEquals(20, first.desired());
    assertEquals(20, policy.decide(first.next(), at(14, 20, 10_000)).desired());
    assertEquals(40, policy.decide(first.next(), at(15, 20, 10_000)).desired());
  }

  @Test
  void withoutBehaviorItDoublesOrGoesToFour() {
    ScalingPolicy policy =
        Compatible.kubernetesWithoutBehavior(1, 1000)
            .rule(Compatible.kubernetesResource(CPU, 50))
            .build();
    assertEquals(4, desired(policy, ScalingState.initial(), 1, 10_000));
    assertEquals(4, desired(policy, ScalingState.initial(), 2, 10_000));
    assertEquals(6, desired(policy, ScalingState.initial(), 3, 10_000));
    ScalingDecision first = policy.decide(ScalingState.initial(), at(0, 3, 10_000));
    assertEquals(12, policy.decide(first.next(), at(1, 6, 10_000)).desired());
  }

  @Test
  void withoutBehaviorTheWindowIncludesItsEnd() {
    ScalingPolicy without =
        Compatible.kubernetesWithoutBehavior(1, 100)
            .rule(Compatible.kubernetesResource(CPU, 50))
            .build();
    ScalingPolicy with =
        Compatible.kubernetes(1, 100).rule(Compatible.kubernetesResource(CPU, 50)).build();
    ScalingMetrics later = at(300, 10, 10);
    assertEquals(
        10, without.decide(seen(without), later).desired(), () -> "still inside its own window");
    assertEquals(2, with.decide(seen(with), later).desired());
    assertEquals(2, without.decide(seen(without), at(301, 10, 10)).desired());
  }

  private static ScalingState seen(ScalingPolicy policy) {
    return policy.decide(ScalingState.initial(), at(0, 10, 50)).next();
  }

  @Test
  void aValueIsMultipliedAndAnAverageValueDivided() {
    ScalingMetrics queue = ScalingMetrics.at(NOON).instances(3).metric(QUEUE_DEPTH, 20).build();
    assertEquals(
        6,
        Compatible.kubernetes(1, 100)
            .rule(Compatible.kubernetesValue(QUEUE_DEPTH, 10))
            .build()
            .decide(ScalingState.initial(), queue)
            .desired());
    assertEquals(
        2,
        Compatible.kubernetes(1, 100)
            .rule(Compatible.kubernetesAverageValue(QUEUE_DEPTH, 10))
            .build()
            .decide(ScalingState.initial(), queue)
            .recommended());
  }

  @Test
  void nomadAndSpannerHaveTheirOwnDeadBands() {
    ScalingPolicy nomad =
        ScalingPolicy.builder().bounds(1, 1000).rule(Compatible.nomadTargetValue(CPU, 50)).build();
    assertEquals(100, desired(nomad, ScalingState.initial(), 100, 50.5));
    assertEquals(102, desired(nomad, ScalingState.initial(), 100, 50.6));
    ScalingPolicy spanner =
        Compatible.spanner(1, 1000).rule(Compatible.spannerLinear(CPU, 65)).build();
    assertEquals(100, desired(spanner, ScalingState.initial(), 100, 70));
    assertEquals(108, desired(spanner, ScalingState.initial(), 100, 70.1));
    assertEquals(92, desired(spanner, ScalingState.initial(), 100, 59.5));
    ScalingDecision out = spanner.decide(ScalingState.initial(), at(0, 10, 80));
    assertEquals(13, out.desired());
    assertEquals(13, spanner.decide(out.next(), at(299, 13, 80)).desired());
    assertEquals(16, spanner.decide(out.next(), at(300, 13, 80)).desired());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> Compatible.spannerLinear(CPU, 101))
            .getMessage()
            .contains("threshold"));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> Compatible.kubernetesWithoutBehavior(1, 2, 1, 4, Duration.ZERO))
            .getMessage()
            .contains("factor"));
  }
}
