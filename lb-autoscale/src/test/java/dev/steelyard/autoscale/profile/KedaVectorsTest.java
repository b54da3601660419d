package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.ScalingState.ZeroPhase;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Fallback;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** KEDA's own cases of activation and of its fallback. */
class KedaVectorsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric FIRST = Metric.custom("first", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric SECOND = Metric.custom("second", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final String RULE = "target first";

  @TestFactory
  Stream<DynamicTest> activation() {
    return Vectors.cases("keda_activation", "cases", KedaVectorsTest::activates);
  }

  private static void activates(JsonNode given) {
    ScalingPolicy policy = scaledObject(given);
    int current = given.get("currentReplicas").asInt();
    boolean active = given.get("triggersActive").asBoolean();
    boolean error = given.get("triggerError").asBoolean();
    ScalingState state = ScalingState.initial();
    JsonNode age = given.get("lastActiveAgeSeconds");
    if (!age.isNull()) {
      Instant then = NOON.minusMillis(Math.round(age.asDouble() * 1000));
      state = policy.decide(state, metrics(then, current, true, false)).next();
    }
    boolean paused = given.get("paused").asBoolean();
    state = paused ? state.disabled() : state;
    ScalingDecision decision = policy.decide(state, metrics(NOON, current, active, error));
    JsonNode expected = given.get("expected");
    assertEquals(expected.get("replicas").asInt(), decision.desired(), decision::explain);
    assertEquals(decision.desired(), decision.proof().replay());
    if (expected.has("active") && policy.scaleToZero() != null && !paused && !error) {
      ZeroPhase phase = decision.next().zeroPhase();
      assertEquals(
          expected.get("active").asBoolean(),
          phase == ZeroPhase.RUNNING || phase == ZeroPhase.WAKING,
          () -> phase + "\n" + decision.explain());
    }
  }

  private static ScalingPolicy scaledObject(JsonNode given) {
    CompatibleKeda builder =
        CompatibleKeda.scaledObject()
            .trigger(FIRST, 1000, 0)
            .trigger(SECOND, 1000, 0)
            .minReplicaCount(given.get("minReplicaCount").asInt())
            .cooldownPeriod(Duration.ofSeconds(given.get("cooldownSeconds").asLong()))
            .pausedScaleIn(given.get("pausedScaleIn").asBoolean())
            .pausedScaleOut(given.get("pausedScaleOut").asBoolean())
            .forceActivation(given.get("forceActivation").asBoolean());
    if (!given.get("idleReplicaCount").isNull()) {
      builder.idleReplicaCount(given.get("idleReplicaCount").asInt());
    }
    if (!given.get("fallbackReplicas").isNull()) {
      builder.fallback(0, given.get("fallbackReplicas").asInt(), Fallback.Behavior.STATIC);
    }
    return builder.build();
  }

  private static ScalingMetrics metrics(Instant time, int current, boolean active, boolean error) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(time).instances(current);
    if (error) {
      metrics.missing(SECOND, "the trigger failed");
    } else {
      metrics.metric(SECOND, 0);
    }
    if (error && !active) {
      metrics.missing(FIRST, "the trigger failed");
    } else {
      metrics.metric(FIRST, active ? 1 : 0);
    }
    return metrics.build();
  }

  @TestFactory
  Stream<DynamicTest> fallback() {
    return Vectors.cases("keda_fallback", "cases", KedaVectorsTest::fallsBack);
  }

  private static void fallsBack(JsonNode given) {
    int threshold = given.get("failureThreshold").asInt();
    int replicas = given.get("fallbackReplicas").asInt();
    double target = given.get("target").asDouble();
    Fallback.Behavior behavior = behavior(given.path("behavior").asText("static"));
    if (threshold < 0) {
      CompatibleKeda builder = CompatibleKeda.scaledObject();
      assertThrows(
          IllegalArgumentException.class, () -> builder.fallback(threshold, replicas, behavior));
      return;
    }
    ScalingPolicy policy = withFallback(target, threshold, replicas, behavior);
    int current = given.get("currentReplicas").asInt(1);
    ScalingState state = failed(policy, current, given.get("failuresBefore").asInt());
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON).instances(current);
    boolean error = given.get("error").asBoolean();
    if (error) {
      metrics.missing(FIRST, "the trigger failed");
    } else {
      metrics.metric(FIRST, given.get("metric").asDouble());
    }
    ScalingDecision decision = policy.decide(state, metrics.build());
    JsonNode expected = given.get("expected");
    if (expected.has("failures")) {
      int failures = Fallback.failures(decision.next().memory(RULE));
      assertEquals(expected.get("failures").asInt(), failures);
    }
    assertEquals(expected.get("fallback").asBoolean(), fellBack(decision), decision::explain);
    if (expected.path("errorPropagated").asBoolean()) {
      assertEquals(current, decision.desired(), decision::explain);
      assertTrue(decision.reasons().contains(ScalingReason.MISSING_METRICS));
    } else {
      // The metric is made up so that the target divides it into the number that is asked for.
      assertEquals(
          Math.ceil(expected.get("metric").asDouble() / target),
          decision.desired(),
          decision::explain);
    }
  }

  @TestFactory
  Stream<DynamicTest> gate() {
    return Vectors.cases("keda_fallback", "gate", KedaVectorsTest::passes);
  }

  private static void passes(JsonNode given) {
    int threshold = given.get("threshold").asInt();
    ScalingPolicy policy = withFallback(10, threshold, 7, Fallback.Behavior.STATIC);
    int failures = given.get("failures").asInt();
    ScalingState state = failed(policy, 3, Math.max(0, failures - 1));
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON).instances(3);
    ScalingMetrics now =
        (failures == 0 ? metrics.metric(FIRST, 30) : metrics.missing(FIRST, "no")).build();
    ScalingDecision decision = policy.decide(state, now);
    assertEquals(given.get("valueUsed").asBoolean(), !fellBack(decision), decision::explain);
    assertEquals(given.get("valueUsed").asBoolean() ? 3 : 7, decision.desired());
  }

  private static boolean fellBack(ScalingDecision decision) {
    return decision.proof().steps().stream()
        .anyMatch(step -> String.valueOf(step.note()).startsWith("fallback"));
  }

  private static ScalingPolicy withFallback(
      double target, int threshold, int replicas, Fallback.Behavior behavior) {
    return CompatibleKeda.scaledObject()
        .minReplicaCount(1)
        .maxReplicaCount(1000)
        .trigger(FIRST, target, 0)
        .fallback(threshold, replicas, behavior)
        .behavior(DirectionLimits.none(), DirectionLimits.none())
        .build();
  }

  private static ScalingState failed(ScalingPolicy policy, int current, int times) {
    ScalingState state = ScalingState.initial();
    for (int i = times; i > 0; i--) {
      ScalingMetrics missing =
          ScalingMetrics.at(NOON.minusSeconds(30L * i))
              .instances(current)
              .missing(FIRST, "the trigger failed")
              .build();
      state = policy.decide(state, missing).next();
    }
    return state;
  }

  private static final Map<String, Fallback.Behavior> BEHAVIORS =
      Map.of(
          "static", Fallback.Behavior.STATIC,
          "currentreplicas", Fallback.Behavior.CURRENT,
          "currentreplicasifhigher", Fallback.Behavior.CURRENT_IF_HIGHER,
          "currentreplicasiflower", Fallback.Behavior.CURRENT_IF_LOWER);

  private static Fallback.Behavior behavior(String name) {
    Fallback.Behavior behavior = BEHAVIORS.get(name.toLowerCase(Locale.ROOT));
    if (behavior == null) {
      throw new AssertionError("a behavior that is not known: " + name);
    }
    return behavior;
  }
}
