package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BreachTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static ScalingPolicy policy(Breach breach) {
    return policy(
        Thresholds.of(
            Trigger.out(Metric.CPU, Operator.GREATER, 80, Adjustment.change(1)).breach(breach)));
  }

  private static ScalingPolicy policy(Thresholds rule) {
    return ScalingPolicy.builder().bounds(1, 10).rule(rule).build();
  }

  private static ScalingDecision decide(
      ScalingPolicy policy, ScalingState state, long second, double cpu) {
    ScalingMetrics.Builder metrics = ScalingMetrics.at(NOON.plusSeconds(second)).instances(4);
    if (!Double.isNaN(cpu)) {
      metrics.metric(Metric.CPU, cpu);
    }
    // Through its text: a restart in the middle of a breach forgets nothing.
    return policy.decide(ScalingState.parse(state.toText()), metrics.build());
  }

  /** One letter per sample: b breached, g good, m missing; capitals: it fired. */
  private static String run(ScalingPolicy policy, String samples) {
    StringBuilder result = new StringBuilder();
    ScalingState state = ScalingState.initial();
    for (int i = 0; i < samples.length(); i++) {
      char sample = samples.charAt(i);
      double cpu = sample == 'b' ? 90 : sample == 'g' ? 50 : Double.NaN;
      ScalingDecision decision = decide(policy, state, 15L * i, cpu);
      assertEquals(decision.desired(), decision.proof().replay());
      state = decision.nextIfNotApplied();
      result.append(decision.desired() > 4 ? Character.toUpperCase(sample) : sample);
    }
    return result.toString();
  }

  @Test
  void threeConsecutiveBreachesAreNeeded() {
    assertEquals("bbBBgbbBmbbB", run(policy(Breach.consecutive(3)), "bbbbgbbbmbbb"));
  }

  @Test
  void threeOfFiveBreachesAreNeeded() {
    assertEquals("bgbgBgBg", run(policy(Breach.of(3, 5)), "bgbgbgbg"));
    assertEquals("bbBGGgbgb", run(policy(Breach.of(3, 5)), "bbbgggbgb"));
  }

  @Test
  void everySampleOfADurationAndAnOlderOneAreNeeded() {
    ScalingPolicy policy = policy(Breach.during(Duration.ofSeconds(30)));
    assertEquals("bbBBgbBmbB", run(policy, "bbbbgbbmbb"));
  }

  @Test
  void decidingTwiceAtOneInstantIsOneSample() {
    ScalingPolicy policy = policy(Breach.consecutive(3));
    ScalingState state = ScalingState.initial();
    for (int i = 0; i < 10; i++) {
      ScalingDecision decision = decide(policy, state, 0, 90);
      assertEquals(4, decision.desired());
      state = decision.next();
    }
  }

  @Test
  void whatWasRememberedForOtherThresholdsIsForgotten() {
    Trigger trigger = Trigger.out(Metric.CPU, Operator.GREATER, 80, Adjustment.change(1));
    ScalingPolicy before = policy(Thresholds.of(trigger.breach(Breach.consecutive(3))));
    ScalingState state = ScalingState.initial();
    for (int i = 0; i < 2; i++) {
      state = decide(before, state, i, 90).next();
    }
    assertEquals(5, decide(before, state, 2, 90).desired());
    ScalingPolicy after =
        policy(Thresholds.of(trigger.breach(Breach.during(Duration.ofSeconds(1)))));
    assertEquals(4, decide(after, state, 2, 90).desired());
  }
}
