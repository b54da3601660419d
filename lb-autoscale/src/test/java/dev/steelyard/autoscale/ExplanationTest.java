package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.InstanceType;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.testing.Wish;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a decision and a policy say of themselves. */
class ExplanationTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static List<String> counterfactuals(ScalingDecision decision) {
    return decision.counterfactuals().stream().map(Counterfactual::text).toList();
  }

  private static ScalingMetrics cpu(double value) {
    return ScalingMetrics.at(NOON).instances(5).metric(Metric.CPU, value).build();
  }

  private final ScalingPolicy tracking =
      ScalingPolicy.builder()
          .bounds(1, 10)
          .rule(TargetTracking.of(Metric.CPU, 70).tolerance(0, 0))
          .scaleDown(DirectionLimits.none())
          .build();

  @Test
  void theNearestValuesThatChangeSomethingAreExact() {
    ScalingDecision decision = tracking.decide(ScalingState.initial(), cpu(80));
    assertEquals(6, decision.desired());
    assertEquals(
        List.of("scales to 7 at cpu > 84 %", "scales to 5 at cpu <= 70 %"),
        counterfactuals(decision));
    assertEquals(7, tracking.decide(ScalingState.initial(), cpu(84.0001)).desired());
    assertEquals(6, tracking.decide(ScalingState.initial(), cpu(84)).desired());
    assertEquals(5, tracking.decide(ScalingState.initial(), cpu(70)).desired());
    assertEquals(6, tracking.decide(ScalingState.initial(), cpu(70.0001)).desired());
  }

  @Test
  void theTimeUntilWhichSomethingIsBlockedIsNamed() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 10)
            .rule(Wish.of(7))
            .scaleUp(DirectionLimits.none().cooldown(Duration.ofSeconds(250)))
            .build();
    ScalingState state = ScalingState.initial().scaled(NOON, 4, 5);
    ScalingDecision decision =
        policy.decide(state, ScalingMetrics.at(NOON.plusSeconds(10)).instances(5).build());
    assertEquals(
        List.of("blocked until 2026-01-01T12:04:10Z by cooldown, then scales to 7"),
        counterfactuals(decision));
  }

  @Test
  void theEndOfAWindowIsNamedThoughSmallerRecommendationsFollow() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 10)
            .rule(Wish.of(2))
            .scaleDown(DirectionLimits.none().window(Duration.ofMinutes(5)))
            .build();
    ScalingMetrics metrics = ScalingMetrics.at(NOON).instances(6).build();
    assertEquals(
        List.of("blocked until 2026-01-01T12:05:00Z by stabilization window, then scales to 2"),
        counterfactuals(policy.decide(ScalingState.initial(), metrics)));
  }

  @Test
  void aRateLimitGoesOnWhenItsPeriodEnds() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .rule(Wish.of(50))
            .scaleUp(DirectionLimits.none().rate(RatePolicy.instances(4, Duration.ofSeconds(60))))
            .build();
    ScalingState state = ScalingState.initial().scaled(NOON.minusSeconds(20), 1, 5);
    ScalingDecision decision = policy.decide(state, ScalingMetrics.at(NOON).instances(5).build());
    assertEquals(
        List.of(
            "blocked until 2026-01-01T12:00:40Z by rate limit or flap budget, then scales to 9"),
        counterfactuals(decision));
  }

  @Test
  void theBoundsThatWouldNotBindAreNamed() {
    ScalingPolicy policy =
        ScalingPolicy.builder().bounds(2, 6).rule(TargetTracking.of(Metric.CPU, 50)).build();
    assertTrue(
        counterfactuals(policy.decide(ScalingState.initial(), cpu(90)))
            .contains("the smallest maximum that would not bind is 9"));
    ScalingPolicy down = policy.toBuilder().scaleDown(DirectionLimits.none()).build();
    assertTrue(
        counterfactuals(down.decide(ScalingState.initial(), cpu(10)))
            .contains("the largest minimum that would not bind is 1"));
  }

  /** Golden: whoever stores decisions compares them as text. */
  @Test
  void theJsonOfADecisionIsCanonical() throws IOException {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .name("shop \"eu\"")
            .bounds(2, 6)
            .rule(TargetTracking.of(Metric.CPU, 70))
            .cost(CapacityMix.of(InstanceType.of("m", 1, 0.1)))
            .build();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      String json = policy.decide(ScalingState.initial(), cpu(91.3)).toJson();
      assertEquals(
          "{\"time\":\"2026-01-01T12:00:00Z\",\"policy\":\"shop \\\"eu\\\"\","
              + "\"action\":\"SCALE_UP\",\"current\":5,\"recommended\":7,\"desired\":6,"
              + "\"reasons\":[\"CPU\",\"BOUND\"],\"confidence\":1,\"replacements\":[],"
              + "\"lookAgain\":null,\"cost\":{\"pricePerHour\":0.6000000000000001,"
              + "\"pricePerDay\":14.400000000000002,\"instances\":[{\"type\":\"m\","
              + "\"market\":\"on-demand\",\"count\":6}]},\"proof\":["
              + step("PROPOSE", "target cpu", "PROPORTIONAL", "91.3", "7", "70,5,5,0.1,0.1")
              + ","
              + step("COMBINE", "max", "LARGEST", "5", "7", "7")
              + ","
              + step("STABILIZE", "windows", "STABILIZED", "7", "7", "5,7,7")
              + ","
              + step("BOUNDS", "bounds", "BETWEEN", "7", "6", "2,6")
              + ","
              + step("COST", "now", "PRICE_PER_HOUR", "5", "0.5", "5,0.1")
              + ","
              + step("COST", "then", "PRICE_PER_HOUR", "6", "0.6000000000000001", "6,0.1")
              + ","
              + step("COST", "change penalty", "WORTH", "6", "6", "5,6,1,0,0.5,0.6000000000000001")
              + "]}",
          json);
      assertEquals(
          "shop \"eu\"",
          new com.fasterxml.jackson.databind.ObjectMapper().readTree(json).path("policy").asText());
    } finally {
      Locale.setDefault(before);
    }
  }

  private static String step(
      String stage, String rule, String formula, String input, String output, String operands) {
    return "{\"stage\":\""
        + stage
        + "\",\"rule\":\""
        + rule
        + "\",\"formula\":\""
        + formula
        + "\",\"input\":"
        + input
        + ",\"output\":"
        + output
        + ",\"operands\":["
        + operands
        + "],\"note\":null}";
  }

  @Test
  void aNumberIsTheShortestThatReadsBackAsItself() {
    assertEquals("0.1", Format.shortest(0.1));
    assertEquals("0.002", Format.shortest(2e-3));
    assertEquals("0.30000000000000004", Format.shortest(0.1 + 0.2));
    assertEquals(
        "200000000000000000000000", Format.shortest(2e23).replace("2E+23", "2" + "0".repeat(23)));
    for (double value : new double[] {Math.PI, 1e-300, Double.MIN_VALUE, 1.0 / 3, 123456.789}) {
      assertEquals(value, Double.parseDouble(Format.shortest(value)));
    }
  }

  // kubernetes/kubernetes#101371, kedacore/keda#737

  @Test
  void aPolicySaysWhatEachDurationBlocksAndFromWhenItCounts() {
    String words =
        ScalingPolicy.builder()
            .name("shop")
            .bounds(2, 10)
            .rule(TargetTracking.of(Metric.CPU, 70))
            .scaleUp(
                DirectionLimits.none()
                    .cooldown(Duration.ofMinutes(3))
                    .rate(RatePolicy.instances(4, Duration.ofSeconds(15))))
            .warmup(Duration.ofMinutes(2))
            .flapBudget(FlapBudget.of(2, Duration.ofHours(1)))
            .build()
            .describe();
    String bypass = " Corrections of bounds, floors and ceilings do not wait for it.\n";
    assertTrue(words.startsWith("shop: 2 to 10 instances.\n"), words);
    assertTrue(
        words.contains(
            "  - stabilization window 5m: goes no further than the largest recommendation of the"
                + " last 5m. It counts from each recommendation and is no pause between changes."
                + bypass),
        words);
    assertTrue(
        words.contains(
            "  - cooldown 3m: blocks scaling up for so long after a change up, not after one down."
                + " It counts from the applied change, or from its completion if that is told. An"
                + " emergency does not wait for it."
                + bypass),
        words);
    assertTrue(words.contains("  - at most 4 instances more in any 15s, which counts from"), words);
    assertTrue(words.contains("Warm-up 2m: blocks scaling down while"), words);
    assertTrue(words.contains("Flap budget: at most 2 changes of direction in any 1h"), words);
    assertTrue(words.contains("Unhealthy instances are replaced while no more than 1 "), words);
  }

  @Test
  void aPolicyThatIsSwitchedOffInOneDirectionSaysSo() {
    String words =
        ScalingPolicy.builder()
            .bounds(2, 10)
            .rule(Wish.of(3))
            .scaleDown(DirectionLimits.disabled())
            .build()
            .describe();
    assertTrue(words.contains("Scaling up:\n  - nothing holds it back.\n"), words);
    assertTrue(words.contains("Scaling down:\n  - switched off."), words);
    assertFalse(words.contains("cooldown"), words);
  }

  /** Whoever adds a knob to the policy adds it here and to the copy. */
  @Test
  void anotherPolicyIsBegunWithAllThatThisOneHas() throws IllegalAccessException {
    ScalingPolicy plain = ScalingPolicy.builder().bounds(1, 2).build();
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .name("a")
            .bounds(0, 10)
            .rule(Wish.of(3))
            .combine(ScalingPolicy.Combination.VOTE)
            .scaleUp(
                DirectionLimits.none().window(Duration.ofHours(1)).cooldown(Duration.ofMinutes(3)))
            .scaleDown(DirectionLimits.disabled())
            .sharedCooldown(true)
            .criticalCooldown(Duration.ofSeconds(1))
            .warmup(Duration.ofSeconds(2))
            .flapBudget(FlapBudget.of(2, Duration.ofHours(1)))
            .downstream(DownstreamBudget.of("db", "connections", 100))
            .cost(CapacityMix.of(InstanceType.of("m", 1, 0.1)))
            .disruption(DisruptionBudget.percent(50))
            .confidenceToScaleIn(0.4)
            .scaleToZero(ScaleToZero.after(Duration.ofMinutes(5)).wakePath("proxy"))
            .startup(Duration.ofSeconds(3), Duration.ofSeconds(4))
            .staleAfter(Duration.ofSeconds(5))
            .projectionGuard(false)
            .zeroIsOff(true)
            .boundsFirst(true)
            .build();
    ScalingPolicy copy = policy.toBuilder().build();
    for (Field field : ScalingPolicy.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
        assertEquals(field.get(policy), field.get(copy), field.getName());
        assertNotEquals(field.get(policy), field.get(plain), field.getName());
      }
    }
    assertThrows(IllegalArgumentException.class, () -> policy.toBuilder().rule(Wish.of(4)));
  }
}
