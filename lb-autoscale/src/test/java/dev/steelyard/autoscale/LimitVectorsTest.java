package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Vectors;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Nomad's capping with its history of reasons, and Spanner's floor by another resource. */
class LimitVectorsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** Nomad moves the reason into a history when it caps; here, one list has both in this order. */
  @TestFactory
  Stream<DynamicTest> capping() {
    return Vectors.cases("nomad_strategies", "capWithReasonHistory", LimitVectorsTest::capping);
  }

  private static void capping(JsonNode c) {
    int count = c.path("count").asInt();
    int least = c.path("min").asInt();
    int most = c.path("max").asInt();
    ScalingDecision decision =
        ScalingPolicy.builder()
            .bounds(least, most)
            .rule(Wish.of(count))
            .scaleDown(DirectionLimits.none())
            .build()
            .decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(6).build());
    boolean capped = c.path("expected").path("capped").asBoolean();
    assertEquals(c.path("expected").path("count").asInt(), decision.desired());
    assertEquals(
        capped ? List.of(ScalingReason.CUSTOM, ScalingReason.BOUND) : List.of(ScalingReason.CUSTOM),
        decision.reasons());
  }

  /** A floor by another resource is a rule that tracks it; sizes are in units of 100. */
  @TestFactory
  Stream<DynamicTest> resourceFloor() {
    return Vectors.cases("spanner_methods", "resourceFloor", LimitVectorsTest::resourceFloor);
  }

  private static void resourceFloor(JsonNode c) {
    Metric databases = Metric.custom("databases", Metric.Kind.PROPORTIONAL_TOTAL);
    int unit = 100;
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(c.path("minSize").asInt() / unit, c.path("maxSize").asInt() / unit)
            .rule(Wish.of(c.path("metricSuggestion").asInt() / unit))
            .rule(
                TargetTracking.of(databases, c.path("databasesPer100Units").asInt())
                    .tolerance(0, 0))
            .build();
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON).instances(1).metric(databases, c.path("databases").asInt()).build();
    assertEquals(
        c.path("expected").asInt(),
        policy.decide(ScalingState.initial(), metrics).desired() * unit);
  }
}
