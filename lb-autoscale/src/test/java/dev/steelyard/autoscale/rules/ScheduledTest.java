package dev.steelyard.autoscale.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.schedule.Schedule;
import dev.steelyard.autoscale.schedule.Timetable;
import dev.steelyard.autoscale.schedule.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduledTest {
  private static final Window OPEN = Window.parse("MON-FRI 08:00 to 16:00 in Europe/Berlin");
  private static final Instant MORNING = Instant.parse("2026-01-05T06:00:00Z"); // 07:00
  private static final Instant NOON = Instant.parse("2026-01-05T11:00:00Z");
  private static final Instant CLOSING = Instant.parse("2026-01-05T15:00:00Z");

  private static ScalingPolicy policy(Scheduled... rules) {
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .bounds(2, 50)
            .scaleDown(DirectionLimits.none())
            .rule(TargetTracking.of(Metric.CPU, 70));
    for (Scheduled rule : rules) {
      builder.rule(rule);
    }
    return builder.build();
  }

  private static ScalingMetrics at(Instant time, int instances, double cpu) {
    return ScalingMetrics.at(time).instances(instances).metric(Metric.CPU, cpu).build();
  }

  private static ScalingDecision decide(ScalingPolicy policy, Instant time, int count, double cpu) {
    ScalingDecision decision = policy.decide(ScalingState.initial(), at(time, count, cpu));
    assertEquals(decision.desired(), decision.proof().replay());
    return decision;
  }

  @Test
  void aFloorRaisesWhatTheMetricsAskForAndSaysSo() {
    ScalingPolicy policy = policy(Scheduled.of(Schedule.floor("market open", 10, OPEN)));
    ScalingDecision decision = decide(policy, NOON, 4, 35);
    assertEquals(10, decision.desired());
    assertEquals(ScalingAction.SCALE_UP, decision.action());
    assertTrue(decision.reasons().contains(ScalingReason.SCHEDULE));
    assertTrue(
        decision.explain().contains("schedule 'market open' 10 until 16:00 Europe/Berlin"),
        decision.explain());
    assertEquals(CLOSING, decision.lookAgain().orElseThrow());
  }

  @Test
  void moreThanTheFloorIsUpToTheMetrics() {
    ScalingPolicy policy = policy(Scheduled.of(Schedule.floor("market open", 10, OPEN)));
    assertEquals(26, decide(policy, NOON, 20, 90).desired());
    assertEquals(10, decide(policy, NOON, 20, 20).desired());
    assertEquals(50, decide(policy, NOON, 50, 90).desired());
    assertEquals(6, decide(policy, CLOSING, 20, 20).desired());
  }

  /**
   * kedacore/keda#6709: 45 wanted, the fleet sat at 47 to 50; there, and from below, it must act.
   */
  @Test
  void aFloorIsReachedHoweverNearTheFleetIs() {
    ScalingPolicy policy = policy(Scheduled.of(Schedule.floor("day", 45, OPEN)));
    assertEquals(45, decide(policy, NOON, 44, 40).desired());
    assertEquals(45, decide(policy, NOON, 47, 40).desired());
  }

  @Test
  void aFloorAboveTheMaximumEndsAtTheMaximum() {
    ScalingPolicy policy = policy(Scheduled.of(Schedule.floor("day", 100, OPEN)));
    ScalingDecision decision = decide(policy, NOON, 10, 40);
    assertEquals(50, decision.desired());
    assertTrue(decision.reasons().contains(ScalingReason.BOUND));
  }

  @Test
  void outsideOfAllWindowsItHasNoOpinionAndSaysWhenItWill() {
    ScalingPolicy policy = policy(Scheduled.of(Schedule.floor("market open", 10, OPEN)));
    ScalingDecision decision = decide(policy, MORNING, 4, 70);
    assertEquals(4, decision.desired());
    assertEquals(Instant.parse("2026-01-05T07:00:00Z"), decision.lookAgain().orElseThrow());
  }

  @Test
  void boundsReplaceThoseOfThePolicy() {
    Schedule night = Schedule.bounds("night", 0, 1, Window.parse("DAILY 22:00 to 06:00 in UTC"));
    ScalingPolicy policy = policy(Scheduled.of(night));
    Instant midnight = Instant.parse("2026-01-05T00:00:00Z");
    ScalingDecision decision = decide(policy, midnight, 10, 90);
    assertEquals(1, decision.desired());
    assertTrue(
        decision.explain().contains("schedule 'night' 0..1 until 06:00 UTC"), decision.explain());
    assertEquals(2, decide(policy, NOON, 1, 70).desired());
  }

  @Test
  void aFloorWithinBoundsRaisesTheirMinimumUpToTheirMaximum() {
    Schedule bounds = Schedule.bounds("day", 3, 12, OPEN);
    ScalingPolicy low = policy(Scheduled.of(bounds, Schedule.floor("rush", 8, OPEN)));
    assertEquals(8, decide(low, NOON, 4, 35).desired());
    ScalingPolicy high = policy(Scheduled.of(bounds, Schedule.floor("rush", 20, OPEN)));
    assertEquals(12, decide(high, NOON, 4, 35).desired());
    assertEquals(12, decide(high, NOON, 30, 90).desired());
  }

  @Test
  void anInitialMinimumHoldsUntilItWasReachedOnceInEachOccurrence() {
    Schedule day = Schedule.bounds("day", 2, 20, OPEN).withInitialMin(8);
    ScalingPolicy policy = policy(Scheduled.of(day));
    ScalingDecision start = policy.decide(ScalingState.initial(), at(NOON, 4, 35));
    assertEquals(8, start.desired());
    assertEquals(8, start.proof().replay());

    ScalingDecision failed =
        policy.decide(start.nextIfNotApplied(), at(NOON.plusSeconds(30), 4, 35));
    assertEquals(8, failed.desired());
    ScalingState restarted = ScalingState.parse(failed.next().toText());
    ScalingDecision reached = policy.decide(restarted, at(NOON.plusSeconds(60), 8, 35));
    assertEquals(4, reached.desired());
    ScalingDecision later = policy.decide(reached.next(), at(NOON.plusSeconds(90), 4, 35));
    assertEquals(2, later.desired());

    Instant tomorrow = NOON.plus(Duration.ofDays(1));
    assertEquals(8, policy.decide(later.next(), at(tomorrow, 2, 35)).desired());
  }

  @Test
  void anInitialMinimumThatWasReachedIsRememberedThroughOtherBounds() {
    Schedule day = Schedule.bounds("day", 2, 20, OPEN).withInitialMin(8);
    Schedule sale =
        Schedule.bounds(
            "sale", 5, 30, Window.parse("2026-01-05T12:00:00Z to 2026-01-05T13:00:00Z"));
    ScalingPolicy policy = policy(Scheduled.of(day, sale));
    ScalingDecision reached = policy.decide(ScalingState.initial(), at(NOON, 8, 70));
    ScalingDecision inSale = policy.decide(reached.next(), at(NOON.plusSeconds(3600), 8, 35));
    assertEquals(5, inSale.desired());
    ScalingDecision after = policy.decide(inSale.next(), at(NOON.plusSeconds(7200), 5, 28));
    assertEquals(2, after.desired());
  }

  @Test
  void sizingIsTheFloorInsideAndNothingOutside() {
    Timetable timetable = Timetable.of(Schedule.floor("day", 10, OPEN));
    ScalingPolicy alone =
        ScalingPolicy.builder()
            .bounds(1, 50)
            .scaleDown(DirectionLimits.none())
            .rule(Scheduled.sizing(timetable))
            .build();
    ScalingDecision inside = decide(alone, NOON, 4, 0);
    assertEquals(10, inside.desired());
    assertEquals(List.of(ScalingReason.SCHEDULE), inside.reasons());
    ScalingDecision outside = decide(alone, CLOSING, 10, 0);
    assertEquals(0, outside.recommended());
    assertEquals(1, outside.desired());

    ScalingPolicy withFloor =
        ScalingPolicy.builder().bounds(1, 50).rule(Scheduled.of(timetable)).build();
    assertEquals(10, decide(withFloor, CLOSING, 10, 0).desired()); // nobody lowers it
  }

  /** Zalando: the largest of schedule and metrics, held by the window as any metric. */
  @Test
  void sizingIsHeldBackAsMetricsAre() {
    ScalingPolicy policy =
        ScalingPolicy.builder()
            .bounds(1, 50)
            .rule(Scheduled.sizing(Timetable.of(Schedule.floor("day", 10, OPEN))))
            .build();
    ScalingDecision inside =
        policy.decide(ScalingState.initial(), at(CLOSING.minusMillis(1), 10, 0));
    ScalingDecision outside = policy.decide(inside.next(), at(CLOSING, 10, 0));
    assertEquals(10, outside.desired());
    assertEquals(1, policy.decide(outside.next(), at(CLOSING.plusSeconds(300), 10, 0)).desired());
  }

  @Test
  void sizingRefusesBounds() {
    Timetable timetable = Timetable.of(Schedule.bounds("night", 1, 2, OPEN));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Scheduled.sizing(timetable));
    assertTrue(String.valueOf(e.getMessage()).contains("'night' has bounds"));
  }

  @Test
  void whatTheTimetableSaidIsRememberedUntilItChanges() {
    Scheduled rule = Scheduled.of(Schedule.floor("market open", 10, OPEN));
    ScalingPolicy policy = policy(rule);
    ScalingDecision first = decide(policy, NOON, 10, 35);
    ScalingState state = ScalingState.parse(first.next().toText());
    for (Instant time : List.of(NOON, NOON.plusSeconds(60), CLOSING.minusMillis(1))) {
      Proposal again = rule.propose(Evaluation.of(policy, state, at(time, 10, 35), rule.name()));
      assertNull(again.memory(), "nothing new");
      Proposal anew =
          rule.propose(
              Evaluation.of(policy, ScalingState.initial(), at(time, 10, 35), rule.name()));
      assertEquals(anew.steps(), again.steps());
      assertEquals(anew.type(), again.type());
      assertEquals(anew.size(), again.size());
      assertEquals(anew.lookAgain(), again.lookAgain());
    }
    Proposal after = rule.propose(Evaluation.of(policy, state, at(CLOSING, 10, 35), rule.name()));
    assertEquals(Proposal.Type.NONE, after.type());
    assertNotNull(after.memory());
  }

  @Test
  void aChangedTimetableIsAskedAnewThoughTheOldAnswerIsRemembered() {
    ScalingDecision old =
        decide(policy(Scheduled.of(Schedule.floor("market open", 10, OPEN))), NOON, 4, 35);
    ScalingPolicy changed = policy(Scheduled.of(Schedule.floor("market open", 12, OPEN)));
    assertEquals(12, changed.decide(old.next(), at(NOON.plusSeconds(60), 10, 35)).desired());
  }

  @Test
  void aTimetableThatIsOverIsRememberedForGood() {
    Schedule sale =
        Schedule.floor("sale", 10, Window.parse("2026-01-04T00:00:00Z to 2026-01-05T00:00:00Z"));
    Scheduled rule = Scheduled.of(sale);
    ScalingPolicy policy = policy(rule);
    ScalingDecision decision = decide(policy, NOON, 4, 70);
    assertTrue(decision.lookAgain().isEmpty());
    ScalingState state = ScalingState.parse(decision.next().toText());
    Instant later = NOON.plus(Duration.ofDays(1000));
    Proposal again = rule.propose(Evaluation.of(policy, state, at(later, 4, 70), rule.name()));
    assertNull(again.memory());
    assertEquals(Long.MAX_VALUE, again.lookAgain());
  }

  @Test
  void itWouldScaleOutBelowWhatItAsksFor() {
    Scheduled rule = Scheduled.of(Schedule.floor("market open", 10, OPEN));
    ScalingPolicy policy = policy(rule);
    Evaluation inside =
        Evaluation.of(policy, ScalingState.initial(), at(NOON, 12, 35), rule.name());
    assertTrue(rule.wouldScaleOutAt(inside, 9));
    assertFalse(rule.wouldScaleOutAt(inside, 10));
    Evaluation outside =
        Evaluation.of(policy, ScalingState.initial(), at(CLOSING, 12, 35), rule.name());
    assertFalse(rule.wouldScaleOutAt(outside, 1));
  }

  @Test
  void itSaysInWordsWhatItDoes() {
    Scheduled rule = Scheduled.of(Schedule.floor("market open", 10, OPEN)).named("hours");
    assertEquals("hours", rule.name());
    assertEquals(
        "by schedule: 'market open' at least 10, MON-FRI 08:00 to 16:00 in Europe/Berlin",
        rule.describe());
  }
}
