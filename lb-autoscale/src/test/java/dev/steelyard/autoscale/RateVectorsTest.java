package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.profile.Compatible;
import dev.steelyard.autoscale.testing.Vectors;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kubernetes' cases of scaling policies, of bounds and of the events that they go by. */
class RateVectorsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> behaviour() {
    JsonNode defaults =
        System.getProperty("steelyard.shared") == null
            ? null
            : Vectors.file("hpa_behavior_rate").path("defaultsWhenNull");
    return Vectors.cases("hpa_behavior_rate", "cases", c -> behaviour(c, defaults));
  }

  private static void behaviour(JsonNode c, JsonNode defaults) {
    int current = c.path("currentReplicas").asInt();
    ScalingPolicy policy =
        policy(c, c.path("desiredReplicas").asInt())
            .scaleUp(limits(c.path("scaleUp"), defaults.path("scaleUp")))
            .scaleDown(limits(c.path("scaleDown"), defaults.path("scaleDown")))
            .build();
    ScalingState state = withEvents(List.of(c.path("scaleUpEvents"), c.path("scaleDownEvents")));
    ScalingDecision decision = policy.decide(state, at(current));
    assertEquals(c.path("expected").path("replicas").asInt(), decision.desired());
    assertEquals(decision.desired(), decision.proof().replay());
    expectReason(c.path("expected").path("reason").asText(), decision);
  }

  @TestFactory
  Stream<DynamicTest> limits() {
    return Vectors.cases(
        "hpa_behavior_rate",
        "limitCases",
        c -> {
          int current = c.path("currentReplicas").asInt();
          boolean up = c.path("direction").asText().equals("up");
          ScalingPolicy.Builder builder =
              ScalingPolicy.builder().bounds(0, 1_000_000).rule(Wish.of(up ? 1_000_000 : 0));
          DirectionLimits limits = rates(c);
          ScalingPolicy policy =
              up ? builder.scaleUp(limits).build() : builder.scaleDown(limits).build();
          ScalingState state = ScalingState.initial();
          assertEquals(
              c.path("expectedLimit").asInt(), policy.decide(state, at(current)).desired());
        });
  }

  @TestFactory
  Stream<DynamicTest> bounds() {
    return Vectors.cases(
        "hpa_bounds",
        "cases",
        c -> {
          int current = c.path("currentReplicas").asInt();
          ScalingPolicy policy =
              Compatible.kubernetesWithoutBehavior(
                      c.path("minReplicas").asInt(),
                      c.path("maxReplicas").asInt(),
                      c.path("scaleUpLimitFactor").asInt(),
                      c.path("scaleUpLimitMinimum").asInt(),
                      Duration.ZERO)
                  .rule(Wish.of(c.path("desiredReplicas").asInt()))
                  .build();
          ScalingDecision decision = policy.decide(ScalingState.initial(), at(current));
          assertEquals(c.path("expected").path("replicas").asInt(), decision.desired());
          expectReason(c.path("expected").path("reason").asText(), decision);
        });
  }

  /**
   * Which events count before, and which are still kept afterwards. Kubernetes' list of slots that
   * are used again is its way to forget; here, what is too old is dropped at once.
   */
  @TestFactory
  Stream<DynamicTest> events() {
    return Vectors.cases("hpa_scale_events", "cases", RateVectorsTest::events);
  }

  private static void events(JsonNode c) {
    int current = 100;
    int change = c.path("replicaChange").asInt();
    Duration query = Duration.ofSeconds(c.path("queryPeriodSeconds").asLong());
    for (int sign : new int[] {1, -1}) {
      ScalingState state = withEvents(sign, c.path("previousEvents"));
      DirectionLimits counting = DirectionLimits.none().rate(RatePolicy.instances(1000, query));
      ScalingDecision decision =
          oneWay(sign, counting, current + sign * change).decide(state, at(current));
      Proof.Step counted =
          decision.proof().steps().stream()
              .filter(step -> step.formula() == Formula.RATE_INSTANCES)
              .findFirst()
              .orElseThrow();
      assertEquals(
          c.path("expected").path("changeInPeriodBefore").asDouble(),
          counted.operand(sign > 0 ? 0 : 1));

      if (c.path("rules").isNull()) {
        continue; // nobody counts, so what is kept makes no difference
      }
      ScalingState after =
          oneWay(sign, rates(c.path("rules")), current)
              .decide(state, at(current))
              .next()
              .scaled(NOW, current, current + sign * change);
      List<Double> kept = new ArrayList<>();
      for (double value : after.events().values()) {
        kept.add(sign * value);
      }
      List<Double> expected = new ArrayList<>();
      for (JsonNode event : c.path("expected").path("storedAfter")) {
        if (!event.path("outdated").asBoolean()) {
          expected.add(event.path("replicaChange").asDouble());
        }
      }
      kept.sort(Comparator.naturalOrder());
      expected.sort(Comparator.naturalOrder());
      assertEquals(expected, kept);
    }
  }

  private static ScalingPolicy oneWay(int sign, DirectionLimits limits, int wish) {
    DirectionLimits none = DirectionLimits.none();
    return ScalingPolicy.builder()
        .bounds(0, 10_000)
        .rule(Wish.of(wish))
        .scaleUp(sign > 0 ? limits : none)
        .scaleDown(sign > 0 ? none : limits)
        .build();
  }

  private static ScalingPolicy.Builder policy(JsonNode c, int wish) {
    return ScalingPolicy.builder()
        .bounds(c.path("minReplicas").asInt(), c.path("maxReplicas").asInt())
        .rule(Wish.of(wish));
  }

  private static DirectionLimits limits(JsonNode given, JsonNode otherwise) {
    return rates(given.isNull() ? otherwise : given);
  }

  private static DirectionLimits rates(JsonNode rules) {
    DirectionLimits limits =
        DirectionLimits.none()
            .select(
                DirectionLimits.Select.valueOf(
                    rules.path("selectPolicy").asText("Max").toUpperCase(Locale.ROOT)));
    for (JsonNode rate : rules.path("policies")) {
      Duration period = Duration.ofSeconds(rate.path("periodSeconds").asLong());
      int value = rate.path("value").asInt();
      limits =
          limits.rate(
              rate.path("type").asText().equals("Pods")
                  ? RatePolicy.instances(value, period)
                  : RatePolicy.percent(value, period));
    }
    return limits;
  }

  /** A state that has decided before, with events given newest, oldest or however. */
  private static ScalingState withEvents(List<JsonNode> upAndDown) {
    List<long[]> all = new ArrayList<>();
    for (int i = 0; i < upAndDown.size(); i++) {
      for (JsonNode event : upAndDown.get(i)) {
        int change = event.path("replicaChange").asInt();
        all.add(new long[] {event.path("ageSeconds").asLong(), i == 0 ? change : -change});
      }
    }
    return applied(all);
  }

  private static ScalingState withEvents(int sign, JsonNode events) {
    List<long[]> all = new ArrayList<>();
    for (JsonNode event : events) {
      long change = event.path("replicaChange").asLong();
      all.add(new long[] {event.path("ageSeconds").asLong(), sign * change});
    }
    return applied(all);
  }

  private static ScalingState applied(List<long[]> events) {
    events.sort((a, b) -> Long.compare(b[0], a[0]));
    ScalingState result = ScalingState.initial();
    for (long[] event : events) {
      int from = 1000;
      result = result.scaled(NOW.minusSeconds(event[0]), from, from + (int) event[1]);
    }
    return result;
  }

  private static ScalingMetrics at(int current) {
    return ScalingMetrics.at(NOW).instances(current).build();
  }

  private static void expectReason(String reason, ScalingDecision decision) {
    ScalingReason expected =
        switch (reason) {
          case "ScaleUpLimit", "ScaleDownLimit" -> ScalingReason.RATE_LIMIT;
          case "TooFewReplicas", "TooManyReplicas" -> ScalingReason.BOUND;
          default -> ScalingReason.CUSTOM;
        };
    assertTrue(
        decision.reasons().contains(expected) || decision.desired() == decision.current(),
        decision::explain);
  }
}
