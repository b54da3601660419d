package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.InstanceType;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyCopyTest {
  private static final ScalingPolicy DEFAULTS = ScalingPolicy.builder().bounds(1, 10).build();

  private static final ScalingPolicy EVERY_KNOB =
      ScalingPolicy.builder()
          .name("every knob")
          .bounds(0, 20)
          .rule(TargetTracking.of(Metric.REQUEST_RATE, 50))
          .combine(ScalingPolicy.Combination.VOTE)
          .scaleUp(DirectionLimits.none().cooldown(Duration.ofHours(9)))
          .scaleDown(DirectionLimits.none().window(Duration.ofHours(8)))
          .sharedCooldown(true)
          .criticalCooldown(Duration.ofSeconds(7))
          .warmup(Duration.ofSeconds(6))
          .flapBudget(FlapBudget.of(3, Duration.ofHours(10)))
          .downstream(DownstreamBudget.of("db", "connections", 100).perInstance(5))
          .cost(CapacityMix.of(InstanceType.of("small", 1, 0.1)))
          .disruption(DisruptionBudget.percent(30))
          .confidenceToScaleIn(0.4)
          .scaleToZero(ScaleToZero.after(Duration.ofMinutes(4)).wakePath("activator"))
          .startup(Duration.ofSeconds(5), Duration.ofSeconds(4))
          .staleAfter(Duration.ofSeconds(3))
          .projectionGuard(false)
          .zeroIsOff(true)
          .boundsFirst(true)
          .build();

  @Test
  void aCopyHasEveryKnobOfItsOriginal() throws IllegalAccessException {
    ScalingPolicy copy = EVERY_KNOB.toBuilder().build();
    List<String> same = new ArrayList<>();
    int fields = 0;
    for (Field field : ScalingPolicy.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) {
        continue;
      }
      fields++;
      assertEquals(field.get(EVERY_KNOB), field.get(copy), field.getName());
      if (field.get(EVERY_KNOB) == null || field.get(EVERY_KNOB).equals(field.get(DEFAULTS))) {
        same.add(field.getName());
      }
    }
    assertTrue(fields > 20);
    assertEquals(List.of(), same, "a knob that is at its default shows nothing");
  }

  @Test
  void thePolicyInWordsNamesEveryKnob() {
    String words = EVERY_KNOB.describe();
    for (String part :
        List.of(
            "every knob", "0 to 20", "request_rate", "9h", "8h", "7s", "6s", "10h", "db", "small",
            "30 %", "0.4", "4m")) {
      assertTrue(words.contains(part), () -> part + " is not in " + words);
    }
    assertNotEquals(words, DEFAULTS.describe());
  }
}
