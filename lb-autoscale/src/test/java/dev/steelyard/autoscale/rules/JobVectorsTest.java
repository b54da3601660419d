package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** KEDA's cases of job-per-message scaling. */
class JobVectorsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final int MANY = 1000;

  @TestFactory
  Stream<DynamicTest> strategies() {
    return Vectors.cases(
        "keda_jobs",
        "cases",
        given -> {
          int most = given.get("maxReplicaCount").asInt();
          check(given, strategy(given, JobScaling.of(Metric.QUEUE_DEPTH, 1, most)), most);
        });
  }

  @TestFactory
  Stream<DynamicTest> minimum() {
    return Vectors.cases(
        "keda_jobs",
        "decisionCases",
        given -> {
          int least = given.get("minReplicaCount").asInt();
          check(given, JobScaling.of(Metric.QUEUE_DEPTH, 1, MANY).least(least), MANY);
        });
  }

  private static void check(JsonNode given, JobScaling rule, int most) {
    int needed = given.get("maxScale").asInt();
    int running = given.get("running").asInt();
    int pending = given.get("pending").asInt();
    JobScaling.Batch batch = rule.batch(needed, running, pending);
    JsonNode expected = given.get("expected");
    assertEquals(expected.get("effectiveMaxScale").asInt(), batch.limit());
    if (expected.has("scaleTo")) {
      assertEquals(expected.get("scaleTo").asInt(), batch.wanted());
    }
    decides(rule, needed, running, pending, Math.max(most, MANY), batch.start());
  }

  /** A policy starts as many. */
  private static void decides(
      JobScaling rule, int queue, int running, int pending, int most, int start) {
    ScalingPolicy policy = ScalingPolicy.builder().bounds(0, most).rule(rule).build();
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON)
            .instances(running)
            .running(Math.max(running, pending))
            .ready(Math.max(running, pending) - pending)
            .metric(Metric.QUEUE_DEPTH, queue)
            .build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    assertEquals(running + start, decision.desired(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());
  }

  private static JobScaling strategy(JsonNode given, JobScaling rule) {
    String name = given.get("strategy").asText();
    if (name.startsWith("custom->default")) {
      return rule;
    }
    JsonNode params = given.get("params");
    return switch (name) {
      case "default" -> rule;
      case "custom" ->
          rule.custom(
              params.path("queueLengthDeduction").asInt(0),
              params.path("runningJobPercentage").asDouble(0));
      case "accurate" -> rule.accurate();
      case "eager" -> rule.eager();
      default -> fail("a strategy that is not known: " + name);
    };
  }
}
