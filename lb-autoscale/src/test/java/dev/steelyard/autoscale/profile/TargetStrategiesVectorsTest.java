package dev.steelyard.autoscale.profile;

import static dev.steelyard.autoscale.profile.HpaPods.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Vectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Nomad's target-value and Spanner's LINEAR. */
class TargetStrategiesVectorsTest {
  private static final Metric LOAD = Metric.custom("load", Metric.Kind.PER_INSTANCE_AVERAGE);
  private static final int HUNDRED = 100;

  @TestFactory
  Stream<DynamicTest> nomadTargetValue() {
    return Vectors.cases("nomad_strategies", "targetValue", TargetStrategiesVectorsTest::nomad);
  }

  private static void nomad(JsonNode one) {
    int count = one.path("count").asInt();
    double threshold = one.path("threshold").asDouble();
    TargetTracking rule =
        Compatible.nomadTargetValue(LOAD, one.path("target").asDouble())
            .tolerance(threshold, threshold)
            .maxStep(
                one.path("maxScaleUp").asInt(Integer.MAX_VALUE),
                one.path("maxScaleDown").asInt(Integer.MAX_VALUE));
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOW).instances(count);
    for (JsonNode sample : one.path("metrics")) {
      metrics.metric(LOAD, sample.asDouble());
    }
    ScalingDecision decision = decide(ScalingPolicy.builder().bounds(0, 1_000), rule, metrics);
    assertEquals(
        one.path("expected").path("count").asInt(count), decision.recommended(), decision::explain);
  }

  @TestFactory
  Stream<DynamicTest> spannerLinear() {
    return Vectors.cases("spanner_methods", "linear", TargetStrategiesVectorsTest::linear);
  }

  private static void linear(JsonNode one) {
    boolean units = one.path("units").asText().equals("PROCESSING_UNITS");
    int unit = units ? HUNDRED : 1;
    double threshold = one.path("threshold").asDouble();
    TargetTracking rule = Compatible.spannerLinear(Metric.CPU, threshold);
    if (units) {
      rule = rule.multipleOf(10, 10);
    }
    if (HpaPods.isSet(one.path("scaleInLimitPercent"))) {
      rule = rule.scaleInLimit(one.path("scaleInLimitPercent").asDouble());
    }
    int current = one.path("currentSize").asInt() / unit;
    double value = one.path("value").asDouble(threshold);
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(NOW).instances(current).metric(Metric.CPU, value);
    ScalingDecision decision = decide(Compatible.spanner(1, 1_000), rule, metrics);
    assertEquals(one.path("expected").asInt(), decision.desired() * unit, decision::explain);
    if (one.path("withinRange").asBoolean()) {
      assertEquals(current, decision.recommended());
    }
  }

  @TestFactory
  Stream<DynamicTest> spannerCompare() {
    return Vectors.cases(
        "spanner_methods",
        "compare",
        one -> {
          TargetTracking rule =
              Compatible.spannerLinear(Metric.CPU, one.path("threshold").asDouble())
                  .margin(one.path("margin").asDouble());
          ScalingMetrics.Builder metrics =
              ScalingMetrics.at(NOW)
                  .instances(100)
                  .metric(Metric.CPU, one.path("value").asDouble());
          ScalingDecision decision = decide(Compatible.spanner(1, 1_000), rule, metrics);
          String side =
              decision.recommended() == 100
                  ? "WITHIN"
                  : decision.recommended() > 100 ? "ABOVE" : "BELOW";
          assertEquals(one.path("expected").asText(), side, decision::explain);
        });
  }

  @TestFactory
  Stream<DynamicTest> spannerRange() {
    return Vectors.cases(
        "spanner_methods",
        "range",
        one -> {
          double threshold = one.path("threshold").asDouble();
          TargetTracking rule =
              Compatible.spannerLinear(Metric.CPU, threshold).margin(one.path("margin").asDouble());
          double lower = one.path("expected").path(0).asDouble();
          double upper = one.path("expected").path(1).asDouble();
          assertTrue(holds(rule, lower) && holds(rule, upper), "the ends are inside");
          assertTrue(lower == 0 || !holds(rule, lower - 0.001));
          assertTrue(!holds(rule, upper + 0.001));
        });
  }

  private static boolean holds(TargetTracking rule, double value) {
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(NOW).instances(100_000).metric(Metric.CPU, value);
    return decide(Compatible.spanner(1, 1_000_000), rule, metrics).recommended() == 100_000;
  }

  private static ScalingDecision decide(
      ScalingPolicy.Builder policy, TargetTracking rule, ScalingMetrics.Builder metrics) {
    ScalingDecision decision =
        policy.rule(rule).build().decide(ScalingState.initial(), metrics.build());
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }
}
