package dev.steelyard.autoscale.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.lint.Finding.Code;
import dev.steelyard.autoscale.lint.Finding.Severity;
import dev.steelyard.autoscale.profile.Compatible;
import dev.steelyard.autoscale.profile.Profile;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Breach;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Rounding;
import dev.steelyard.autoscale.rules.Rules;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.Step;
import dev.steelyard.autoscale.rules.StepScaling;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Window;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinterTest {
  private static final Adjustment UP = Adjustment.change(1);
  private static final Adjustment DOWN = Adjustment.change(-1);

  private static ScalingPolicy.Builder bounds(int least, int most) {
    return ScalingPolicy.builder().bounds(least, most).scaleDown(DirectionLimits.none());
  }

  private static Trigger out(double cpu) {
    return Trigger.out(Metric.CPU, Operator.GREATER, cpu, UP);
  }

  private static Trigger in(double cpu) {
    return Trigger.in(Metric.CPU, Operator.LESS, cpu, DOWN);
  }

  private static List<Code> codes(Linter linter, ScalingPolicy policy) {
    List<Finding> findings = linter.lint();
    assertEquals(findings.toString(), linter.lint().toString(), "the same each time");
    Claims.check(policy, findings);
    return findings.stream().map(Finding::code).distinct().toList();
  }

  private static List<Code> codes(ScalingPolicy policy) {
    return codes(Linter.of(policy), policy);
  }

  private static List<Code> codes(ScalingPolicy.Builder policy) {
    return codes(policy.build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"development", "staging", "production"})
  void profilesAreClean(String name) {
    for (String variant : new String[] {"", "-conservative", "-aggressive"}) {
      assertEquals(List.of(), codes(Profile.named(name + variant).policy()), name + variant);
    }
  }

  @Test
  void profilesWouldBeCleanWithoutTheProjectionGuardButForDevelopment() {
    assertEquals(List.of(), unguarded(Profile.PRODUCTION)); // 80/30: n >= 2, minimum 3
    assertEquals(List.of(), unguarded(Profile.STAGING)); // 85/40: n >= 2, minimum 2
    assertEquals(List.of(Code.FLAPPING), unguarded(Profile.DEVELOPMENT)); // 90/50 from 2 to 1
  }

  private static List<Code> unguarded(Profile profile) {
    return codes(profile.policy().toBuilder().projectionGuard(false));
  }

  @Test
  void theKubernetesPolicyIsCleanButForItsTolerance() {
    ScalingPolicy small =
        Compatible.kubernetes(2, 10).rule(Compatible.kubernetesResource(Metric.CPU, 70)).build();
    assertEquals(List.of(), codes(small));
    ScalingPolicy large =
        Compatible.kubernetes(2, 50).rule(Compatible.kubernetesResource(Metric.CPU, 70)).build();
    assertEquals(List.of(Code.TOLERANCE_HIDES_ONE), codes(large));
    Finding finding = Linter.of(large).lint().get(0);
    assertEquals(10, finding.witness().instances());
    assertEquals(77, finding.witness().value(), 1e-9);
  }

  /** A scale-in by k is safe from n > kU/(U-L) on. */
  @ParameterizedTest
  @CsvSource({"80,60,4", "80,30,1", "80,70,8", "90,50,2", "85,40,1", "75,25,1"})
  void flappingPairsAreFoundWhereTheAlgebraSaysSo(double out, double in, int lastUnsafe) {
    ScalingPolicy.Builder free = bounds(1, 60).projectionGuard(false);
    ScalingPolicy policy = free.rule(Thresholds.of(out(out), in(in))).build();
    assertEquals(lastUnsafe >= 2 ? List.of(Code.FLAPPING) : List.of(), codes(policy));
    ScalingPolicy safe = policy.toBuilder().bounds(lastUnsafe, 60).build();
    assertEquals(List.of(), codes(safe), "from " + lastUnsafe + " on");
    assertEquals(List.of(), codes(policy.toBuilder().projectionGuard(true)));
  }

  @Test
  void flappingIsFoundFarAboveTheMinimumAndBehindCooldowns() {
    Trigger twice = Trigger.out(Metric.CPU, Operator.GREATER, 80, Adjustment.percent(100));
    Trigger half = Trigger.in(Metric.CPU, Operator.LESS, 50, Adjustment.percent(-50));
    ScalingPolicy policy =
        bounds(200, 1_000_000)
            .projectionGuard(false)
            .scaleUp(DirectionLimits.none().cooldown(Duration.ofHours(6)))
            .scaleDown(DirectionLimits.none().window(Duration.ofDays(2)))
            .rule(Thresholds.of(twice, half))
            .build();
    assertEquals(List.of(Code.FLAPPING), codes(policy));
  }

  @Test
  void oneCorrectionIsNoFlapping() {
    Trigger half = Trigger.in(Metric.CPU, Operator.LESS, 50, Adjustment.percent(-50));
    ScalingPolicy.Builder policy = bounds(8, 60).projectionGuard(false);
    assertEquals(List.of(), codes(policy.rule(Thresholds.of(out(80), half))), "20, 10, 11, 12");
  }

  @Test
  void flappingStepsTotalsAndLambdasAreFound() {
    StepScaling steps =
        StepScaling.of(Metric.CPU)
            .out(70, Step.from(0, UP))
            .in(60, Step.upTo(0, Adjustment.change(-2)));
    assertEquals(List.of(Code.FLAPPING), codes(bounds(2, 20).projectionGuard(false).rule(steps)));
    Thresholds queue =
        Thresholds.of(
            Trigger.out(Metric.QUEUE_DEPTH, Operator.GREATER, 100, UP).perInstance(),
            Trigger.in(Metric.QUEUE_DEPTH, Operator.LESS, 90, DOWN).perInstance());
    assertEquals(List.of(Code.FLAPPING), codes(bounds(1, 20).projectionGuard(false).rule(queue)));
    var lambda =
        Rules.custom(
            "mine",
            known -> {
              double cpu = known.reading(Metric.CPU).value();
              int change = cpu > 60 ? 1 : cpu < 55 ? -1 : 0;
              return Proposal.size("mine", Math.max(0, known.current() + change));
            });
    ScalingPolicy mine = bounds(1, 20).rule(lambda).build();
    assertEquals(List.of(), codes(mine), "nobody knows what it looks at");
    assertEquals(List.of(Code.FLAPPING), codes(Linter.of(mine).metrics(Metric.CPU), mine));
  }

  @Test
  void aFractionForAPercentageIsAnError() {
    assertEquals(Severity.ERROR, Code.UNIT_SLIP.severity());
    assertTrue(
        codes(bounds(1, 10).rule(TargetTracking.of(Metric.CPU, 0.8))).contains(Code.UNIT_SLIP));
    assertFalse(
        codes(
                bounds(1, 10)
                    .rule(
                        Thresholds.of(
                            out(80),
                            in(20),
                            Trigger.out(Metric.ERROR_RATE, Operator.GREATER, 0.5, UP))))
            .contains(Code.UNIT_SLIP),
        "half a percent of errors is a threshold");
  }

  @Test
  void whatNeverScalesInIsFound() {
    assertEquals(List.of(Code.NEVER_SCALES_IN), codes(bounds(1, 10).rule(Thresholds.of(out(80)))));
    Schedule floor = Schedule.floor("day", 5, Window.parse("DAILY 08:00 to 18:00 in UTC"));
    assertEquals(List.of(Code.NEVER_SCALES_IN), codes(bounds(1, 10).rule(Scheduled.of(floor))));
    assertEquals(
        List.of(),
        codes(bounds(1, 10).rule(Scheduled.of(floor)).rule(TargetTracking.of(Metric.CPU, 70))));
    assertEquals(
        List.of(),
        codes(
            bounds(1, 10)
                .scaleDown(DirectionLimits.none().window(Duration.ofDays(30)))
                .rule(Thresholds.of(out(80), in(20).breach(Breach.during(Duration.ofHours(9)))))),
        "it takes a month, but it does");
  }

  @Test
  void whatNeverScalesOutIsFound() {
    assertEquals(List.of(Code.NEVER_SCALES_OUT), codes(bounds(1, 10).rule(Thresholds.of(in(20)))));
    assertEquals(
        List.of(),
        codes(
            bounds(40, 60)
                .combine(ScalingPolicy.Combination.MIN)
                .rule(TargetTracking.of(Metric.QUEUE_DEPTH, 70))
                .rule(TargetTracking.of(Metric.REQUEST_RATE, 100))),
        "both have to be high, and they may be");
  }

  @Test
  void zeroWithoutASignThatThereIsWorkIsAnError() {
    assertEquals(
        List.of(Code.NO_WAKE_SIGNAL), codes(bounds(0, 10).rule(TargetTracking.of(Metric.CPU, 70))));
    assertEquals(List.of(), codes(bounds(0, 10).rule(TargetTracking.of(Metric.QUEUE_DEPTH, 10))));
    assertEquals(
        List.of(),
        codes(
            bounds(0, 10)
                .rule(TargetTracking.of(Metric.CPU, 70).missing(MissingData.safeDefault(1)))));
  }

  @Test
  void whatCannotBeReachedIsFound() {
    ScalingPolicy policy = bounds(1, 10).rule(TargetTracking.of(Metric.REQUEST_RATE, 100)).build();
    Linter linter = Linter.of(policy);
    assertEquals(List.of(), codes(linter.peak(Metric.REQUEST_RATE, 1000), policy));
    assertEquals(
        List.of(Code.UNREACHABLE_TARGET), codes(linter.peak(Metric.REQUEST_RATE, 1200), policy));
    Linter other = linter.peak(Metric.QUEUE_DEPTH, 5);
    assertThrows(IllegalArgumentException.class, other::lint);
    assertThrows(IllegalArgumentException.class, () -> linter.peak(Metric.CPU, 5));
    assertThrows(IllegalArgumentException.class, () -> linter.peak(Metric.REQUEST_RATE, 0));
  }

  @Test
  void aBudgetBelowTheMaximumIsFound() {
    DownstreamBudget db = DownstreamBudget.of("db", "connections", 100).perInstance(20);
    ScalingPolicy.Builder policy = bounds(1, 10).rule(TargetTracking.of(Metric.CPU, 70));
    assertEquals(List.of(Code.CEILING_BELOW_MAXIMUM), codes(policy.downstream(db)));
    assertEquals(List.of(), codes(policy.bounds(1, 5)));
  }

  @Test
  void aMetricThatDoesNotFallTakesTheFleetToTheMaximum() {
    Metric memory = Metric.MEMORY.as(Metric.Kind.PER_INSTANCE_AVERAGE);
    assertTrue(
        codes(bounds(1, 1000).rule(TargetTracking.of(memory, 70)))
            .contains(Code.METRIC_DOES_NOT_FALL));
  }

  @Test
  void startUpsAreComparedWithCooldowns() {
    ScalingPolicy.Builder builder = bounds(2, 20).rule(Thresholds.of(out(80), in(20)));
    ScalingPolicy none = builder.build();
    assertEquals(List.of(), codes(none), "nobody knows how long they take");
    assertEquals(List.of(), codes(Linter.of(none).startup(Duration.ofMinutes(1)), none));
    assertEquals(
        List.of(Code.COOLDOWN_BELOW_STARTUP),
        codes(Linter.of(none).startup(Duration.ofMinutes(3)), none));
    ScalingPolicy waits =
        builder.scaleUp(DirectionLimits.none().cooldown(Duration.ofMinutes(3))).build();
    assertEquals(List.of(), codes(Linter.of(waits).startup(Duration.ofMinutes(3)), waits));
    ScalingPolicy target = bounds(2, 10).rule(TargetTracking.of(Metric.CPU, 70)).build();
    assertEquals(List.of(), codes(Linter.of(target).startup(Duration.ofMinutes(3)), target));
  }

  @Test
  void windowsShorterThanTwoDecisionsAreFound() {
    ScalingPolicy.Builder policy = bounds(1, 10).rule(TargetTracking.of(Metric.CPU, 70));
    DirectionLimits none = DirectionLimits.none();
    assertEquals(
        List.of(Code.WINDOW_BELOW_TWO_TICKS),
        codes(policy.scaleDown(none.window(Duration.ofSeconds(90)))));
    assertEquals(List.of(), codes(policy.scaleDown(none.window(Duration.ofSeconds(120)))));
    assertEquals(
        List.of(Code.WINDOW_BELOW_TWO_TICKS),
        codes(policy.scaleUp(none.window(Duration.ofSeconds(30)))));
    ScalingPolicy built = policy.build();
    assertEquals(List.of(), codes(Linter.of(built).interval(Duration.ofSeconds(15)), built));
  }

  @Test
  void samplesThatAreTooOldByTheNextDecisionAreFound() {
    ScalingPolicy.Builder policy = bounds(1, 10).rule(TargetTracking.of(Metric.CPU, 70));
    assertEquals(
        List.of(Code.STALE_BEFORE_NEXT_TICK), codes(policy.staleAfter(Duration.ofSeconds(30))));
  }

  @Test
  void triggersThatContradictOneAnotherAreFound() {
    Trigger atLeast = Trigger.out(Metric.CPU, Operator.AT_LEAST, 90, UP);
    Trigger atMost = Trigger.in(Metric.CPU, Operator.AT_MOST, 90, DOWN);
    assertTrue(
        codes(bounds(1, 10).rule(Thresholds.of(atLeast, atMost))).contains(Code.TRIGGERS_OVERLAP));
    assertTrue(
        codes(bounds(1, 10).rule(Thresholds.of(out(50), in(80)))).contains(Code.TRIGGERS_OVERLAP));
    assertFalse(
        codes(bounds(1, 10).rule(Thresholds.of(out(90), in(90)))).contains(Code.TRIGGERS_OVERLAP),
        "at 90 neither holds");
  }

  @Test
  void aGapBetweenTriggersIsFound() {
    Trigger low = Trigger.out(Metric.CPU, Operator.AT_LEAST, 70, UP);
    Trigger high = Trigger.out(Metric.CPU, Operator.GREATER, 90, Adjustment.change(3));
    assertEquals(
        List.of(Code.TRIGGERS_GAP),
        codes(bounds(1, 10).rule(Thresholds.of(low.below(90), high, in(20)))));
    assertEquals(
        List.of(Code.TRIGGERS_GAP),
        codes(bounds(1, 10).rule(Thresholds.of(low.below(80), high, in(20)))));
    assertEquals(List.of(), codes(bounds(1, 10).rule(Thresholds.of(low.below(91), high, in(20)))));
  }

  @Test
  void aPercentageThatComesToNothingIsFound() {
    Trigger tenth = Trigger.in(Metric.CPU, Operator.LESS, 20, Adjustment.percent(-10, Rounding.UP));
    ScalingPolicy policy = bounds(1, 1_000_000).rule(Thresholds.of(out(80), tenth)).build();
    assertTrue(codes(policy).contains(Code.STEP_WITHOUT_EFFECT));
    Finding finding =
        Linter.of(policy).lint().stream()
            .filter(each -> each.code() == Code.STEP_WITHOUT_EFFECT)
            .findFirst()
            .orElseThrow();
    assertEquals(9, finding.witness().instances());
  }

  @Test
  void aScoreThatHidesAMetricIsFound() {
    Term cpu = Term.of(Metric.CPU, 60, 4);
    Term queue = Term.of(Metric.QUEUE_DEPTH, 20, 1);
    assertEquals(
        List.of(Code.SCORE_HIDES_METRIC), codes(bounds(1, 10).rule(WeightedScore.of(cpu, queue))));
    assertEquals(List.of(), codes(bounds(1, 10).rule(WeightedScore.of(cpu, queue.critical(100)))));
    assertTrue(
        codes(bounds(1, 10).rule(WeightedScore.of(cpu, Term.of(Metric.QUEUE_DEPTH, 20, 0))))
            .contains(Code.TERM_WITHOUT_EFFECT));
  }

  @Test
  void whatIsAssumedOfAMissingMetricIsLookedAt() {
    TargetTracking cpu = TargetTracking.of(Metric.CPU, 70);
    ScalingPolicy.Builder up = bounds(1, 10).rule(cpu.missing(MissingData.assume(100)));
    assertEquals(List.of(Code.ASSUMED_VALUE_SCALES), codes(up));
    ScalingPolicy.Builder same = bounds(1, 10).rule(cpu.missing(MissingData.assume(70)));
    assertEquals(List.of(Code.ASSUMED_VALUE_HOLDS), codes(same));
    ScalingPolicy.Builder down =
        bounds(1, 10).confidenceToScaleIn(0).rule(cpu.missing(MissingData.assume(10)));
    assertEquals(List.of(Code.ASSUMED_VALUE_SCALES), codes(down));
  }

  @ParameterizedTest
  @CsvSource({
    "MON-FRI 08:00 to 18:00 in UTC, 30, SCHEDULE_ABOVE_MAXIMUM",
    "SUN 02:30 to 04:00 in Europe/Berlin, 5, SCHEDULE_ACROSS_DST",
    "2025-05-01T00:00 to 2025-05-02T00:00 in UTC, 5, SCHEDULE_NEVER_OPENS",
  })
  void schedulesAreLookedAtForAYear(String window, int least, Code code) {
    ScalingPolicy.Builder policy =
        bounds(1, 20)
            .rule(TargetTracking.of(Metric.QUEUE_DEPTH, 70))
            .rule(Scheduled.of(Schedule.floor("s", least, Window.parse(window))));
    assertEquals(List.of(code), codes(policy));
  }

  @Test
  void schedulesThatHideOneAnotherAreFound() {
    Window morning = Window.parse("DAILY 06:00 to 12:00 in UTC");
    Window noon = Window.parse("DAILY 11:00 to 14:00 in UTC");
    Window date = Window.parse("2026-05-01T00:00 to 2026-05-02T00:00 in UTC");
    Schedule first = Schedule.bounds("morning", 2, 8, morning);
    ScalingPolicy.Builder policy = bounds(1, 9).rule(TargetTracking.of(Metric.QUEUE_DEPTH, 70));
    assertEquals(
        List.of(Code.SCHEDULES_OVERLAP),
        codes(policy.rule(Scheduled.of(first, Schedule.bounds("noon", 1, 9, noon)))));
    policy = bounds(1, 9).rule(TargetTracking.of(Metric.QUEUE_DEPTH, 70));
    assertEquals(
        List.of(), codes(policy.rule(Scheduled.of(first, Schedule.bounds("date", 1, 9, date)))));
    policy = bounds(1, 9).rule(TargetTracking.of(Metric.QUEUE_DEPTH, 70));
    assertEquals(
        List.of(Code.SCHEDULE_ABOVE_MAXIMUM),
        codes(policy.rule(Scheduled.of(first, Schedule.floor("noon", 9, noon)))));
  }

  @Test
  void fixedNumbersNeedNoPolicy() {
    assertEquals(
        List.of(Code.NOTHING_TO_DECIDE),
        codes(bounds(3, 3).rule(TargetTracking.of(Metric.CPU, 70))));
  }

  @Test
  void theWorkIsBoundedHoweverLargeThePolicy() {
    AtomicLong asked = new AtomicLong();
    ScalingPolicy.Builder policy = bounds(0, 1_000_000);
    for (int i = 0; i < 60; i++) {
      Metric metric = Metric.custom("m" + i, Metric.Kind.PER_INSTANCE_AVERAGE);
      policy.rule(TargetTracking.of(metric, 10 + i).named("t" + i));
    }
    policy.rule(
        Rules.custom(
            "counting",
            known -> {
              asked.incrementAndGet();
              return Proposal.none();
            }));
    Linter.of(policy.build()).lint();
    assertTrue(asked.get() < 20_000, "decisions: " + asked);
  }

  @Test
  void aWitnessOfAnotherPolicyDemonstratesNothing() {
    ScalingPolicy flaps =
        bounds(1, 9).projectionGuard(false).rule(Thresholds.of(out(80), in(70))).build();
    Finding finding = Linter.of(flaps).lint().get(0);
    assertTrue(finding.witness().demonstrates(flaps));
    assertFalse(finding.witness().demonstrates(flaps.toBuilder().projectionGuard(true).build()));
    assertTrue(finding.toString().startsWith("ERROR FLAPPING: at a constant load: "));
  }

  @Test
  void knobsHaveRanges() {
    Linter linter = Linter.of(Profile.PRODUCTION.policy());
    assertThrows(IllegalArgumentException.class, () -> linter.interval(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> linter.interval(Duration.ofDays(2)));
    assertThrows(IllegalArgumentException.class, () -> linter.startup(Duration.ofSeconds(-1)));
  }
}
