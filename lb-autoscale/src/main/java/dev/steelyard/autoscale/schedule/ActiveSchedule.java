package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A schedule that is in force at an instant, or on its ramp.
 *
 * @param schedule which one
 * @param occurrence the occurrence that is open, or that the ramp leads to or comes from
 * @param instances the floor at this instant, or the lower bound
 * @param at the instant
 */
public record ActiveSchedule(Schedule schedule, Occurrence occurrence, int instances, Instant at) {
  private static final DateTimeFormatter SAME_DAY =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter OTHER_DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

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

  private String show(Instant instant) {
    ZoneId zone = schedule.window().zone();
    ZonedDateTime local = instant.atZone(zone);
    boolean sameDay = local.toLocalDate().equals(at.atZone(zone).toLocalDate());
    String text = (sameDay ? SAME_DAY : OTHER_DAY).format(local);
    return local.getSecond() == 0 ? text : text + local.format(SECONDS);
  }

  private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern(":ss", Locale.ROOT);
}
