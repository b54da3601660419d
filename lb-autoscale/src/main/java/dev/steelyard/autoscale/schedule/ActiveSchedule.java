package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * A schedule that is in force at an instant, or on its ramp.
 *
 * @param schedule which one
 * @param occurrence the occurrence that is open, or that the ramp leads to or comes from
 * @param instances the floor at this instant, or the lower bound
 * @param at the instant
 */
public record ActiveSchedule(Schedule schedule, Occurrence occurrence, int instances, Instant at) {
  /**
   * Says in words what is in force, for an explanation.
   *
   * @return like {@code schedule 'market open' 10 until 16:00 Europe/Berlin}
   */
  public String explain() {
    StringBuilder text = new StringBuilder("schedule '").append(schedule.name()).append("' ");
    text.append(instances);
    if (schedule.isBounds()) {
      text.append("..").append(schedule.max());
    }
    if (at.isBefore(occurrence.start())) {
      text.append(" of ").append(schedule.min()).append(", from ").append(show(occurrence.start()));
    } else if (instances < schedule.min()) {
      text.append(" of ").append(schedule.min()).append(", since ").append(show(occurrence.end()));
    } else {
      text.append(" until ").append(show(occurrence.end()));
    }
    return text.append(' ').append(schedule.window().zone()).toString();
  }

  /** By hand: a formatter costs as much as all the rest of a decision. */
  private String show(Instant instant) {
    ZoneOffset offset = schedule.window().zone().getRules().getOffset(instant);
    LocalDateTime local = LocalDateTime.ofInstant(instant, offset);
    boolean sameDay = local.toLocalDate().equals(LocalDateTime.ofInstant(at, offset).toLocalDate());
    String time = local.toLocalTime().toString();
    return sameDay ? time : local.toLocalDate() + " " + time;
  }
}
