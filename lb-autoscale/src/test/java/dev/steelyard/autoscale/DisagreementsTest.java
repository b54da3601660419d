package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Rounding;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Window;
import dev.steelyard.autoscale.testing.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One test for each row of docs/autoscaling-decisions.md, in its order. */
class DisagreementsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Window NOW = Window.once(NOON.minusSeconds(60), NOON.plusSeconds(60));

  private static ScalingPolicy.Builder policy(ScalingRule... rules) {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder().bounds(0, 100).scaleDown(DirectionLimits.none());
    for (ScalingRule rule : rules) {
      builder.rule(rule);
    }
    return builder;
  }

  private static int decide(ScalingPolicy.Builder builder, ScalingMetrics.Builder metrics) {
    return builder.build().decide(ScalingState.initial(), metrics.build()).desired();
  }

  private static ScalingMetrics.Builder fleet(int instances) {
    return ScalingMetrics.at(NOON).instances(instances);
  }

  private static Wish named(String name, int count) {
    return new Wish(name, count, false);
  }

  @Test
  void theLargestProposalScalesOut() {
    assertEquals(9, decide(policy(named("a", 9), named("b", 6)), fleet(5)));
  }

  @Test
  void allMustAgreeToScaleIn() {
    assertEquals(4, decide(policy(named("a", 4), named("b", 2)), fleet(5)));
    assertEquals(5, decide(policy(named("a", 5), named("b", 2)), fleet(5)));
    assertEquals(
        2,
        decide(
            policy(named("a", 5), named("b", 2)).combine(ScalingPolicy.Combination.MIN), fleet(5)));
  }

  @Test
  void aMissingMetricBlocksScalingInAndNotOut() {
    TargetTracking cpu = TargetTracking.of(Metric.CPU, 50);
    assertEquals(5, decide(policy(cpu, named("b", 2)), fleet(5)));
    assertEquals(9, decide(policy(cpu, named("b", 9)), fleet(5)));
    assertEquals(5, decide(policy(cpu.missing(MissingData.hold()), named("b", 9)), fleet(5)));
    assertEquals(2, decide(policy(cpu.missing(MissingData.ignore()), named("b", 2)), fleet(5)));
    assertEquals(
        8, decide(policy(cpu.missing(MissingData.safeDefault(8)), named("b", 2)), fleet(5)));
    assertEquals(10, decide(policy(cpu.missing(MissingData.assume(100)), named("b", 2)), fleet(5)));
  }

  @Test
  void anInstanceWithoutASampleIsTakenForTheWorseCase() {
    ScalingMetrics.Builder low = ScalingMetrics.at(NOON);
    ScalingMetrics.Builder high = ScalingMetrics.at(NOON);
    for (int i = 0; i < 4; i++) {
      low.instance("i" + i, facts -> facts.metric(Metric.CPU, 25));
      high.instance("i" + i, facts -> facts.metric(Metric.CPU, 60));
    }
    low.instance("silent", facts -> {});
    high.instance("silent", facts -> {});
    TargetTracking cpu = TargetTracking.of(Metric.CPU, 50);
    assertEquals(4, decide(policy(cpu), low)); // (4 x 25 + 100) / 50
    assertEquals(5, decide(policy(cpu), high)); // 4 x 60 + 0: within the tolerance
    TargetTracking like = cpu.withoutSample(TargetTracking.WithoutSample.LIKE_OTHERS);
    assertEquals(3, decide(policy(like), low)); // 5 x 25 / 50
    assertEquals(6, decide(policy(like), high)); // 5 x 60 / 50
  }

  @Test
  void eachDirectionHasItsCooldown() {
    DirectionLimits limits = DirectionLimits.none().cooldown(Duration.ofMinutes(5));
    ScalingPolicy.Builder up = policy(Wish.of(9)).scaleUp(limits).scaleDown(limits);
    ScalingState shrunk = ScalingState.initial().scaled(NOON.minusSeconds(9), 6, 5);
    ScalingMetrics metrics = fleet(5).build();
    assertEquals(9, up.build().decide(shrunk, metrics).desired());
    assertEquals(5, up.sharedCooldown(true).build().decide(shrunk, metrics).desired());
    ScalingState grown = ScalingState.initial().scaled(NOON.minusSeconds(9), 4, 5);
    ScalingPolicy down = policy(Wish.of(2)).scaleUp(limits).scaleDown(limits).build();
    assertEquals(5, down.decide(grown, metrics).desired());
  }

  @Test
  void aCooldownBeginsWithTheChangeOrItsCompletion() {
    ScalingPolicy policy =
        policy(Wish.of(9)).scaleUp(DirectionLimits.none().cooldown(Duration.ofMinutes(5))).build();
    ScalingState grown = ScalingState.initial().scaled(NOON.minusSeconds(300), 4, 5);
    assertEquals(9, policy.decide(grown, fleet(5).build()).desired());
    ScalingState slow = grown.completed(NOON.minusSeconds(60));
    ScalingDecision held = policy.decide(slow, fleet(5).build());
    assertEquals(5, held.desired());
    assertEquals(Optional.of(NOON.plusSeconds(240)), held.lookAgain());
  }

  @Test
  void aThresholdSaysWhetherItIsPartOfTheRange() {
    Adjustment one = Adjustment.change(1);
    for (Operator operator : Operator.values()) {
      boolean equal = operator == Operator.AT_LEAST || operator == Operator.AT_MOST;
      Thresholds rule = Thresholds.of(Trigger.out(Metric.CPU, operator, 80, one));
      assertEquals(equal ? 6 : 5, decide(policy(rule), fleet(5).metric(Metric.CPU, 80)));
    }
    TargetTracking band = TargetTracking.of(Metric.CPU, 50).tolerance(0.1, 0.1);
    assertEquals(10, decide(policy(band), fleet(10).metric(Metric.CPU, 55)));
    assertEquals(10, decide(policy(band), fleet(10).metric(Metric.CPU, 45)));
    assertEquals(12, decide(policy(band), fleet(10).metric(Metric.CPU, 55.1)));
  }

  @Test
  void aPercentageIsRoundedAsItSays() {
    assertEquals(3, Adjustment.percent(10, Rounding.TOWARD_ZERO).applyTo(2));
    assertEquals(22, Adjustment.percent(12, Rounding.TOWARD_ZERO).applyTo(20));
    assertEquals(23, Adjustment.percent(12, Rounding.UP).applyTo(20));
    assertEquals(22, Adjustment.percent(12, Rounding.NEAREST).applyTo(20));
    DirectionLimits rate =
        DirectionLimits.none().rate(RatePolicy.percent(10, Duration.ofMinutes(1)));
    assertEquals(6, decide(policy(Wish.of(50)).scaleUp(rate), fleet(5)));
    assertEquals(4, decide(policy(Wish.of(0)).scaleDown(rate), fleet(5)));
    assertEquals(110, decide(policy(Wish.of(500)).bounds(0, 999).scaleUp(rate), fleet(100)));
  }

  // kedacore/keda#7204, #7770
  @Test
  void theWayDownToZeroKeepsToRatesAndWindows() {
    DirectionLimits rate =
        DirectionLimits.none().rate(RatePolicy.instances(3, Duration.ofMinutes(1)));
    assertEquals(7, decide(policy(Wish.of(0)).scaleDown(rate), fleet(10)));
    DirectionLimits window = DirectionLimits.none().window(Duration.ofMinutes(1));
    assertEquals(10, decide(policy(Wish.of(0)).scaleDown(window), fleet(10)));
  }

  @Test
  void aScheduleIsAFloorOrReplacesTheBounds() {
    Scheduled floor = Scheduled.of(Schedule.floor("sale", 8, NOW));
    assertEquals(8, decide(policy(Wish.of(2), floor), fleet(5)));
    assertEquals(9, decide(policy(Wish.of(9), floor), fleet(5)));
    Scheduled bounds = Scheduled.of(Schedule.bounds("night", 1, 3, NOW));
    assertEquals(3, decide(policy(Wish.of(9), bounds), fleet(5)));
  }

  @Test
  void aForecastOnlyRaises() {
    ScalingRule forecast =
        new ScalingRule() {
          @Override
          public String name() {
            return "forecast";
          }

          @Override
          public Proposal propose(Evaluation evaluation) {
            return Proposal.floor(ScalingReason.PREDICTION, 4);
          }
        };
    assertEquals(4, decide(policy(Wish.of(2), forecast), fleet(5)));
    assertEquals(7, decide(policy(Wish.of(7), forecast), fleet(5)));
  }

  @Test
  void flappingIsPreventedByTheWindowTheProjectionAndTheTolerance() {
    ScalingPolicy.Builder window =
        ScalingPolicy.builder().bounds(1, 100).rule(Wish.of(2)); // the default: 300 s
    assertEquals(5, decide(window, fleet(5)));
    Thresholds pair =
        Thresholds.of(
            Trigger.out(Metric.CPU, Operator.AT_LEAST, 80, Adjustment.change(1)),
            Trigger.in(Metric.CPU, Operator.AT_MOST, 60, Adjustment.change(-1)));
    assertEquals(3, decide(policy(pair), fleet(3).metric(Metric.CPU, 60))); // 90 on 2
    assertEquals(2, decide(policy(pair).projectionGuard(false), fleet(3).metric(Metric.CPU, 60)));
    TargetTracking tracking = TargetTracking.of(Metric.CPU, 50);
    assertEquals(10, decide(policy(tracking), fleet(10).metric(Metric.CPU, 54)));
  }

  @Test
  void aFleetOutsideOfTheBoundsIsCorrectedAtOnce() {
    DirectionLimits limits =
        DirectionLimits.none()
            .cooldown(Duration.ofHours(1))
            .rate(RatePolicy.instances(1, Duration.ofHours(1)));
    ScalingState grown = ScalingState.initial().scaled(NOON.minusSeconds(9), 1, 20);
    ScalingPolicy policy =
        policy(Wish.of(20)).bounds(4, 8).scaleUp(limits).scaleDown(limits).build();
    ScalingDecision down = policy.decide(grown, fleet(20).build());
    assertEquals(8, down.desired());
    assertTrue(down.reasons().contains(ScalingReason.BOUND));
    assertEquals(4, policy.decide(grown, fleet(1).build()).desired());
  }

  @Test
  void whatWasWantedAndNotDoneIsKeptWithItsReasonButIsNoEvent() {
    ScalingDecision atMaximum =
        policy(TargetTracking.of(Metric.CPU, 50))
            .bounds(1, 5)
            .build()
            .decide(ScalingState.initial(), fleet(5).metric(Metric.CPU, 90).build());
    assertEquals(List.of(ScalingReason.CPU, ScalingReason.BOUND), atMaximum.reasons());
    assertEquals(9, atMaximum.recommended());
    assertEquals(0, atMaximum.next().events().size());
  }
}
