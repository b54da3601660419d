package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.PanicWindow;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Knative's own cases of its decider and of its scaler. */
class KnativeVectorsTest {
  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric STABLE = Metric.custom("stable", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric PANIC = Metric.custom("panic", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric REQUESTED = Metric.custom("asked", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final String PATH = "activator";

  @TestFactory
  Stream<DynamicTest> decider() {
    return Vectors.cases("knative_autoscaler", "cases", KnativeVectorsTest::sequence);
  }

  private static void sequence(JsonNode given) {
    ObjectNode spec = given.get("spec").deepCopy();
    Instant last = at(given.get("steps").get(0));
    int created = given.get("initial").get("readyPodsAtCreation").asInt();
    ScalingState state = created(policy(spec), created, last).next();
    int current = created;
    for (JsonNode step : given.get("steps")) {
      if (step.has("specChange")) {
        spec.setAll((ObjectNode) step.get("specChange"));
      }
      if (step.path("readyCountError").asBoolean()) {
        ScalingMetrics.Builder nobodyCounted = ScalingMetrics.at(last);
        assertThrows(IllegalArgumentException.class, nobodyCounted::build);
        continue;
      }
      // One case goes back in time, to a revision that is told apart by its spec alone.
      last = at(step).isBefore(last) ? last : at(step);
      ScalingDecision decision = policy(spec).decide(state, metrics(step, last, current));
      check(step, decision, current);
      assertEquals(decision.desired(), decision.proof().replay());
      state = decision.next();
      current = decision.recommended();
    }
  }

  private static void check(JsonNode step, ScalingDecision decision, int current) {
    JsonNode expected = step.get("expected");
    if (!expected.path("valid").asBoolean(true)) {
      assertEquals(current, decision.desired(), decision::explain);
      assertTrue(decision.reasons().contains(ScalingReason.MISSING_METRICS));
      return;
    }
    assertEquals(expected.get("desired").asInt(), decision.recommended(), decision::explain);
    if (expected.has("excessBurstCapacity")) {
      Proof.Step burst =
          decision.proof().steps().stream()
              .filter(one -> one.formula() == Formula.EXCESS_BURST)
              .findFirst()
              .orElseThrow();
      assertEquals(expected.get("excessBurstCapacity").asDouble(), burst.output(), 1);
    }
    Memory memory = decision.next().memory("panic stable");
    Optional<Instant> since = PanicWindow.panicSince(memory);
    if (step.has("panicAfter")) {
      assertEquals(step.get("panicAfter").asBoolean(), since.isPresent());
    }
    if (step.has("panicSince")) {
      assertEquals(START.plusSeconds(step.get("panicSince").asLong()), since.orElseThrow());
    }
  }

  private static ScalingMetrics metrics(JsonNode step, Instant time, int current) {
    int ready = step.get("readyPods").asInt();
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(time).instances(current).running(Math.max(ready, current)).ready(ready);
    return step.path("metricsError").asBoolean()
        ? metrics.missing(STABLE, "no data").missing(PANIC, "no data").build()
        : metrics
            .metric(STABLE, step.get("observedStable").asDouble())
            .metric(PANIC, step.get("observedPanic").asDouble())
            .build();
  }

  private static ScalingPolicy policy(JsonNode spec) {
    double total = spec.get("totalValue").asDouble();
    return CompatibleKnative.autoscaler(STABLE, PANIC, total)
        .targetUtilizationPercentage(100 * spec.get("targetValue").asDouble() / total)
        .window(Duration.ofMillis(Math.max(1, spec.get("stableWindowSeconds").asLong() * 1000)))
        .panicThresholdPercentage(100 * spec.get("panicThreshold").asDouble())
        .maxScaleRates(
            spec.get("maxScaleUpRate").asDouble(), spec.get("maxScaleDownRate").asDouble())
        .scaleDownDelay(Duration.ofSeconds(spec.get("scaleDownDelaySeconds").asLong()))
        .activationScale(Math.max(1, spec.get("activationScale").asInt()))
        .targetBurstCapacity(spec.get("targetBurstCapacity").asDouble())
        .reachable(spec.get("reachable").asBoolean())
        .build();
  }

  /** The autoscaler comes to be: it sees so many ready instances, and no metric yet. */
  private static ScalingDecision created(ScalingPolicy policy, int ready, Instant time) {
    return policy.decide(
        ScalingState.initial(),
        ScalingMetrics.at(time)
            .instances(ready)
            .missing(STABLE, "no data yet")
            .missing(PANIC, "no data yet")
            .build());
  }

  @TestFactory
  Stream<DynamicTest> startInPanic() {
    return Vectors.cases(
        "knative_autoscaler",
        "startInPanic",
        given -> {
          ScalingPolicy policy = CompatibleKnative.autoscaler(STABLE, PANIC, 100).build();
          int ready = given.get("readyPodsAtCreation").asInt();
          Memory memory = created(policy, ready, START).next().memory("panic stable");
          JsonNode expected = given.get("expected");
          assertEquals(
              expected.get("panic").asBoolean(), PanicWindow.panicSince(memory).isPresent());
          assertEquals(expected.get("maxPanicPods").asInt(), PanicWindow.panicCount(memory));
        });
  }

  private static Instant at(JsonNode step) {
    return START.plusMillis(Math.round(step.get("atSeconds").asDouble() * 1000));
  }

  @TestFactory
  Stream<DynamicTest> scaler() {
    return Vectors.cases("knative_scale_to_zero", "cases", KnativeVectorsTest::scaled);
  }

  private static void scaled(JsonNode given) {
    int current = given.get("currentReplicas").asInt();
    ScalingPolicy policy = scaler(given);
    ScalingState state = history(given, policy, current);
    boolean activating = given.get("state").asText().equals("Activating");
    ScalingMetrics.Builder metrics =
        ScalingMetrics.at(START).instances(current).ready(activating ? 0 : current);
    int requested = given.get("requested").asInt();
    if (requested >= 0) {
      metrics.metric(REQUESTED, requested);
    }
    Metric path = Metric.custom(PATH, Metric.Kind.NON_PROPORTIONAL);
    boolean probed = given.get("activatorProbe").asBoolean();
    if (probed || given.get("targetBurstCapacity").asInt() == -1) {
      metrics.metric(path, given.get("proxiedForSeconds").asDouble());
    } else {
      metrics.missing(path, "the probe failed");
    }
    ScalingDecision decision = policy.decide(state, metrics.build());
    JsonNode expected = given.get("expected");
    int wanted = expected.get("applied").asBoolean() ? expected.get("desired").asInt() : current;
    assertEquals(wanted, decision.desired(), decision::explain);
    assertEquals(wanted, decision.proof().replay());
  }

  /**
   * How the revision came to its state. Knative sees no work as soon as the average of its stable
   * window is 0, that is, a whole window after the last request: an Active revision has had none
   * for as long as it is Active, at most a window; an Inactive one for a window more.
   */
  private static ScalingState history(JsonNode given, ScalingPolicy policy, int current) {
    long inState = Math.round(given.path("stateForSeconds").asDouble(0) * 1000);
    long window = given.get("stableWindowSeconds").asLong() * 1000;
    return switch (given.get("state").asText()) {
      case "Active" -> busy(policy, current, Math.min(inState, window));
      case "Inactive" ->
          current == 0 ? ScalingState.initial() : busy(policy, current, inState + window);
      case "Activating" -> busy(policy, 0, inState);
      default -> ScalingState.initial();
    };
  }

  private static ScalingState busy(ScalingPolicy policy, int current, long ago) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(START.minusMillis(ago)).instances(current);
    metrics.metric(REQUESTED, Math.max(1, current));
    return policy.decide(ScalingState.initial(), metrics.build()).next();
  }

  private static ScalingPolicy scaler(JsonNode given) {
    return CompatibleKnative.scaler(
            TargetTracking.of(REQUESTED, 1).tolerance(0, 0).missing(MissingData.hold()))
        .window(seconds(given, "stableWindowSeconds"))
        .minScale(given.get("minScale").asInt())
        .maxScale(given.get("maxScale").asInt())
        .initialScale(given.get("initialScale").asInt())
        .scaleToZeroGracePeriod(seconds(given, "gracePeriodSeconds"))
        .scaleToZeroPodRetentionPeriod(seconds(given, "podRetentionSeconds"))
        .activationTimeout(seconds(given, "activationTimeoutSeconds"))
        .enableScaleToZero(given.get("enableScaleToZero").asBoolean())
        .reachable(!given.get("reachability").asText().equals("Unreachable"))
        .activatorProbe(PATH)
        .build();
  }

  private static Duration seconds(JsonNode given, String key) {
    return Duration.ofMillis(Math.round(given.get(key).asDouble() * 1000));
  }
}
