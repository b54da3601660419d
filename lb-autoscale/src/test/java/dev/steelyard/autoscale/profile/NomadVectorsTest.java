package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Metric.Kind;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.Group;
import dev.steelyard.autoscale.rules.Rules;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Thresholds, and the precedence of checks and groups, of the Nomad Autoscaler. */
class NomadVectorsTest {
  private static final String FILE = "nomad_strategies";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric METRIC = Metric.custom("query", Kind.NON_PROPORTIONAL);

  /** The present number: above all that are wanted "down", and moved above by those "up". */
  private static final int CURRENT = 100;

  @TestFactory
  Stream<DynamicTest> threshold() {
    return Vectors.cases(
        FILE,
        "threshold",
        one -> {
          JsonNode expected = one.path("expected");
          if (expected.has("errorContains")) {
            IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> check(one));
            assertTrue(
                error.getMessage().contains(expected.path("errorContains").asText()),
                error.getMessage());
            return;
          }
          ScalingPolicy policy =
              CompatibleNomad.policy(0, 1000, Duration.ZERO).rule(check(one)).build();
          int count = one.path("count").asInt();
          ScalingState state = ScalingState.initial();
          int desired = count;
          JsonNode metrics = one.path("metrics");
          for (int i = 0; i < metrics.size(); i++) {
            ScalingDecision decision =
                policy.decide(
                    ScalingState.parse(state.toText()),
                    ScalingMetrics.at(NOON.plusSeconds(i))
                        .instances(count)
                        .metric(METRIC, metrics.get(i).asDouble())
                        .build());
            state = decision.nextIfNotApplied();
            desired = decision.desired();
            assertEquals(desired, decision.proof().replay());
          }
          assertEquals(
              expected.path("count").isNumber() ? expected.path("count").asInt() : count, desired);
          assertEquals(expected.path("direction").asText(), direction(count, desired));
        });
  }

  private static ScalingRule check(JsonNode one) {
    JsonNode action = one.path("action");
    int trigger = one.path("withinBoundsTrigger").asInt();
    return CompatibleNomad.threshold(
        "check",
        METRIC,
        number(one, "lowerBound"),
        number(one, "upperBound"),
        trigger,
        Math.max(trigger, one.path("metrics").size()),
        CompatibleNomad.Action.of(
            whole(action, "delta"), number(action, "percentage"), whole(action, "value")));
  }

  private static Double number(JsonNode node, String key) {
    return node.path(key).isNumber() ? Double.valueOf(node.path(key).asDouble()) : null;
  }

  private static Integer whole(JsonNode node, String key) {
    return node.path(key).isNumber() ? Integer.valueOf(node.path(key).asInt()) : null;
  }

  private static String direction(int from, int to) {
    return to > from ? "up" : to < from ? "down" : "none";
  }

  @TestFactory
  Stream<DynamicTest> preempt() {
    return Vectors.cases(
        FILE,
        "preempt",
        one -> {
          ScalingPolicy policy =
              CompatibleNomad.policy(0, 1000, Duration.ZERO)
                  .rule(wanting("a", one.path("a")))
                  .rule(wanting("b", one.path("b")))
                  .build();
          assertDecides(policy, one.path("expected"));
        });
  }

  @TestFactory
  Stream<DynamicTest> groups() {
    return Vectors.cases(
        FILE,
        "groups",
        one -> {
          ScalingPolicy.Builder policy = CompatibleNomad.policy(0, 1000, Duration.ZERO);
          for (Map.Entry<String, JsonNode> group : one.path("groups").properties()) {
            ScalingRule[] checks = new ScalingRule[group.getValue().size()];
            for (int i = 0; i < checks.length; i++) {
              checks[i] = wanting(group.getKey() + "-" + i, group.getValue().get(i));
            }
            policy.rule(Group.of(group.getKey(), checks));
          }
          assertDecides(policy.build(), one.path("expected"));
        });
  }

  private static ScalingRule wanting(String name, JsonNode action) {
    int count = count(action);
    return Rules.size(name, e -> count);
  }

  /** Counts of the file have no present number: "up to 5" is five above ours. */
  private static int count(JsonNode action) {
    int count = action.path("count").asInt();
    return switch (action.path("direction").asText()) {
      case "up" -> CURRENT + 1 + count;
      case "down" -> count;
      case "none", "" -> CURRENT;
      default -> throw new AssertionError("a direction that is not known: " + action);
    };
  }

  private static void assertDecides(ScalingPolicy policy, JsonNode expected) {
    ScalingDecision decision =
        policy.decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(CURRENT).build());
    assertEquals(count(expected), decision.desired(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());
  }
}
