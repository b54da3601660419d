package dev.steelyard.autoscale.profile;

import static dev.steelyard.autoscale.profile.HpaPods.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kubernetes' replica calculator and its grouping of pods, by policies that a user can pick. */
class HpaCalculatorVectorsTest {
  private static final Metric CUSTOM = Metric.custom("qps", Metric.Kind.PER_INSTANCE_AVERAGE);

  @TestFactory
  Stream<DynamicTest> replicaCalculator() {
    JsonNode defaults =
        System.getProperty("steelyard.shared") == null
            ? null
            : Vectors.file("hpa_replica_calculator").path("defaults");
    return Vectors.cases("hpa_replica_calculator", "cases", one -> calculate(one, defaults));
  }

  private static void calculate(JsonNode one, JsonNode defaults) {
    String kind = one.path("kind").asText();
    JsonNode targets = one.path("target");
    double target =
        targets.has("utilizationPercent")
            ? targets.path("utilizationPercent").asDouble()
            : targets.path("valueMilli").asDouble() / 1000;
    int current = one.path("currentReplicas").asInt();
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOW).instances(current);
    TargetTracking rule;
    switch (kind) {
      case "resourceUtilization" -> {
        rule = Compatible.kubernetesResource(Metric.CPU, target);
        HpaPods.add(metrics, one.path("pods"), List.of(Metric.CPU), List.of());
      }
      case "podsAverageValue" -> {
        rule = Compatible.kubernetesResource(CUSTOM, target);
        HpaPods.add(metrics, one.path("pods"), List.of(), List.of(CUSTOM));
      }
      case "objectValue", "externalValue" -> {
        rule = Compatible.kubernetesValue(CUSTOM, target);
        HpaPods.add(metrics, one.path("pods"), List.of(), List.of())
            .metric(rule.metric(), series(one));
      }
      case "objectAverageValue", "externalAverageValue" -> {
        rule = Compatible.kubernetesAverageValue(CUSTOM, target);
        HpaPods.add(metrics, one.path("pods"), List.of(), List.of())
            .running(one.path("statusReplicas").asInt(current))
            .metric(rule.metric(), series(one));
      }
      default -> throw new IllegalArgumentException("kind " + kind);
    }
    JsonNode tolerance = one.path("tolerance");
    rule =
        rule.tolerance(
            tolerance.path("scaleDown").asDouble(), tolerance.path("scaleUp").asDouble());
    ScalingPolicy policy =
        Compatible.kubernetes(0, ScalingPolicy.Builder.GREATEST_MAXIMUM)
            .startup(
                Duration.ofSeconds(defaults.path("cpuInitializationPeriodSeconds").asLong()),
                Duration.ofSeconds(defaults.path("initialReadinessDelaySeconds").asLong()))
            .rule(rule)
            .build();

    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics.build());

    JsonNode expected = one.path("expected");
    if (expected.has("errorContains")) {
      assertTrue(decision.reasons().contains(ScalingReason.MISSING_METRICS), decision::explain);
      assertEquals(current, decision.desired(), decision::explain);
      return;
    }
    assertEquals(expected.path("replicas").asInt(), decision.recommended(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());
    if (expected.has("utilizationPercent")) {
      assertEquals(
          expected.path("utilizationPercent").asDouble(), first(decision), decision::explain);
    }
  }

  /** What the pods that count use, as Kubernetes reports it. */
  private static double first(ScalingDecision decision) {
    Proof.Step average = decision.proof().steps().get(0);
    return Math.floor(average.output() + 1e-9);
  }

  private static double series(JsonNode one) {
    double sum = 0;
    for (JsonNode value : one.path("seriesMilli")) {
      sum += value.asDouble();
    }
    return sum / 1000;
  }

  @TestFactory
  Stream<DynamicTest> podGroups() {
    return Vectors.cases("hpa_group_pods", "cases", HpaCalculatorVectorsTest::group);
  }

  private static void group(JsonNode one) {
    Metric metric =
        one.path("resource").asText().equals("cpu")
            ? Metric.CPU
            : Metric.custom(one.path("resource").asText(), Metric.Kind.PER_INSTANCE_AVERAGE);
    ScalingPolicy policy =
        Compatible.kubernetes(0, 100)
            .startup(
                Duration.ofSeconds(one.path("cpuInitializationPeriodSeconds").asLong()),
                Duration.ofSeconds(one.path("initialReadinessDelaySeconds").asLong()))
            .rule(Compatible.kubernetesResource(metric, 50))
            .build();
    int counted = 0;
    List<String> unready = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    ScalingMetrics.Builder all = ScalingMetrics.at(NOW);
    for (JsonNode pod : one.path("pods")) {
      String name = pod.path("name").asText();
      ScalingMetrics.Builder alone = ScalingMetrics.at(NOW);
      add(alone, pod, metric);
      add(all, pod, metric);
      Reading reading = read(policy, alone, metric);
      counted += reading.counted();
      addIf(unready, name, reading.unready());
      addIf(missing, name, reading.missing());
      addIf(ignored, name, reading.ignored());
    }
    JsonNode expected = one.path("expected");
    assertEquals(expected.path("readyCount").asInt(), counted);
    assertEquals(names(expected.path("unready")), unready);
    assertEquals(names(expected.path("missing")), missing);
    assertEquals(names(expected.path("ignored")), ignored);
    if (one.path("pods").size() > 0) {
      Reading together = read(policy, all, metric);
      assertEquals(counted, together.counted());
      assertEquals(unready.size(), together.unready());
      assertEquals(missing.size(), together.missing());
      assertEquals(ignored.size(), together.ignored());
    }
  }

  private static Reading read(ScalingPolicy policy, ScalingMetrics.Builder of, Metric metric) {
    return Evaluation.of(policy, ScalingState.initial(), of.build(), "any").reading(metric);
  }

  private static void addIf(List<String> names, String name, int count) {
    if (count > 0) {
      names.add(name);
    }
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static void add(ScalingMetrics.Builder metrics, JsonNode pod, Metric metric) {
    metrics.instance(
        pod.path("name").asText(),
        facts -> {
          facts.phase(HpaPods.phase(pod));
          boolean started = HpaPods.isSet(pod.path("startAgeSeconds"));
          boolean condition = HpaPods.isSet(pod.path("readyCondition"));
          if (started) {
            facts.startedAt(HpaPods.ago(pod.path("startAgeSeconds")));
          }
          if (started && condition) {
            facts.ready(
                pod.path("readyCondition").asBoolean(),
                HpaPods.ago(pod.path("readyTransitionAgeSeconds")));
          } else {
            facts.readinessUnknown(); // without a start, Kubernetes does not look at it
          }
          if (pod.path("hasMetric").asBoolean()) {
            Instant at = HpaPods.ago(pod.path("metricAgeSeconds"));
            facts.metric(
                metric, 1, at, Duration.ofSeconds(pod.path("metricWindowSeconds").asLong()));
          }
        });
  }
}
