package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.schedule.DstEffect;
import dev.steelyard.autoscale.schedule.Occurrence;
import dev.steelyard.autoscale.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Schedules beside the maximum, beside one another, and across changes of the clocks. */
final class ScheduleChecks {
  private static final Duration YEAR = Duration.ofDays(366);

  /** Around a change of the clocks, that long: windows of a week are whole. */
  private static final Duration BEFORE = Duration.ofDays(8);

  private static final Duration AFTER = Duration.ofDays(1);

  /** So many pairs are compared at most. */
  private static final int MOST_COMPARED = 30;

  private final Probe probe;
  private final Subjects subjects;
  private final Instant from;
  private final Instant until;
  private final List<Finding> findings;

  private ScheduleChecks(Probe probe, Subjects subjects, List<Finding> findings) {
    this.probe = probe;
    this.subjects = subjects;
    this.from = probe.start();
    this.until = from.plus(YEAR);
    this.findings = findings;
  }

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    ScheduleChecks checks = new ScheduleChecks(probe, subjects, findings);
    for (ScalingRule rule : subjects.rules()) {
      if (rule instanceof Scheduled scheduled) {
        List<Schedule> schedules = scheduled.timetable().schedules();
        for (Schedule schedule : schedules) {
          checks.one(schedule);
        }
        checks.pairs(schedules);
      }
    }
  }

  private void one(Schedule schedule) {
    Optional<Occurrence> first =
        schedule.window().occurrenceAt(from).or(() -> schedule.window().nextAfter(from));
    if (first.isEmpty() || first.get().start().isAfter(until)) {
      add(
          Finding.Code.SCHEDULE_NEVER_OPENS,
          "the schedule '" + schedule.name() + "' does not open within a year from " + from,
          "leave it out, or correct its dates",
          from,
          Math.max(1, probe.policy().least()));
      return;
    }
    maximum(schedule, first.get());
    clocks(schedule);
  }

  private void add(Finding.Code code, String message, String advice, Instant at, int instances) {
    findings.add(
        new Finding(code, message, advice, probe.once(at, instances, subjects.first(), Load.IDLE)));
  }

  private void maximum(Schedule schedule, Occurrence first) {
    ScalingPolicy policy = probe.policy();
    if (schedule.isBounds() || schedule.min() <= policy.most()) {
      return;
    }
    Instant at = first.start().isBefore(from) ? from : first.start();
    add(
        Finding.Code.SCHEDULE_ABOVE_MAXIMUM,
        "the schedule '"
            + schedule.name()
            + "' wants at least "
            + schedule.min()
            + ", the maximum is "
            + policy.most(),
        "raise the maximum, or let the schedule replace the bounds",
        at,
        policy.most());
  }

  private void clocks(Schedule schedule) {
    List<DstEffect> effects = new ArrayList<>();
    Instant at = from;
    while (true) {
      ZoneOffsetTransition change = schedule.window().zone().getRules().nextTransition(at);
      if (change == null || change.getInstant().isAfter(until)) {
        break;
      }
      at = change.getInstant();
      for (DstEffect effect : schedule.window().dstEffects(at.minus(BEFORE), at.plus(AFTER))) {
        if (effect.transition().equals(at)) {
          effects.add(effect);
        }
      }
    }
    if (effects.isEmpty()) {
      return;
    }
    DstEffect effect = effects.get(0);
    add(
        Finding.Code.SCHEDULE_ACROSS_DST,
        "the schedule '"
            + schedule.name()
            + "' from "
            + effect.start()
            + " is "
            + effect.kind().name().toLowerCase(Locale.ROOT)
            + " by the change of the clocks at "
            + effect.transition()
            + ": "
            + effect.actual()
            + " instead of "
            + effect.written()
            + (effects.size() > 1 ? "; " + (effects.size() - 1) + " more within a year" : ""),
        "a zone without changes, such as UTC, or times that are not at night",
        effect.transition(),
        Math.max(1, probe.policy().least()));
  }

  private void pairs(List<Schedule> schedules) {
    int compared = 0;
    for (int i = 0; i < schedules.size(); i++) {
      for (int j = i + 1; j < schedules.size() && compared < MOST_COMPARED; j++) {
        compared += pair(schedules.get(i), schedules.get(j)) ? 1 : 0;
      }
    }
  }

  /** Floors combine, and a date is meant to replace a rule; other bounds hide one another. */
  private boolean pair(Schedule one, Schedule other) {
    boolean bounds =
        one.isBounds()
            && other.isBounds()
            && one.window().isOneTime() == other.window().isOneTime();
    Schedule floor = one.isBounds() ? other : one;
    Schedule around = one.isBounds() ? one : other;
    boolean cut = !floor.isBounds() && around.isBounds() && floor.min() > around.max();
    if (!bounds && !cut) {
      return false;
    }
    Optional<Occurrence> both = one.window().firstOverlap(other.window(), from, until);
    if (both.isPresent()) {
      String when = " at the same time, from " + both.get().start();
      add(
          bounds ? Finding.Code.SCHEDULES_OVERLAP : Finding.Code.SCHEDULE_ABOVE_MAXIMUM,
          bounds
              ? "the schedules '"
                  + one.name()
                  + "' and '"
                  + other.name()
                  + "' both replace the bounds"
                  + when
                  + ": the first wins"
              : "the schedule '"
                  + floor.name()
                  + "' wants at least "
                  + floor.min()
                  + ", and '"
                  + around.name()
                  + "' at most "
                  + around.max()
                  + when,
          "let one end where the other begins",
          both.get().start(),
          Math.max(1, probe.policy().least()));
    }
    return true;
  }
}
