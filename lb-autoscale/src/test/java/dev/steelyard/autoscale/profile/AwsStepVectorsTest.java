package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.profile.CompatibleAws.AdjustmentType;
import dev.steelyard.autoscale.profile.CompatibleAws.StepAdjustment;
import dev.steelyard.autoscale.rules.Rules;
import dev.steelyard.autoscale.rules.Step;
import dev.steelyard.autoscale.rules.StepScaling;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Step scaling as Amazon's user guide tells it. */
class AwsStepVectorsTest {
  private static final String FILE = "aws_step_scaling";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** The worked example: the same fleet, metric after metric. */
  @TestFactory
  Stream<DynamicTest> sequence() {
    return Vectors.cases(
        FILE,
        "sequence",
        step -> {
          JsonNode steps = Vectors.file(FILE).path("steps");
          AdjustmentType type = AdjustmentType.of(steps.path("adjustmentType").asText());
          double threshold = steps.path("threshold").asDouble();
          StepScaling rule =
              StepScaling.of(Metric.CPU)
                  .out(threshold, steps(type, null, steps.path("scaleOut")))
                  .in(threshold, steps(type, null, steps.path("scaleIn")));
          assertEquals(
              step.path("expectedCapacity").asInt(),
              decide(rule, step.path("capacity").asInt(), step.path("metric").asDouble())
                  .desired());
        });
  }

  /** A percentage of 100 instances is the value that is rounded. */
  @TestFactory
  Stream<DynamicTest> rounding() {
    return Vectors.cases(
        FILE,
        "rounding",
        one -> {
          double value = one.path("value").asDouble();
          StepScaling rule = all(AdjustmentType.PERCENT_CHANGE_IN_CAPACITY, null, value);
          assertEquals(100 + one.path("expected").asInt(), decide(rule, 100, 50).desired());
        });
  }

  @TestFactory
  Stream<DynamicTest> adjustments() {
    return Vectors.cases(
        FILE,
        "adjustments",
        one -> {
          JsonNode least = one.path("minMagnitude");
          StepScaling rule =
              all(
                  AdjustmentType.of(one.path("type").asText()),
                  least.isNumber() ? least.asInt() : null,
                  one.path("adjustment").asDouble());
          assertEquals(
              one.path("expected").asInt(),
              decide(rule, one.path("current").asInt(), 50).desired());
        });
  }

  /** While the first instances warm up, only the difference is added. */
  @TestFactory
  Stream<DynamicTest> cooldownExample() {
    if (System.getProperty("steelyard.shared") == null) {
      return Stream.of(DynamicTest.dynamicTest("cooldownExample", () -> Vectors.file(FILE)));
    }
    JsonNode example = Vectors.file(FILE).path("cooldownExample");
    int first = example.path("first").asInt();
    int second = example.path("second").asInt();
    return Stream.of(
        DynamicTest.dynamicTest(
            "cooldownExample",
            () -> {
              Step[] steps =
                  CompatibleAws.steps(
                      AdjustmentType.CHANGE_IN_CAPACITY,
                      null,
                      List.of(
                          new StepAdjustment(0.0, 10.0, first),
                          new StepAdjustment(10.0, null, second)));
              ScalingPolicy policy =
                  CompatibleAws.stepScaling(0, 1000)
                      .rule(StepScaling.of(Metric.CPU).out(50, steps).warmup(Duration.ofMinutes(5)))
                      .build();
              ScalingDecision one = policy.decide(ScalingState.initial(), metrics(NOON, 10, 55));
              assertEquals(10 + first, one.desired());
              ScalingDecision two =
                  policy.decide(one.next(), metrics(NOON.plusSeconds(60), one.desired(), 65));
              assertEquals(one.desired() + example.path("expectedExtra").asInt(), two.desired());
            }));
  }

  @TestFactory
  Stream<DynamicTest> validation() {
    return Vectors.cases(
        FILE,
        "validation",
        one -> {
          List<Executable> broken =
              switch (one.properties().iterator().next().getKey()) {
                case "ranges" -> List.of(out(0.0, 5.0, 6.0, null), out(0.0, 5.0, 4.0, null));
                case "two null lower bounds" -> List.of(out(null, 0.0, null, 5.0));
                case "negative lower bound without a null-lower step" ->
                    List.of(out(-5.0, 0.0, 0.0, null));
                case "positive upper bound without a null-upper step" ->
                    List.of(out(null, 0.0, 0.0, 5.0));
                case "both null in one step" -> List.of(out(null, null, 0.0, null));
                default -> throw new AssertionError("a check that is not known: " + one);
              };
          for (Executable each : broken) {
            String message = assertThrows(IllegalArgumentException.class, each).getMessage();
            assertTrue(message.contains("step"), message);
          }
        });
  }

  private static Executable out(Double lowerA, Double upperA, Double lowerB, Double upperB) {
    return () ->
        StepScaling.of(Metric.CPU)
            .out(
                50,
                CompatibleAws.steps(
                    AdjustmentType.CHANGE_IN_CAPACITY,
                    null,
                    List.of(
                        new StepAdjustment(lowerA, upperA, 1),
                        new StepAdjustment(lowerB, upperB, 2))));
  }

  private static StepScaling all(AdjustmentType type, Integer least, double adjustment) {
    StepScaling rule = StepScaling.of(Metric.CPU);
    return adjustment < 0
        ? rule.in(
            50,
            CompatibleAws.steps(type, least, List.of(new StepAdjustment(null, 0.0, adjustment))))
        : rule.out(
            50,
            CompatibleAws.steps(type, least, List.of(new StepAdjustment(0.0, null, adjustment))));
  }

  @Test
  void ofSeveralPoliciesTheLargestCounts() {
    JsonNode numbers = Vectors.file("aws_step_scaling").path("predictive").path("maxOfPolicies");
    int tracking = numbers.path("targetTracking").asInt();
    int predictive = numbers.path("predictive").asInt();
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Rules.size("target tracking", e -> tracking))
            .rule(Rules.size("predictive", e -> predictive))
            .build();
    assertEquals(
        numbers.path("expected").asInt(),
        policy.decide(ScalingState.initial(), metrics(NOON, 5, 50)).desired());
  }

  private static Step[] steps(AdjustmentType type, Integer least, JsonNode list) {
    List<StepAdjustment> steps = new ArrayList<>();
    for (JsonNode step : list) {
      steps.add(
          new StepAdjustment(
              bound(step, "lower"), bound(step, "upper"), step.path("adjustment").asDouble()));
    }
    return CompatibleAws.steps(type, least, steps);
  }

  private static Double bound(JsonNode step, String key) {
    return step.path(key).isNumber() ? Double.valueOf(step.path(key).asDouble()) : null;
  }

  private static ScalingDecision decide(StepScaling rule, int capacity, double metric) {
    ScalingPolicy policy = CompatibleAws.stepScaling(0, 1000).rule(rule.abstaining(true)).build();
    ScalingDecision decision =
        policy.decide(ScalingState.initial(), metrics(NOON, capacity, metric));
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  private static ScalingMetrics metrics(Instant time, int instances, double cpu) {
    return ScalingMetrics.at(time).instances(instances).metric(Metric.CPU, cpu).build();
  }
}
