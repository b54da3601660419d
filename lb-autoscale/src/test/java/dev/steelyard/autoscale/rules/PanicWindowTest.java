package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PanicWindowTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric LOAD = Metric.IN_FLIGHT;
  private static final Metric STABLE = Metric.custom("stable", Metric.Kind.PROPORTIONAL_TOTAL);
  private static final Metric PANIC = Metric.custom("panic", Metric.Kind.PROPORTIONAL_TOTAL);

  private ScalingState state = ScalingState.initial();

  private static ScalingPolicy.Builder policy(PanicWindow rule) {
    return ScalingPolicy.builder().bounds(0, 10_000).scaleDown(DirectionLimits.none()).rule(rule);
  }

  private ScalingDecision at(
      ScalingPolicy policy, long seconds, int instances, int ready, double stable, double panic) {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON.plusSeconds(seconds))
            .instances(instances)
            .ready(ready)
            .metric(STABLE, stable)
            .metric(PANIC, panic)
            .build();
    ScalingDecision decision = policy.decide(state, metrics);
    assertEquals(decision.desired(), decision.proof().replay());
    state = ScalingState.parse(decision.next().toText());
    return decision;
  }

  private boolean panics(String rule) {
    return PanicWindow.panicSince(state.memory(rule)).isPresent();
  }

  // knative/serving#3153: 1000 were wanted, 40 were ready, and the end of panic undid it all
  @Test
  void pressureThatLastsProlongsPanicHoweverLongTheInstancesTakeToStart() {
    ScalingPolicy policy = policy(PanicWindow.of(STABLE, PANIC, 1).utilization(1)).build();
    assertEquals(1000, at(policy, 0, 1, 1, 100, 1000).desired());
    for (int second = 10; second <= 300; second += 10) {
      assertEquals(1000, at(policy, second, 1000, 40, 900, 1000).desired());
      assertTrue(panics("panic stable"));
    }
  }

  // knative/serving#9121: the number of pods collapsed when the panic window had passed
  @Test
  void panicEndsOnlyWhenTheStableWindowHasSeenTheLoadAndThenFollowsIt() {
    ScalingPolicy policy = policy(PanicWindow.of(STABLE, PANIC, 10).utilization(1)).build();
    assertEquals(200, at(policy, 0, 5, 5, 300, 2000).desired());
    assertEquals(200, at(policy, 30, 200, 150, 900, 1500).desired());
    ScalingDecision last = at(policy, 60, 200, 200, 1480, 1500);
    assertEquals(200, last.desired());
    assertEquals(NOON.plusSeconds(60).plusMillis(1), last.lookAgain().orElseThrow());
    assertTrue(panics("panic stable"));
    assertEquals(150, at(policy, 61, 200, 200, 1500, 1500).desired());
    assertFalse(panics("panic stable"));
  }

  @Test
  void theEndOfPanicGoesDownByTheRateAtMostAndWithADelayNotAtAll() {
    PanicWindow rule = PanicWindow.of(STABLE, PANIC, 10).utilization(1).rates(1000, 2);
    ScalingPolicy policy = policy(rule).build();
    at(policy, 0, 5, 5, 300, 2000);
    assertEquals(100, at(policy, 61, 200, 200, 10, 10).desired());

    state = ScalingState.initial();
    ScalingPolicy delayed = policy(rule.scaleDownDelay(Duration.ofMinutes(5))).build();
    at(delayed, 0, 5, 5, 300, 2000);
    ScalingDecision held = at(delayed, 61, 200, 200, 10, 10);
    assertEquals(200, held.desired(), held::explain);
    assertEquals(NOON.plusSeconds(300), held.lookAgain().orElseThrow());
    assertEquals(100, at(delayed, 300, 200, 200, 10, 10).desired());
  }

  // knative/serving#13284: nothing but a maximum held the panic of slow starters back
  @Test
  void aRateOfThePolicyHoldsPanicBack() {
    ScalingPolicy policy =
        policy(PanicWindow.of(STABLE, PANIC, 1))
            .scaleUp(DirectionLimits.none().rate(RatePolicy.instances(10, Duration.ofSeconds(30))))
            .build();
    int instances = 1;
    for (int second = 0; second < 30; second += 2) {
      instances = at(policy, second, instances, 1, 500, 2000).desired();
    }
    assertEquals(11, instances);
  }

  @Test
  void panicDoesNotGoBelowThePresentNumberEither() {
    ScalingPolicy policy = policy(PanicWindow.of(STABLE, PANIC, 10).utilization(1)).build();
    at(policy, 0, 1, 1, 10, 10);
    assertEquals(10, at(policy, 2, 10, 1, 20, 20).desired(), "one of ten is ready");
    assertTrue(panics("panic stable"));
  }

  @Test
  void anUnreachableVersionGoesDownWithoutRateAndDelay() {
    PanicWindow rule =
        PanicWindow.of(STABLE, PANIC, 10).scaleDownDelay(Duration.ofMinutes(5)).reachable(false);
    ScalingPolicy policy = policy(rule).build();
    at(policy, 0, 1, 1, 70, 7);
    assertEquals(0, at(policy, 2, 10, 10, 0, 0).desired());
  }

  @Test
  void theExcessBurstCapacityIsInTheProof() {
    ScalingPolicy policy = policy(PanicWindow.of(STABLE, PANIC, 100).burstCapacity(211)).build();
    ScalingDecision decision = at(policy, 0, 1, 1, 50, 50);
    assertEquals(
        -161.0,
        decision.proof().steps().stream()
            .filter(step -> step.formula() == Formula.EXCESS_BURST)
            .findFirst()
            .orElseThrow()
            .output());
  }

  @Test
  void aRuleThatAveragesFollowsTheStableWindowAndPanicsByTheShortOne() {
    PanicWindow rule = PanicWindow.of(LOAD, 10).utilization(1);
    ScalingPolicy policy = policy(rule).build();
    int instances = 1;
    for (int second = 0; second < 60; second++) {
      instances = load(policy, second, instances, 10).desired();
    }
    assertEquals(1, instances);
    // 100 for six seconds: the panic window is full of it, the stable one has a tenth.
    for (int second = 60; second < 66; second++) {
      instances = load(policy, second, instances, 100).desired();
    }
    assertEquals(10, instances);
    ScalingDecision calm = load(policy, 90, instances, 10);
    assertEquals(10, calm.desired(), calm::explain);
    assertEquals(1, load(policy, 200, instances, 10).recommended() / 5);
  }

  @Test
  void exponentialWeightsReactFasterThanAPlainAverage() {
    PanicWindow plain = PanicWindow.of(LOAD, 10).utilization(1).threshold(100);
    assertEquals(2, jump(plain));
    assertEquals(8, jump(plain.weighted()));
  }

  private int jump(PanicWindow rule) {
    state = ScalingState.initial();
    ScalingPolicy policy = policy(rule).build();
    ScalingDecision last = load(policy, 0, 1, 10);
    for (int second = 1; second < 66; second++) {
      last = load(policy, second, 1, second < 60 ? 10 : 100);
    }
    return last.desired();
  }

  private ScalingDecision load(ScalingPolicy policy, long seconds, int instances, double load) {
    ScalingMetrics metrics =
        ScalingMetrics.at(NOON.plusSeconds(seconds))
            .instances(instances)
            .metric(LOAD, load)
            .build();
    ScalingDecision decision = policy.decide(state, metrics);
    assertEquals(decision.desired(), decision.proof().replay());
    state = ScalingState.parse(decision.next().toText());
    return decision;
  }

  @Test
  void aMissingMetricNeitherScalesInNorForgetsThePanic() {
    ScalingPolicy policy = policy(PanicWindow.of(STABLE, PANIC, 10)).build();
    at(policy, 0, 1, 1, 100, 100);
    ScalingMetrics blind =
        ScalingMetrics.at(NOON.plusSeconds(2)).instances(15).metric(STABLE, 1).build();
    ScalingDecision decision = policy.decide(state, blind);
    assertEquals(15, decision.desired());
    assertTrue(PanicWindow.panicSince(decision.next().memory("panic stable")).isPresent());
  }

  @Test
  void knobsOutsideOfTheirRangesAreRefused() {
    PanicWindow rule = PanicWindow.of(LOAD, 100);
    assertThrows(IllegalArgumentException.class, () -> PanicWindow.of(Metric.CPU, 70));
    assertThrows(IllegalArgumentException.class, () -> PanicWindow.of(LOAD, 0));
    assertThrows(IllegalArgumentException.class, () -> rule.utilization(70));
    assertThrows(IllegalArgumentException.class, () -> rule.threshold(1));
    assertThrows(IllegalArgumentException.class, () -> rule.rates(1, 2));
    assertThrows(IllegalArgumentException.class, () -> rule.activationScale(0));
    assertThrows(IllegalArgumentException.class, () -> rule.burstCapacity(-2));
    assertThrows(
        IllegalArgumentException.class,
        () -> rule.windows(Duration.ofSeconds(6), Duration.ofSeconds(60)));
    assertThrows(IllegalArgumentException.class, () -> PanicWindow.of(STABLE, PANIC, 1).weighted());
    assertThrows(IllegalArgumentException.class, () -> rule.scaleDownDelay(Duration.ofSeconds(-1)));
  }
}
