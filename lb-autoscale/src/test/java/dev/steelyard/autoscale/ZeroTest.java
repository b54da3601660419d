package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingState.ZeroPhase;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.Activation;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ZeroTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Metric QUEUE = Metric.QUEUE_DEPTH;
  private static final ScaleToZero AFTER_A_MINUTE = ScaleToZero.after(Duration.ofSeconds(60));

  /** A service whose orders are carried out at once. */
  private static final class Service {
    private final ScalingPolicy policy;
    private ScalingState state = ScalingState.initial();
    private int instances;

    Service(ScalingPolicy policy, int instances) {
      this.policy = policy;
      this.instances = instances;
    }

    ScalingDecision at(long seconds, double queue) {
      return at(seconds, queue, instances);
    }

    ScalingDecision at(long seconds, double queue, int ready) {
      ScalingMetrics.Builder metrics =
          ScalingMetrics.at(NOON.plusSeconds(seconds)).instances(instances).ready(ready);
      ScalingMetrics now =
          (queue < 0 ? metrics.missing(QUEUE, "down") : metrics.metric(QUEUE, queue)).build();
      ScalingDecision decision = policy.decide(state, now);
      assertEquals(decision.desired(), decision.proof().replay(), decision::explain);
      assertEquals(decision, policy.decide(ScalingState.parse(state.toText()), now));
      state = ScalingState.parse(decision.next().toText());
      assertEquals(decision.next(), state);
      instances = decision.desired();
      return decision;
    }

    ZeroPhase phase() {
      return state.zeroPhase();
    }
  }

  private static ScalingPolicy.Builder policy(ScaleToZero zero) {
    return ScalingPolicy.builder()
        .bounds(0, 100)
        .scaleDown(DirectionLimits.none())
        .rule(TargetTracking.of(QUEUE, 10))
        .scaleToZero(zero);
  }

  @Test
  void theLastInstanceGoesAfterAWholeCountdownWithoutWork() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 3);
    assertEquals(3, service.at(0, 30).desired());
    ScalingDecision idle = service.at(30, 0);
    assertEquals(1, idle.desired());
    assertEquals(ZeroPhase.IDLE_COUNTDOWN, service.phase());
    assertTrue(idle.reasons().contains(ScalingReason.COOLDOWN), idle::explain);
    assertEquals(NOON.plusSeconds(60), idle.lookAgain().orElseThrow());
    assertEquals(1, service.at(59, 0).desired());
    assertEquals(0, service.at(60, 0).desired());
    assertEquals(ZeroPhase.ZERO, service.phase());
    assertEquals(0, service.at(600, 0).desired());
    assertEquals(ZeroPhase.ZERO, service.phase());
  }

  @Test
  void workDuringTheCountdownBeginsItAnew() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 1);
    service.at(0, 5);
    service.at(50, 5);
    assertEquals(ZeroPhase.RUNNING, service.phase());
    assertEquals(1, service.at(100, 0).desired());
    assertEquals(0, service.at(110, 0).desired());
  }

  @Test
  void aMomentOfWhichNobodyCanSayWhetherThereWasWorkCountsAsWork() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 1);
    service.at(0, 5);
    service.at(50, -1);
    assertEquals(1, service.at(61, 0).desired());
    assertEquals(1, service.at(109, 0).desired());
    assertEquals(0, service.at(110, 0).desired());
  }

  @Test
  void workWakesAtOnceWhateverLimitsSay() {
    ScalingPolicy policy =
        policy(AFTER_A_MINUTE.wakeTo(2))
            .scaleUp(
                DirectionLimits.none()
                    .window(Duration.ofHours(1))
                    .cooldown(Duration.ofHours(1))
                    .rate(RatePolicy.percent(1, Duration.ofHours(1))))
            .build();
    Service service = new Service(policy, 0);
    assertEquals(0, service.at(0, 0).desired());
    ScalingDecision woken = service.at(10, 500);
    assertEquals(2, woken.desired(), woken::explain);
    assertEquals(ZeroPhase.WAKING, service.phase());
    assertEquals(2, service.at(20, 0, 1).desired(), "one of two is ready");
    assertEquals(ZeroPhase.WAKING, service.phase());
    service.at(30, 5, 2);
    assertEquals(ZeroPhase.RUNNING, service.phase());
  }

  @Test
  void aWakeUpThatNeverBecomesReadyMayBeGivenUpAfterItsTimeout() {
    Service service =
        new Service(policy(AFTER_A_MINUTE.wakeTimeout(Duration.ofSeconds(120))).build(), 0);
    service.at(0, 0);
    assertEquals(1, service.at(10, 5).desired());
    assertEquals(1, service.at(130, 0, 0).desired());
    assertEquals(ZeroPhase.WAKING, service.phase());
    assertEquals(0, service.at(131, 0, 0).desired());
    assertEquals(ZeroPhase.ZERO, service.phase());
  }

  @Test
  void aWakeUpIsGivenUpWithoutAnotherCountdownAndTakenUpAgainWithWork() {
    ScaleToZero zero = ScaleToZero.after(Duration.ofHours(1)).wakeTo(3);
    DirectionLimits oneAMinute =
        DirectionLimits.none().rate(RatePolicy.instances(1, Duration.ofMinutes(1)));
    Service service = new Service(policy(zero).scaleDown(oneAMinute).build(), 0);
    service.at(0, 0);
    assertEquals(3, service.at(10, 5).desired());
    assertEquals(3, service.at(610, 0, 0).desired());
    assertEquals(3, service.at(611, -1, 0).desired(), "nobody knows");
    assertEquals(2, service.at(1212, 0, 0).desired());
    assertEquals(ZeroPhase.WAKING, service.phase());
    assertEquals(3, service.at(1220, 5, 0).desired());
    assertEquals(3, service.at(1230, 0, 0).desired());
  }

  @Test
  void aWakeUpThatIsStillWantedIsNotGivenUp() {
    Service service =
        new Service(policy(AFTER_A_MINUTE.wakeTimeout(Duration.ofSeconds(120))).build(), 0);
    service.at(0, 0);
    service.at(10, 5);
    assertEquals(1, service.at(200, 5, 0).desired());
    assertEquals(ZeroPhase.WAKING, service.phase());
  }

  @Test
  void aWakeUpThatWasNotAppliedIsAskedForAgain() {
    ScalingPolicy policy = policy(AFTER_A_MINUTE).build();
    Service service = new Service(policy, 0);
    service.at(0, 0);
    service.at(10, 5);
    service.instances = 0;
    assertEquals(1, service.at(20, 5).desired());
    assertEquals(ZeroPhase.WAKING, service.phase());
  }

  @Test
  void doubtDoesNotSendTheLastInstanceAway() {
    ScalingPolicy policy = policy(AFTER_A_MINUTE).confidenceToScaleIn(0.5).build();
    ScalingMetrics busy = ScalingMetrics.at(NOON).instances(1).metric(QUEUE, 5).build();
    ScalingState state = policy.decide(ScalingState.initial(), busy).next();
    Instant later = NOON.plusSeconds(600);
    ScalingMetrics old =
        ScalingMetrics.at(later).instances(1).metric(QUEUE, 0, later.minusSeconds(290)).build();
    ScalingMetrics fresh = ScalingMetrics.at(later).instances(1).metric(QUEUE, 0, later).build();
    assertEquals(1, policy.decide(state, old).desired());
    assertEquals(0, policy.decide(state, fresh).desired());
  }

  // kedacore/keda#5008
  @Test
  void aFreshDeploymentIsNotScaledAwayAtOnce() {
    Service service =
        new Service(policy(AFTER_A_MINUTE.initialCooldown(Duration.ofMinutes(5))).build(), 2);
    assertEquals(1, service.at(0, 0).desired());
    assertEquals(1, service.at(299, 0).desired());
    assertEquals(0, service.at(300, 0).desired());
    assertEquals(1, new Service(policy(AFTER_A_MINUTE).build(), 2).at(0, 0).desired());
  }

  // kedacore/keda#7204, kedacore/keda#7770
  @Test
  void zeroIsReachedThroughTheRatesOfScalingDown() {
    DirectionLimits oneAMinute =
        DirectionLimits.none().rate(RatePolicy.instances(1, Duration.ofMinutes(1)));
    Service slow = new Service(policy(AFTER_A_MINUTE).scaleDown(oneAMinute).build(), 3);
    slow.at(0, 30);
    assertEquals(2, slow.at(60, 0).desired());
    assertEquals(ZeroPhase.IDLE_COUNTDOWN, slow.phase());
    assertEquals(1, slow.at(120, 0).desired());
    assertEquals(0, slow.at(180, 0).desired());
    assertEquals(ZeroPhase.ZERO, slow.phase());

    ScalingPolicy straight = policy(AFTER_A_MINUTE.straight()).scaleDown(oneAMinute).build();
    Service jumps = new Service(straight, 3);
    jumps.at(0, 30);
    assertEquals(0, jumps.at(60, 0).desired());
  }

  @Test
  void scalingDownThatIsSwitchedOffHoldsEvenAStraightJump() {
    for (ScaleToZero zero : new ScaleToZero[] {AFTER_A_MINUTE, AFTER_A_MINUTE.straight()}) {
      Service service = new Service(policy(zero).scaleDown(DirectionLimits.disabled()).build(), 3);
      service.at(0, 30);
      ScalingDecision held = service.at(600, 0);
      assertEquals(3, held.desired(), held::explain);
      assertEquals(ZeroPhase.IDLE_COUNTDOWN, service.phase());
    }
  }

  @Test
  void scalingUpThatIsSwitchedOffIsNotWoken() {
    Service service =
        new Service(policy(AFTER_A_MINUTE).scaleUp(DirectionLimits.disabled()).build(), 0);
    service.at(0, 0);
    assertEquals(0, service.at(10, 50).desired());
  }

  // kubernetes/enhancements#2021
  @Test
  void zeroThatWasSetByHandStaysUntilSomebodyRaisesIt() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 3);
    service.at(0, 30);
    service.instances = 0;
    ScalingDecision held = service.at(10, 500);
    assertEquals(0, held.desired());
    assertTrue(held.reasons().contains(ScalingReason.MANUAL), held::explain);
    assertEquals(0, service.at(1000, 500).desired());
    service.instances = 1;
    assertEquals(50, service.at(1010, 500).desired());
  }

  @Test
  void aNumberThatWasRaisedByHandFromZeroHasAWholeCountdown() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 1);
    service.at(0, 5);
    assertEquals(0, service.at(60, 0).desired());
    service.instances = 4;
    assertEquals(1, service.at(100, 0).desired());
    assertEquals(1, service.at(159, 0).desired());
    assertEquals(0, service.at(160, 0).desired());
  }

  @Test
  void aManualNumberThatExpiresLeavesAServiceThatCanBeWoken() {
    Service service = new Service(policy(AFTER_A_MINUTE).build(), 3);
    service.at(0, 30);
    service.state = service.state.manual(0, NOON.plusSeconds(100), "night");
    assertEquals(0, service.at(10, 30).desired());
    assertEquals(0, service.at(50, 30).desired());
    assertEquals(1, service.at(100, 5).desired());
  }

  @Test
  void aZeroThatWasNotAppliedIsNotTakenForOne() {
    ScalingPolicy policy = policy(AFTER_A_MINUTE).build();
    ScalingState running =
        policy
            .decide(
                ScalingState.initial(),
                ScalingMetrics.at(NOON).instances(1).metric(QUEUE, 5).build())
            .next();
    ScalingMetrics idle =
        ScalingMetrics.at(NOON.plusSeconds(60)).instances(1).metric(QUEUE, 0).build();
    ScalingDecision toZero = policy.decide(running, idle);
    assertEquals(ZeroPhase.ZERO, toZero.next().zeroPhase());
    assertEquals(ZeroPhase.IDLE_COUNTDOWN, toZero.nextIfNotApplied().zeroPhase());
    ScalingMetrics later =
        ScalingMetrics.at(NOON.plusSeconds(61)).instances(1).metric(QUEUE, 0).build();
    assertEquals(0, policy.decide(toZero.nextIfNotApplied(), later).desired());
  }

  @Test
  void whetherThereIsWorkIsAnotherQuestionThanHowMuch() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 100)
            .scaleDown(DirectionLimits.none().window(Duration.ofMinutes(5)))
            .rule(Activation.above(TargetTracking.of(QUEUE, 10), QUEUE, 50))
            .scaleToZero(AFTER_A_MINUTE)
            .build();
    Service service = new Service(policy, 0);
    assertEquals(0, service.at(0, 40).desired());
    assertEquals(0, service.at(10, 50).desired(), "strictly above");
    assertEquals(6, service.at(20, 51).desired());
    assertEquals(6, service.at(30, 40).desired(), "the window still has 6");
    assertEquals(0, service.at(80, 40).desired());
  }

  @Test
  void theCpuOfAnIdleServiceKeepsItOnlyIfItIsTakenForWork() {
    TargetTracking cpu = TargetTracking.of(Metric.CPU, 70);
    ScalingMetrics now =
        ScalingMetrics.at(NOON.plusSeconds(60))
            .instances(1)
            .metric(Metric.CPU, 2)
            .metric(QUEUE, 0)
            .build();
    assertEquals(1, decideAfterWork(policy(AFTER_A_MINUTE).rule(cpu).build(), now));
    assertEquals(
        0, decideAfterWork(policy(AFTER_A_MINUTE).rule(Activation.never(cpu)).build(), now));
  }

  private static int decideAfterWork(ScalingPolicy policy, ScalingMetrics now) {
    ScalingMetrics busy =
        ScalingMetrics.at(NOON).instances(1).metric(Metric.CPU, 50).metric(QUEUE, 5).build();
    return policy.decide(policy.decide(ScalingState.initial(), busy).next(), now).desired();
  }

  @Test
  void theGraceKeepsTheLastInstancesAndAProvenWakePathEndsIt() {
    ScalingPolicy policy =
        policy(AFTER_A_MINUTE.grace(Duration.ofSeconds(30)).wakePath("proxied")).build();
    Metric path = Metric.custom("proxied", Metric.Kind.NON_PROPORTIONAL);
    assertEquals(1, lastInstance(policy, path, 1000, -1), "nothing proves the path");
    assertEquals(1, lastInstance(policy, path, 89, 0));
    assertEquals(0, lastInstance(policy, path, 90, 0));
    assertEquals(1, lastInstance(policy, path, 70, 29));
    assertEquals(0, lastInstance(policy, path, 70, 30));
    assertEquals(1, lastInstance(policy, path, 59, 1000));
  }

  @Test
  void theRetentionIsNotShortenedByAProvenWakePath() {
    ScalingPolicy policy =
        policy(AFTER_A_MINUTE.retention(Duration.ofSeconds(30)).wakePath("proxied")).build();
    Metric path = Metric.custom("proxied", Metric.Kind.NON_PROPORTIONAL);
    assertEquals(1, lastInstance(policy, path, 89, 1000));
    assertEquals(0, lastInstance(policy, path, 90, 1000));
  }

  private static int lastInstance(ScalingPolicy policy, Metric path, long idle, double proven) {
    ScalingMetrics busy = ScalingMetrics.at(NOON).instances(1).metric(QUEUE, 5).build();
    ScalingMetrics.Builder now =
        ScalingMetrics.at(NOON.plusSeconds(idle)).instances(1).metric(QUEUE, 0);
    if (proven >= 0) {
      now.metric(path, proven);
    }
    return policy.decide(policy.decide(ScalingState.initial(), busy).next(), now.build()).desired();
  }

  @Test
  void theIdleCountMayBeAboveZeroAndTheMinimumAwakeHoldsWhileThereIsWork() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 100)
            .scaleDown(DirectionLimits.none())
            .rule(TargetTracking.of(QUEUE, 10))
            .scaleToZero(AFTER_A_MINUTE.idleCount(1).minimumAwake(3))
            .build();
    Service service = new Service(policy, 2);
    assertEquals(3, service.at(0, 5).desired());
    assertEquals(3, service.at(59, 0).desired());
    assertEquals(1, service.at(60, 0).desired());
    assertEquals(ZeroPhase.ZERO, service.phase());
    assertEquals(3, service.at(70, 5).desired());
  }

  @Test
  void aFloorAboveZeroIsWork() {
    ScalingRule floor =
        new ScalingRule() {
          @Override
          public String name() {
            return "office hours";
          }

          @Override
          public Proposal propose(Evaluation evaluation) {
            return Proposal.floor(ScalingReason.SCHEDULE, 2);
          }
        };
    Service service = new Service(policy(AFTER_A_MINUTE).rule(floor).build(), 0);
    assertEquals(2, service.at(0, 0).desired());
    assertEquals(2, service.at(1000, 0).desired());
  }

  @Test
  void withoutScalingToZeroZeroIsANumberLikeAnyOther() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(0, 10)
            .scaleDown(DirectionLimits.none())
            .rule(TargetTracking.of(QUEUE, 10))
            .build();
    assertNull(policy.scaleToZero());
    assertEquals(0, new Service(policy, 3).at(0, 0).desired());
  }

  @Test
  void contradictionsAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingPolicy.builder().bounds(1, 5).scaleToZero(AFTER_A_MINUTE).build());
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingPolicy.builder().bounds(0, 5).scaleToZero(AFTER_A_MINUTE.wakeTo(6)).build());
    assertThrows(
        IllegalArgumentException.class,
        () -> ScalingPolicy.builder().scaleToZero(AFTER_A_MINUTE.idleCount(1)));
    assertThrows(IllegalArgumentException.class, () -> ScaleToZero.after(Duration.ofSeconds(-1)));
    assertThrows(IllegalArgumentException.class, () -> ScaleToZero.after(Duration.ofDays(10_000)));
    assertThrows(IllegalArgumentException.class, () -> AFTER_A_MINUTE.minimumAwake(0));
    assertThrows(IllegalArgumentException.class, () -> AFTER_A_MINUTE.wakePath(" "));
    assertFalse(AFTER_A_MINUTE.equals(AFTER_A_MINUTE.straight()));
  }
}
