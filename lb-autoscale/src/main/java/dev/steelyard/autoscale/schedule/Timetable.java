package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several schedules together: what is in force at an instant, and until when that answer holds, so
 * that a caller who asks every few seconds need compute it only at changes.
 *
 * @param schedules in order of precedence among bounds; at least one, with different names
 */
public record Timetable(List<Schedule> schedules) {
  /**
   * Checks and copies the list.
   *
   * @param schedules in order of precedence among bounds; at least one, with different names
   * @throws IllegalArgumentException if the list is empty or two schedules have the same name
   */
  public Timetable {
    schedules = List.copyOf(schedules);
    if (schedules.isEmpty()) {
      throw new IllegalArgumentException("schedules must have at least one, had none");
    }
    Set<String> names = new HashSet<>();
    for (Schedule each : schedules) {
      if (!names.add(each.name())) {
        throw new IllegalArgumentException(
            "schedules must have different names, '" + each.name() + "' is there twice");
      }
    }
  }

  /**
   * Combines schedules.
   *
   * @param schedules in order of precedence among bounds
   * @return the timetable
   * @throws IllegalArgumentException if there is none, or two have the same name
   */
  public static Timetable of(Schedule... schedules) {
    return new Timetable(List.of(schedules));
  }

  /**
   * What is in force at an instant. Costs some microseconds per schedule.
   *
   * @param at when
   * @return the state, with the next change
   * @throws IllegalArgumentException if the year is not in 0 to 9999
   */
  public TimetableState at(Instant at) {
    return at(Times.millis("at", at));
  }

  /**
   * What is in force at a time.
   *
   * @param millis epoch milliseconds
   * @return the state, with the next change
   * @throws IllegalArgumentException if the year is not in 0 to 9999
   */
  public TimetableState at(long millis) {
    Times.checkMillis("millis", millis);
    List<ActiveSchedule> active = new ArrayList<>();
    ActiveSchedule floor = null;
    ActiveSchedule bounds = null;
    long change = Long.MAX_VALUE;
    for (Schedule schedule : schedules) {
      Standing standing = Standing.of(schedule, millis);
      change = Math.min(change, standing.change());
      ActiveSchedule each = standing.active(schedule, millis);
      if (each == null) {
        continue;
      }
      active.add(each);
      if (!schedule.isBounds()) {
        floor = floor == null || floor.instances() < each.instances() ? each : floor;
      } else if (bounds == null || precedes(schedule, bounds.schedule())) {
        bounds = each;
      }
    }
    Instant next = change == Long.MAX_VALUE ? null : Instant.ofEpochMilli(change);
    return new TimetableState(Instant.ofEpochMilli(millis), active, floor, bounds, next);
  }

  private static boolean precedes(Schedule later, Schedule earlier) {
    return later.window().isOneTime() && !earlier.window().isOneTime();
  }

  /** One schedule at one time: the nearest occurrence, the level of the ramp, the next change. */
  private record Standing(@Nullable Span span, int level, long change) {
    static Standing of(Schedule schedule, long millis) {
      Window window = schedule.window();
      Ramp ramp = schedule.ramp();
      Span last = window.lastStarted(millis);
      Span next = window.firstAfter(millis);
      if (last != null && millis < ramp.fullUntil(last.end())) {
        long opensAgain = next == null ? Long.MAX_VALUE : next.start();
        return new Standing(last, ramp.steps(), Math.min(opensAgain, ramp.fullUntil(last.end())));
      }
      long change = next == null ? Long.MAX_VALUE : ramp.nextRise(next.start(), millis);
      int rising = next == null ? 0 : ramp.levelBefore(next.start(), millis);
      int falling = last == null ? 0 : ramp.levelAfter(last.end(), millis);
      if (last != null && falling > 0) {
        change = Math.min(change, ramp.nextFall(last.end(), millis));
      }
      return rising > falling
          ? new Standing(next, rising, change)
          : new Standing(last, falling, change);
    }

    @Nullable ActiveSchedule active(Schedule schedule, long millis) {
      int instances = schedule.instancesAt(level);
      if (span == null || level == 0 || (instances == 0 && !schedule.isBounds())) {
        return null;
      }
      return new ActiveSchedule(
          schedule, span.toOccurrence(), instances, Instant.ofEpochMilli(millis));
    }
  }
}
