package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Metric.Kind;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Rules;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The Spanner autoscaler's steps, and its floor that comes from another resource. */
class SpannerStepVectorsTest {
  private static final String FILE = "spanner_methods";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric LOAD = Metric.custom("load", Kind.NON_PROPORTIONAL);
  private static final Metric DATABASES = Metric.custom("databases", Kind.NON_PROPORTIONAL);

  /** Processing units come in hundreds. */
  private static final int UNIT = 100;

  @TestFactory
  Stream<DynamicTest> stepwise() {
    return Vectors.cases(
        FILE,
        "stepwise",
        one -> {
          boolean nodes = one.path("units").asText().equals("NODES");
          int unit = nodes ? 1 : UNIT;
          int step = one.path("stepSize").asInt() / unit;
          double threshold = one.path("threshold").asDouble();
          Thresholds rule =
              CompatibleSpanner.stepwise(
                  LOAD,
                  threshold,
                  step,
                  Math.max(step, one.path("overloadStepSize").asInt() / unit));
          ScalingPolicy policy =
              ScalingPolicy.builder()
                  .bounds(one.path("minSize").asInt() / unit, 1000)
                  .rule(nodes ? rule : rule.multipleOf(10, 10))
                  .scaleDown(DirectionLimits.none())
                  .build();
          ScalingDecision decision =
              policy.decide(
                  ScalingState.initial(),
                  ScalingMetrics.at(NOON)
                      .instances(one.path("currentSize").asInt() / unit)
                      .metric(LOAD, one.path("value").asDouble(threshold))
                      .build());
          assertEquals(one.path("expected").asInt(), decision.desired() * unit);
          assertEquals(decision.desired(), decision.proof().replay());
        });
  }

  @TestFactory
  Stream<DynamicTest> resourceFloor() {
    return Vectors.cases(FILE, "resourceFloor", SpannerStepVectorsTest::floor);
  }

  private static void floor(JsonNode one) {
    double perUnit = one.path("databasesPer100Units").asDouble();
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(one.path("minSize").asInt() / UNIT, one.path("maxSize").asInt() / UNIT)
            .rule(Rules.size("metrics", e -> one.path("metricSuggestion").asInt() / UNIT))
            .rule(
                Rules.custom(
                    "databases",
                    e ->
                        Proposal.floor(
                            ScalingReason.CUSTOM,
                            (int) Math.ceil(e.reading(DATABASES).value() / perUnit))))
            .build();
    ScalingDecision decision =
        policy.decide(
            ScalingState.initial(),
            ScalingMetrics.at(NOON)
                .instances(1)
                .metric(DATABASES, one.path("databases").asDouble())
                .build());
    assertEquals(one.path("expected").asInt(), decision.desired() * UNIT);
  }
}
