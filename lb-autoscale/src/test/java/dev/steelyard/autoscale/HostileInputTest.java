package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HostileInputTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private final ScalingPolicy policy =
      ScalingPolicy.builder()
          .bounds(0, ScalingPolicy.Builder.GREATEST_MAXIMUM)
          .rule(TargetTracking.of(Metric.CPU, 50))
          .build();

  @Test
  void aMillionInstancesAreDecidedOn() {
    ScalingMetrics.Builder builder = ScalingMetrics.at(NOON);
    for (int i = 0; i < 1_000_000; i++) {
      builder.instance("i" + i, facts -> facts.metric(Metric.CPU, 100));
    }
    ScalingDecision decision = policy.decide(ScalingState.initial(), builder.build());
    assertEquals(1_000_000, decision.desired());
    assertEquals(1_000_000, decision.proof().replay());
  }

  @Test
  void moreInstancesThanThereCanBeComeDownToTheMaximum() {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON).instances(Integer.MAX_VALUE).metric(Metric.CPU, 1e300).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    assertEquals(1_000_000, decision.desired());
    assertEquals(1_000_000, decision.proof().replay());
  }

  @Test
  void nothingButANumberHolds() {
    ScalingDecision decision =
        policy.decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(7).build());
    assertEquals(7, decision.desired());
    assertEquals(java.util.List.of(ScalingReason.MISSING_METRICS), decision.reasons());
  }

  @Test
  void anEmptyFleetIsNotAnError() {
    ScalingMetrics metrics = ScalingMetrics.at(NOON).instances(0).metric(Metric.CPU, 90).build();
    ScalingDecision decision = policy.decide(ScalingState.initial(), metrics);
    assertEquals(
        2, decision.desired(), "a value that somebody has at zero counts, as in Kubernetes");
    assertEquals(2, decision.proof().replay());
  }

  @Test
  void timesOutsideOfTheCalendarAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ScalingMetrics.at(Instant.MAX));
    assertThrows(IllegalArgumentException.class, () -> ScalingMetrics.at(Instant.MIN));
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingMetrics.at(Instant.ofEpochMilli(Long.MAX_VALUE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingState.initial().scaled(Instant.ofEpochMilli(Long.MAX_VALUE), 1, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingState.initial().completed(Instant.ofEpochMilli(Long.MIN_VALUE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingState.initial().manual(1, Instant.MAX, "forever"));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ScalingMetrics.at(NOON)
                .instance(
                    "a", a -> a.metric(Metric.CPU, 1, NOON, Duration.ofSeconds(Long.MAX_VALUE))));
  }

  @Test
  void aStateFromNowhereIsRefusedWithItsLine() {
    String head = "steelyard-scaling-state 1\n";
    for (String text :
        new String[] {
          "",
          "steelyard-scaling-state 99\n",
          head + "events 9223372036854775807=1\n",
          head + "events 1=NaN\n",
          head + "events 2=1 1=1\n",
          head + "manual x\n",
          head + "unheard of\n",
          head + "last-decision -9223372036854775808\n"
        }) {
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> ScalingState.parse(text));
      org.junit.jupiter.api.Assertions.assertTrue(error.getMessage().startsWith("line "), text);
    }
  }

  @Test
  void metricsOfThePastHold() {
    ScalingState state =
        policy.decide(ScalingState.initial(), ScalingMetrics.at(NOON).instances(7).build()).next();
    ScalingMetrics old =
        ScalingMetrics.at(NOON.minusMillis(1)).instances(7).metric(Metric.CPU, 100).build();
    assertEquals(ScalingAction.HOLD, policy.decide(state, old).action());
  }
}
