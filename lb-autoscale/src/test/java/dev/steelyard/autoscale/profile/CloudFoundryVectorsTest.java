package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Metric.Kind;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.rules.Rules;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.testing.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Rules of Cloud Foundry's App Autoscaler: arithmetic, bounds, cooldown, sustained breaches. */
class CloudFoundryVectorsTest {
  private static final String FILE = "cloudfoundry_rules";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric METRIC = Metric.custom("test-metric-type", Kind.NON_PROPORTIONAL);
  private static final Duration BREACH = Duration.ofSeconds(100);

  @TestFactory
  Stream<DynamicTest> scale() {
    return Vectors.cases(
        FILE,
        "scale",
        one -> {
          JsonNode expected = one.path("expected");
          int current = one.path("current").asInt();
          int least = one.path("min").isNumber() ? one.path("min").asInt() : 0;
          int most = one.path("max").isNumber() ? one.path("max").asInt() : 100;
          // Whose cooldown is not asked for takes the one that the case names.
          int cooldown = expected.path("cooldownSetSeconds").asInt(30);
          ScalingPolicy.Builder builder =
              one.path("policyMissing").asBoolean()
                  ? ScalingPolicy.builder().bounds(0, 100)
                  : CompatibleCloudFoundry.rules(
                      least,
                      most,
                      Duration.ofSeconds(cooldown),
                      CompatibleCloudFoundry.rule(
                          METRIC, ">", 80, BREACH, one.path("adjustment").asText()));
          ScalingPolicy policy = builder.build();
          ScalingState state = ScalingState.initial();
          boolean off = one.path("disabled").asBoolean() || one.has("appState");
          state = off ? state.disabled() : state;
          if (one.path("inCooldown").asBoolean()) {
            state = state.scaled(NOON.plusSeconds(90), current - 1, current);
          }
          state = policy.decide(state, metrics(NOON, current, 90)).nextIfNotApplied();
          Instant now = NOON.plus(BREACH);
          ScalingDecision decision = policy.decide(state, metrics(now, current, 90));
          assertEquals(
              expected.path("newInstances").asInt(), decision.desired(), decision::explain);
          assertEquals(
              expected.path("status").asText().equals("succeeded"), decision.desired() != current);
          assertEquals(expected.path("adjustmentApplied").asInt(), decision.desired() - current);
          assertMessage(expected.path("message"), decision);
          if (expected.path("cooldownSetSeconds").asInt() > 0) {
            ScalingDecision next =
                policy.decide(
                    decision.next(),
                    metrics(now.plusSeconds(cooldown - 1), decision.desired(), 90));
            assertEquals(decision.desired(), next.desired(), next::explain);
          }
        });
  }

  private static void assertMessage(JsonNode message, ScalingDecision decision) {
    String text = message.asText("");
    if (text.startsWith("limited by")) {
      assertTrue(decision.reasons().contains(ScalingReason.BOUND), decision::explain);
    } else if (text.contains("cooldown")) {
      assertTrue(decision.reasons().contains(ScalingReason.COOLDOWN), decision::explain);
    } else if (text.contains("disable") || text.contains("not started")) {
      assertTrue(decision.reasons().contains(ScalingReason.DISABLED), decision::explain);
    } else {
      assertEquals(
          decision.desired() == decision.current() ? List.of() : List.of(ScalingReason.CUSTOM),
          decision.reasons());
    }
  }

  @TestFactory
  Stream<DynamicTest> adjustment() {
    return Vectors.cases(
        FILE,
        "adjustment",
        one -> {
          String text = one.path("adjustment").asText();
          if (one.path("expected").asText().equals("error")) {
            IllegalArgumentException error =
                assertThrows(
                    IllegalArgumentException.class, () -> CompatibleCloudFoundry.adjustment(text));
            assertTrue(error.getMessage().contains("'" + text + "'"), error.getMessage());
            return;
          }
          ScalingPolicy policy =
              CompatibleCloudFoundry.rules(
                      0,
                      100,
                      Duration.ZERO,
                      CompatibleCloudFoundry.rule(METRIC, ">", 80, Duration.ofSeconds(1), text))
                  .build();
          int current = one.path("current").asInt();
          ScalingState state =
              policy.decide(ScalingState.initial(), metrics(NOON, current, 90)).nextIfNotApplied();
          assertEquals(
              one.path("expected").asInt(),
              policy.decide(state, metrics(NOON.plusSeconds(1), current, 90)).desired());
        });
  }

  @TestFactory
  Stream<DynamicTest> breach() {
    return Vectors.cases(
        FILE,
        "breach",
        one -> {
          Duration breach = Duration.ofSeconds(one.path("breachDurationSeconds").asInt());
          List<Trigger> triggers = new ArrayList<>();
          for (JsonNode trigger : one.path("triggers")) {
            triggers.add(
                CompatibleCloudFoundry.rule(
                    METRIC,
                    trigger.path("operator").asText(),
                    trigger.path("threshold").asDouble(),
                    breach,
                    trigger.path("adjustment").asText()));
          }
          ScalingPolicy policy =
              CompatibleCloudFoundry.rules(0, 100, Duration.ZERO, triggers.toArray(new Trigger[0]))
                  .build();
          ScalingState state = ScalingState.initial();
          JsonNode values = one.path("valuesInWindow");
          if (one.path("hasSampleOlderThanWindow").asBoolean()) {
            state =
                policy
                    .decide(state, metrics(NOON.minus(breach).minusSeconds(1), 10, 0))
                    .nextIfNotApplied();
          }
          int desired = -1;
          for (int i = 0; i < values.size(); i++) {
            Instant at = NOON.minusSeconds(values.size() - 1L - i);
            ScalingDecision decision =
                policy.decide(
                    ScalingState.parse(state.toText()),
                    values.get(i).isNumber()
                        ? metrics(at, 10, values.get(i).asDouble())
                        : ScalingMetrics.at(at).instances(10).missing(METRIC, "empty").build());
            state = decision.nextIfNotApplied();
            desired = decision.desired();
            assertEquals(desired, decision.proof().replay());
          }
          JsonNode fired = one.path("expectedFiredTrigger");
          int change =
              fired.isNumber()
                  ? Integer.parseInt(
                      one.path("triggers").get(fired.asInt()).path("adjustment").asText())
                  : 0;
          assertEquals(10 + change, desired, one::toString);
        });
  }

  /** While a schedule with bounds is active, the policy's do not count. */
  @TestFactory
  Stream<DynamicTest> boundsOfAnActiveSchedule() {
    return Vectors.cases(
        FILE,
        "scale",
        one -> {
          assumeTrue(one.has("boundsFrom"), "its bounds are the policy's");
          ScalingPolicy policy =
              CompatibleCloudFoundry.rules(
                      1,
                      6,
                      Duration.ofSeconds(30),
                      CompatibleCloudFoundry.rule(
                          METRIC, ">", 80, Duration.ofSeconds(1), one.path("adjustment").asText()))
                  .rule(
                      Rules.custom(
                          "schedule",
                          e ->
                              Proposal.bounds(
                                  ScalingReason.SCHEDULE,
                                  one.path("min").asInt(),
                                  one.path("max").asInt())))
                  .build();
          int current = one.path("current").asInt();
          ScalingState state =
              policy.decide(ScalingState.initial(), metrics(NOON, current, 90)).nextIfNotApplied();
          assertEquals(
              one.path("expected").path("newInstances").asInt(),
              policy.decide(state, metrics(NOON.plusSeconds(1), current, 90)).desired());
        });
  }

  private static ScalingMetrics metrics(Instant time, int instances, double value) {
    return ScalingMetrics.at(time).instances(instances).metric(METRIC, value).build();
  }
}
