package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.schedule.DstEffect;
import dev.steelyard.autoscale.schedule.Occurrence;
import dev.steelyard.autoscale.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Schedules beside the maximum, and across changes of the clocks. */
final class ScheduleChecks {
  private static final Duration YEAR = Duration.ofDays(366);

  private ScheduleChecks() {}

  static void look(Probe probe, Subjects subjects, Instant from, List<Finding> findings) {
    Metric metric = subjects.metrics().isEmpty() ? Metric.CPU : subjects.metrics().get(0);
    for (ScalingRule rule : subjects.rules()) {
      if (rule instanceof Scheduled scheduled) {
        for (Schedule schedule : scheduled.timetable().schedules()) {
          maximum(probe, metric, schedule, from, findings);
          clocks(probe, metric, schedule, from, findings);
        }
      }
    }
  }

  private static void maximum(
      Probe probe, Metric metric, Schedule schedule, Instant from, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    if (schedule.isBounds() || schedule.min() <= policy.most()) {
      return;
    }
    List<Occurrence> occurrences = schedule.window().occurrences(from, from.plus(YEAR));
    if (occurrences.isEmpty()) {
      return;
    }
    findings.add(
        new Finding(
            Finding.Code.SCHEDULE_ABOVE_MAXIMUM,
            "the schedule '"
                + schedule.name()
                + "' wants at least "
                + schedule.min()
                + ", the maximum is "
                + policy.most(),
            "raise the maximum, or let the schedule replace the bounds",
            probe.once(occurrences.get(0).start(), policy.most(), metric, 0)));
  }

  private static void clocks(
      Probe probe, Metric metric, Schedule schedule, Instant from, List<Finding> findings) {
    List<DstEffect> effects = schedule.window().dstEffects(from, from.plus(YEAR));
    if (effects.isEmpty()) {
      return;
    }
    DstEffect effect = effects.get(0);
    findings.add(
        new Finding(
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
            probe.once(effect.transition(), Math.max(1, probe.policy().least()), metric, 0)));
  }
}
