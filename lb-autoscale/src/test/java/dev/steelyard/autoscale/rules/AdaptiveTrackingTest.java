package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.profile.Compatible;
import dev.steelyard.autoscale.replay.Replay;
import dev.steelyard.autoscale.replay.ReplayResult;
import dev.steelyard.autoscale.replay.ReplaySummary;
import dev.steelyard.autoscale.replay.ServiceModel;
import dev.steelyard.autoscale.replay.Synthetic;
import dev.steelyard.autoscale.replay.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaptiveTrackingTest {
  private static final ServiceModel MODEL = ServiceModel.capacity(100).build();

  private static final ScalingPolicy HPA =
      Compatible.kubernetes(1, 200).rule(Compatible.kubernetesResource(Metric.CPU, 70)).build();

  private static ScalingPolicy adaptive() {
    return ScalingPolicy.builder()
        .bounds(1, 200)
        .rule(AdaptiveTracking.cpu(70))
        .scaleDown(DirectionLimits.none())
        .build();
  }

  private static Trace daily(double noise, int days, long seed) {
    return Synthetic.daily(Duration.ofDays(days), Duration.ofMinutes(5), 500, 2500)
        .withNoise(noise, seed);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 0.93", "0.02, 1, 0.985", "0.02, 2, 0.95", "0.05, 3, 1", "0.1, 4, 1.01"})
  void isCheaperAndCalmerThanPlainTrackingWhereADailyLoadAllows(
      double noise, long seed, double hours) {
    Trace load = daily(noise, 10, seed);
    ReplaySummary plain = Replay.run(HPA, load, MODEL).summary();
    ReplaySummary learnt = Replay.run(adaptive(), load, MODEL).summary();
    assertTrue(learnt.instanceHours() < hours * plain.instanceHours(), learnt::toString);
    assertTrue(learnt.violationShare() <= plain.violationShare() + 1e-6, learnt::toString);
    assertTrue(learnt.reversals() <= 1.05 * plain.reversals(), learnt::toString);
  }

  @Test
  void isPlainTrackingUntilItHasLearnt() {
    Trace load = daily(0.1, 10, 4);
    ReplayResult plain = Replay.run(HPA, load, MODEL);
    ReplayResult learnt = Replay.run(adaptive(), load, MODEL);
    for (int tick = 1; tick < AdaptiveTracking.LEARNING_TICKS; tick++) {
      assertEquals(plain.ordered(tick), learnt.ordered(tick), "tick " + tick);
    }
  }

  @Test
  void whilePlainTrackingDecidesItsShadowIsTheRealFleet() {
    Instant noon = Instant.parse("2026-01-01T12:00:00Z");
    ScalingState state = ScalingState.initial();
    for (int minute = 0; minute < 4; minute++) {
      int instances = minute < 2 ? 20 : 10; // somebody has halved it
      ScalingMetrics metrics =
          ScalingMetrics.at(noon.plusSeconds(60L * minute))
              .instances(instances)
              .metric(Metric.CPU, 70)
              .build();
      state = adaptive().decide(state, metrics).next();
      double[] remembered = state.memory("adaptive cpu").toArray();
      ShadowFleets fleets = new ShadowFleets(remembered, AdaptiveTracking.cpu(70));
      assertEquals(instances, fleets.asked(ShadowFleets.PLAIN), "minute " + minute);
    }
  }

  @Test
  void explainsWhichWayItUses() {
    ReplayResult result = Replay.run(adaptive(), daily(0, 5, 1), MODEL);
    String text = result.decision(result.size() - 1).explain();
    assertTrue(text.matches("(?s).*(load|deviations).*%.*"), text);
  }

  @Test
  void withTheRequestRateItSeesALoadThatItsInstancesCannotTake() {
    Trace load =
        Synthetic.step(
                Duration.ofHours(20), Duration.ofMinutes(5), 1000, 4000, Duration.ofHours(18))
            .withNoise(0.02, 5);
    int jump = 18 * 12;
    ReplayResult plain = Replay.run(HPA, load, MODEL);
    ReplayResult learnt = Replay.run(adaptive(), load, MODEL);
    assertTrue(plain.ordered(jump + 1) < 25, "instances that are saturated show no more");
    assertTrue(learnt.ordered(jump + 1) >= 40, () -> learnt.decision(jump + 1).explain());
  }

  @Test
  void refusesWhatMakesNoSense() {
    AdaptiveTracking rule = AdaptiveTracking.cpu(70);
    assertThrows(IllegalArgumentException.class, () -> AdaptiveTracking.cpu(0));
    assertThrows(IllegalArgumentException.class, () -> AdaptiveTracking.cpu(85));
    assertThrows(IllegalArgumentException.class, () -> AdaptiveTracking.cpu(Double.NaN));
    assertThrows(
        IllegalArgumentException.class,
        () -> AdaptiveTracking.of(Metric.responseTime("p99"), 1, 2));
    assertThrows(
        IllegalArgumentException.class, () -> AdaptiveTracking.of(Metric.REQUEST_RATE, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> rule.caution(1));
    assertThrows(IllegalArgumentException.class, () -> rule.caution(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> rule.startup(Duration.ofSeconds(-1)));
    assertThrows(IllegalArgumentException.class, () -> rule.window(Duration.ofDays(2)));
    assertThrows(IllegalArgumentException.class, () -> rule.halfLife(Duration.ofMinutes(9)));
    assertThrows(IllegalArgumentException.class, () -> rule.missing(MissingData.assume(70)));
  }

  @Test
  void saysWhatItIs() {
    AdaptiveTracking rule = AdaptiveTracking.of(Metric.REQUEST_RATE, 60, 90).named("web");
    assertEquals("web", rule.name());
    assertTrue(rule.describe().contains("60.0"), rule.describe());
    assertEquals(List.of(Metric.REQUEST_RATE), rule.metrics());
  }
}
