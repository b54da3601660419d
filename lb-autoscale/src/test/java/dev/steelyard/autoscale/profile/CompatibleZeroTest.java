package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.Fallback;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a user of the Knative- and KEDA-compatible policies picks, beyond those systems' cases. */
class CompatibleZeroTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric QUEUE = Metric.QUEUE_DEPTH;

  private ScalingState state = ScalingState.initial();
  private int instances;

  private int at(ScalingPolicy policy, long millis, Metric metric, double value) {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON.plusMillis(millis))
            .instances(instances)
            .metric(metric, value)
            .build();
    ScalingDecision decision = policy.decide(state, metrics);
    assertEquals(decision.desired(), decision.proof().replay());
    state = decision.next();
    instances = decision.desired();
    return instances;
  }

  @Test
  void knativeWakesHalvesAndGoesAfterWindowAndGrace() {
    ScalingPolicy policy = CompatibleKnative.autoscaler(Metric.IN_FLIGHT, 100).build();
    assertEquals(0, at(policy, 0, Metric.IN_FLIGHT, 0));
    // Two of three buckets have 1400: 934 need 14 at 70 each.
    assertEquals(14, at(policy, 2_000, Metric.IN_FLIGHT, 1400));
    int seconds = 2;
    while (instances > 0 && seconds < 600) {
      seconds += 2;
      at(policy, seconds * 1000L, Metric.IN_FLIGHT, 0);
    }
    assertEquals(0, instances);
    assertTrue(seconds >= 2 + 60 + 60 + 30, "panic, a window without work, a grace");
  }

  @Test
  void knativeKeepsOneWhereItMayNotScaleToZero() {
    ScalingPolicy policy = CompatibleKnative.autoscaler(QUEUE, 10).enableScaleToZero(false).build();
    instances = 1;
    assertEquals(1, at(policy, 0, QUEUE, 0));
    assertEquals(1, at(policy, 3_600_000, QUEUE, 0));
  }

  @Test
  void kedaGoesStraightToZeroStrictlyAfterItsCooldown() {
    ScalingPolicy policy = CompatibleKeda.scaledObject().trigger(QUEUE, 10, 5).build();
    instances = 4;
    at(policy, 0, QUEUE, 40);
    assertEquals(4, at(policy, 299_999, QUEUE, 5), "the HPA's window");
    assertEquals(1, at(policy, 300_000, QUEUE, 5));
    assertEquals(0, at(policy, 300_001, QUEUE, 5));
    assertEquals(0, at(policy, 400_000, QUEUE, 5), "not above its activation threshold");
    assertEquals(1, at(policy, 400_001, QUEUE, 6));
  }

  @Test
  void aResourceTriggerOfKedaIsNoSignOfWork() {
    ScalingPolicy policy =
        CompatibleKeda.scaledObject()
            .trigger(QUEUE, 10, 0)
            .resourceTrigger(TargetTracking.of(Metric.CPU, 70))
            .build();
    ScalingMetrics idle =
        ScalingMetrics.at(NOON).instances(1).metric(QUEUE, 0).metric(Metric.CPU, 60).build();
    assertEquals(0, policy.decide(state, idle).desired());
  }

  @Test
  void contradictionsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> CompatibleKeda.scaledObject().build());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            CompatibleKeda.scaledObject()
                .trigger(QUEUE, 10, 0)
                .minReplicaCount(1)
                .idleReplicaCount(1)
                .build());
    assertThrows(
        IllegalArgumentException.class,
        () -> CompatibleKeda.scaledObject().fallback(1, -1, Fallback.Behavior.STATIC));
    CompatibleKnative scaler = CompatibleKnative.scaler(TargetTracking.of(QUEUE, 1));
    assertThrows(
        IllegalArgumentException.class, () -> scaler.scaleDownDelay(Duration.ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> scaler.panicWindowPercentage(10));
    CompatibleKnative knative = CompatibleKnative.autoscaler(QUEUE, 1);
    assertThrows(IllegalArgumentException.class, () -> knative.panicWindowPercentage(0.5));
    assertThrows(IllegalArgumentException.class, () -> knative.targetUtilizationPercentage(0));
    assertThrows(IllegalArgumentException.class, () -> knative.initialScale(0));
  }
}
