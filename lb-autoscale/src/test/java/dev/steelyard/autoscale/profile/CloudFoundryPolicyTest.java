package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.lint.Finding;
import dev.steelyard.autoscale.lint.Linter;
import dev.steelyard.autoscale.profile.CloudFoundryPolicy.Problem;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudFoundryPolicyTest {
  private static final Instant NOW = Instant.parse("2026-03-04T12:00:00Z");

  private static final String TWO_RULES =
      """
      {"instance_min_count": 1, "instance_max_count": 10, "scaling_rules": [
        {"metric_type": "cpu", "threshold": 80, "operator": ">=", "adjustment": "+2",
         "breach_duration_secs": 60, "cool_down_secs": 120},
        {"metric_type": "cpu", "threshold": 20, "operator": "<", "adjustment": "-50%",
         "breach_duration_secs": 60, "cool_down_secs": 600}]}
      """;

  @TestFactory
  Stream<DynamicTest> validation() {
    LocalDate today = LocalDate.ofInstant(NOW, ZoneId.of("Asia/Kolkata"));
    return Vectors.cases(
        "cloudfoundry_policy_validation",
        "cases",
        one -> {
          JsonNode document = one.path("policy");
          String json =
              (document.isTextual() ? document.asText() : document.toString())
                  .replace("<TODAY in Asia/Kolkata>", today.toString());
          CloudFoundryPolicy read = CloudFoundryPolicy.read(json, NOW);
          List<String> expected = new ArrayList<>();
          one.path("errors").forEach(error -> expected.add(error.path("path").asText()));
          assertEquals(
              expected.stream().sorted().toList(),
              read.errors().stream().map(Problem::path).sorted().toList(),
              () -> read.errors().toString());
          assertEquals(one.path("valid").asBoolean(), read.isValid());
          if (read.isValid()) {
            assertSameBounds(document, read.policy());
          }
        });
  }

  private static void assertSameBounds(JsonNode document, ScalingPolicy policy) {
    assertEquals(document.path("instance_min_count").asInt(), policy.least());
    assertEquals(document.path("instance_max_count").asInt(), policy.most());
    ScalingMetrics.Builder known = ScalingMetrics.at(NOW).instances(policy.most() + 100);
    for (Metric metric : policy.rules().stream().flatMap(r -> r.metrics().stream()).toList()) {
      known.metric(metric, 50);
    }
    ScalingDecision decision = policy.decide(ScalingState.initial(), known.build());
    assertEquals(decision.desired(), decision.proof().replay());
  }

  private static CloudFoundryPolicy read(String json) {
    return CloudFoundryPolicy.read(json, NOW);
  }

  private static ScalingState run(
      ScalingPolicy policy,
      ScalingState state,
      Instant at,
      int instances,
      double cpu,
      int desired) {
    ScalingDecision decision =
        policy.decide(
            state, ScalingMetrics.at(at).instances(instances).metric(Metric.CPU, cpu).build());
    assertEquals(desired, decision.desired(), decision::explain);
    return decision.next();
  }

  @Test
  void rulesFireAfterTheirBreachDurationAndHaveTheCooldownOfTheirDirection() {
    CloudFoundryPolicy read = read(TWO_RULES);
    assertEquals(List.of(), read.notes());
    ScalingPolicy policy = read.policy();
    assertEquals(Duration.ofSeconds(120), policy.scaleUp().cooldown());
    assertEquals(Duration.ofSeconds(600), policy.scaleDown().cooldown());
    ScalingState state = run(policy, ScalingState.initial(), NOW, 2, 80, 2);
    state = run(policy, state, NOW.plusSeconds(60), 2, 80, 4);
    state = run(policy, state, NOW.plusSeconds(120), 4, 10, 4);
    state = run(policy, state, NOW.plusSeconds(170), 4, 10, 4);
    run(policy, state, NOW.plusSeconds(181), 4, 10, 2);
  }

  @Test
  void schedulesReplaceTheBoundsInTheirZone() {
    CloudFoundryPolicy read =
        read(
            """
            {"instance_min_count": 1, "instance_max_count": 4, "schedules": {
              "timezone": "Europe/Berlin",
              "recurring_schedule": [
                {"start_time": "08:00", "end_time": "18:00", "days_of_week": [1, 5],
                 "instance_min_count": 3, "instance_max_count": 9, "initial_min_instance_count": 5},
                {"start_time": "08:00", "end_time": "18:00", "days_of_month": [31],
                 "instance_min_count": 6, "instance_max_count": 9, "end_date": "2026-03-31"}],
              "specific_date": [
                {"start_date_time": "2026-03-06T10:00", "end_date_time": "2026-03-06T11:00",
                 "instance_min_count": 8, "instance_max_count": 8}]}}
            """);
    ScalingPolicy policy = read.policy();
    assertEquals(1, at(policy, "2026-03-05T12:00:00Z", 1), "a Thursday");
    assertEquals(1, at(policy, "2026-03-06T06:59:00Z", 1), "too early in Berlin");
    assertEquals(5, at(policy, "2026-03-06T07:00:00Z", 1), "the initial minimum");
    assertEquals(8, at(policy, "2026-03-06T09:30:00Z", 5), "the date wins");
    assertEquals(4, at(policy, "2026-03-06T17:00:00Z", 9), "back in the bounds of the policy");
    assertEquals(6, at(policy, "2026-03-31T07:00:00Z", 1), "a day of the month");
    assertEquals(1, at(policy, "2026-05-31T07:00:00Z", 1), "after the last date");
  }

  private static int at(ScalingPolicy policy, String time, int instances) {
    ScalingMetrics metrics = ScalingMetrics.at(Instant.parse(time)).instances(instances).build();
    return policy.decide(ScalingState.initial(), metrics).desired();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]                    | (root)",
        "{} {}                  | (root)",
        "''                     | (root)",
        "{\"a\": 1, \"a\": 2}   | (root)",
        "{\"instance_min_count\": \"1\", \"instance_max_count\": 2, \"scaling_rules\": []}"
            + " | (root).instance_min_count",
        "{\"instance_min_count\": 1, \"instance_max_count\": 2000000, \"scaling_rules\": []}"
            + " | (root).instance_max_count",
        "{\"instance_min_count\": 1, \"instance_max_count\": 1e300, \"scaling_rules\": []}"
            + " | (root).instance_max_count",
        "{\"instance_min_count\": 1, \"instance_max_count\": 2, \"scaling_rules\": {}}"
            + " | (root).scaling_rules",
        "{\"instance_min_count\": 1, \"instance_max_count\": 2, \"scaling_rules\": [7]}"
            + " | (root).scaling_rules.0",
        "{\"instance_min_count\": 1, \"instance_max_count\": 2, \"schedules\": null}"
            + " | (root).schedules",
      })
  void whatIsNoPolicyIsAnErrorAtItsPath(String json, String path) {
    CloudFoundryPolicy read = read(json);
    assertFalse(read.isValid());
    assertEquals(path, read.errors().get(0).path(), () -> read.errors().toString());
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, read::policy);
    assertNotNull(e.getMessage());
    assertTrue(e.getMessage().contains(path + ": "), e.getMessage());
  }

  @Test
  void whatIsAcceptedButDoneOtherwiseIsNoted() {
    CloudFoundryPolicy read =
        read(
            TWO_RULES
                .replace("-50%", "-200%")
                .replace(
                    "\"scaling_rules\": [",
                    "\"is_admin\": true, \"scaling_rules\": [{\"metric_type\": \"disk\","
                        + "\"threshold\": 9, \"operator\": \">\", \"adjustment\": \"+1\"},"));
    assertEquals(
        List.of(
            "(root).is_admin",
            "(root).scaling_rules.1.cool_down_secs",
            "(root).scaling_rules.2.adjustment"),
        read.notes().stream().map(Problem::path).sorted().toList());
    assertEquals(Duration.ofSeconds(300), read.policy().scaleUp().cooldown());
  }

  @Test
  void aThresholdThatNobodyCanReachIsRefusedAtItsPath() {
    CloudFoundryPolicy read =
        read(TWO_RULES.replace("\"cpu\", \"threshold\": 80", "\"mine\", \"threshold\": -1"));
    assertEquals("(root).scaling_rules.0.threshold", read.errors().get(0).path());
  }

  @Test
  void rulesThatHoldAtTheSameValueAreAcceptedAndFoundByTheLinter() {
    ScalingPolicy policy =
        read(TWO_RULES.replace(
                "\"threshold\": 20, \"operator\": \"<\"",
                "\"threshold\": 80, \"operator\": \"<=\""))
            .policy();
    assertTrue(
        Linter.of(policy).lint().stream()
            .anyMatch(finding -> finding.code() == Finding.Code.TRIGGERS_OVERLAP));
  }
}
