package dev.steelyard.autoscale.profile;

import static dev.steelyard.autoscale.profile.HpaPods.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kubernetes' controller from metrics to the number of replicas. */
class HpaControllerVectorsTest {
  private final List<TargetTracking> rules = new ArrayList<>();
  private final List<Metric> shares = new ArrayList<>();
  private final List<Metric> values = new ArrayList<>();

  @TestFactory
  Stream<DynamicTest> controller() {
    return Vectors.cases(
        "hpa_controller", "cases", one -> new HpaControllerVectorsTest().decide(one));
  }

  private void decide(JsonNode one) {
    assumeFalse(one.path("obsolete").asBoolean(), "a defect that was mended");
    JsonNode settings = Vectors.file("hpa_controller").path("settings");
    int current = one.path("specReplicas").asInt();
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOW).instances(current);
    for (JsonNode metric : one.path("metrics")) {
      add(metrics, metric, one.path("rawLevels"), settings.path("tolerance").asDouble());
    }
    HpaPods.add(metrics, one.path("pods"), shares, values)
        .running(Math.max(one.path("statusReplicas").asInt(), ready(one.path("pods"))));
    ScalingPolicy.Builder builder = policy(one, settings);
    rules.forEach(builder::rule);
    ScalingPolicy policy = builder.build();

    ScalingDecision decision = policy.decide(state(one), metrics.build());

    JsonNode expected = one.path("expected");
    assertEquals(expected.path("desiredReplicas").asInt(), decision.desired(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());
    conditions(expected.path("conditions"), decision);
    conditions(expected.path("conditionOverrides"), decision);
  }

  private void add(
      ScalingMetrics.Builder metrics, JsonNode metric, JsonNode levels, double tolerance) {
    String type = metric.path("type").asText();
    Metric custom = Metric.custom(type + rules.size(), Metric.Kind.PER_INSTANCE_AVERAGE);
    double share = metric.path("utilizationPercent").asDouble();
    double average = metric.path("averageValueMilli").asDouble() / 1000;
    double value = metric.path("valueMilli").asDouble() / 1000;
    TargetTracking rule;
    switch (type) {
      case "Resource", "ContainerResource" -> {
        if (!metric.has("utilizationPercent")) {
          return; // no target: no metric
        }
        shares.add(Metric.CPU);
        rule = Compatible.kubernetesResource(Metric.CPU, share);
      }
      case "Pods" -> {
        values.add(custom);
        rule = Compatible.kubernetesResource(custom, average);
      }
      case "Object", "External" -> {
        rule =
            average > 0
                ? Compatible.kubernetesAverageValue(custom, average)
                : Compatible.kubernetesValue(custom, value);
        if (metric.path("fetchFails").asBoolean()) {
          metrics.missing(custom, "the metrics API fails");
        } else {
          metrics.metric(rule.metric(), level(levels, type.equals("External")) / 1000);
        }
      }
      case "Invalid" -> {
        rule = Compatible.kubernetesValue(custom, 1);
        metrics.missing(custom, "no such type of metric");
      }
      default -> throw new IllegalArgumentException("type " + type);
    }
    rules.add(rule.tolerance(tolerance, tolerance));
  }

  private static double level(JsonNode levels, boolean sum) {
    double total = levels.path(0).asDouble();
    for (int i = 1; sum && i < levels.size(); i++) {
      total += levels.path(i).asDouble();
    }
    return total;
  }

  private static int ready(JsonNode pods) {
    int ready = 0;
    for (JsonNode pod : pods) {
      ready += pod.path("ready").asBoolean() ? 1 : 0;
    }
    return ready;
  }

  private static ScalingPolicy.Builder policy(JsonNode one, JsonNode settings) {
    int least = one.path("minReplicas").asInt();
    int most = one.path("maxReplicas").asInt();
    JsonNode behavior = one.path("behavior");
    ScalingPolicy.Builder builder;
    if (HpaPods.isSet(behavior)) {
      builder =
          Compatible.kubernetes(least, most)
              .scaleUp(limits(behavior.path("scaleUp"), Compatible.kubernetesScaleUp(), 0))
              .scaleDown(limits(behavior.path("scaleDown"), Compatible.kubernetesScaleDown(), 300));
    } else {
      builder =
          Compatible.kubernetesWithoutBehavior(
              least,
              most,
              settings.path("scaleUpLimitFactor").asInt(),
              settings.path("scaleUpLimitMinimum").asInt(),
              Duration.ofSeconds(settings.path("downscaleStabilizationSeconds").asLong()));
    }
    return builder.startup(
        Duration.ofSeconds(settings.path("cpuInitializationPeriodSeconds").asLong()),
        Duration.ofSeconds(settings.path("initialReadinessDelaySeconds").asLong()));
  }

  private static DirectionLimits limits(JsonNode rules, DirectionLimits defaults, int window) {
    if (!HpaPods.isSet(rules)) {
      return defaults;
    }
    DirectionLimits limits =
        DirectionLimits.none()
            .window(Duration.ofSeconds(rules.path("stabilizationWindowSeconds").asLong(window)))
            .select(
                DirectionLimits.Select.valueOf(
                    rules.path("selectPolicy").asText("Max").toUpperCase(java.util.Locale.ROOT)));
    for (JsonNode rate : rules.path("policies")) {
      int value = rate.path("value").asInt();
      Duration period = Duration.ofSeconds(rate.path("periodSeconds").asLong());
      limits =
          limits.rate(
              rate.path("type").asText().equals("Pods")
                  ? RatePolicy.instances(value, period)
                  : RatePolicy.percent(value, period));
    }
    return limits;
  }

  /** What the controller has recommended so far; the test tables often empty it. */
  private static ScalingState state(JsonNode one) {
    StringBuilder text = new StringBuilder("steelyard-scaling-state 1\n");
    text.append("last-decision ").append(NOW.minusSeconds(3600).toEpochMilli());
    text.append("\nrecommendations");
    JsonNode history = one.path("recommendationHistory");
    for (int i = history.size() - 1; i >= 0; i--) {
      JsonNode entry = history.path(i);
      text.append(' ').append(HpaPods.ago(entry.path("ageSeconds")).toEpochMilli());
      text.append('=').append(entry.path("recommendation").asDouble());
    }
    return ScalingState.parse(text.append('\n').toString());
  }

  private static void conditions(JsonNode conditions, ScalingDecision decision) {
    for (JsonNode condition : conditions) {
      String type = condition.path("type").asText();
      String reason = condition.path("reason").asText();
      boolean status = condition.path("status").asText().equals("True");
      if (type.equals("ScalingActive") && !status) {
        assertReason(
            reason.equals("ScalingDisabled")
                ? ScalingReason.DISABLED
                : ScalingReason.MISSING_METRICS,
            decision);
      }
      if (reason.equals("TooManyReplicas") || reason.equals("TooFewReplicas")) {
        assertReason(ScalingReason.BOUND, decision);
      }
    }
  }

  private static void assertReason(ScalingReason reason, ScalingDecision decision) {
    assertTrue(decision.reasons().contains(reason), () -> reason + ": " + decision.explain());
  }
}
