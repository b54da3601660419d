package dev.steelyard.autoscale.schedule;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A window that opens again and again. Start and end are paired as positions of the wall clock, and
 * only then become instants: pairing instants would, where both lie in one gap, join a start with
 * the end of the next day.
 */
final class RecurringWindow extends Window {
  private static final Duration LONGEST = Duration.ofDays(366);

  private final WallClock clock;
  private final Cron start;
  private final @Nullable Cron end; // null: it has a length
  private final long length; // milliseconds, 0 if it has an end
  private final @Nullable LocalDate firstDay;
  private final @Nullable LocalDate lastDay;
  private final String text;

  private RecurringWindow(
      Cron start,
      @Nullable Cron end,
      long length,
      ZoneId zone,
      @Nullable LocalDate firstDay,
      @Nullable LocalDate lastDay,
      String text) {
    super(zone);
    this.clock = new WallClock(zone);
    this.start = start;
    this.end = end;
    this.length = length;
    this.firstDay = firstDay;
    this.lastDay = lastDay;
    this.text = text;
  }

  static RecurringWindow ofCron(String start, String end, ZoneId zone) {
    Cron opens = CronText.parse("start", start);
    Cron closes = CronText.parse("end", end);
    if (opens.equals(closes)) {
      throw new IllegalArgumentException(
          "end must name other times than start, was '" + start + "' to '" + end + "'");
    }
    String text = "cron(" + start.trim() + ") to cron(" + end.trim() + ")";
    return new RecurringWindow(opens, closes, 0, zone, null, null, text + in(zone));
  }

  static RecurringWindow ofCron(String start, Duration length, ZoneId zone) {
    Cron opens = CronText.parse("start", start);
    long millis = Times.positiveMillis("length", length, LONGEST);
    String text = "cron(" + start.trim() + ") for " + length;
    return new RecurringWindow(opens, null, millis, zone, null, null, text + in(zone));
  }

  static RecurringWindow ofWeekly(
      Set<DayOfWeek> days, LocalTime start, LocalTime end, ZoneId zone) {
    Cron opens = Cron.weekly(checked(days), wholeSeconds("start", start));
    Cron closes = Cron.weekly(EnumSet.allOf(DayOfWeek.class), wholeSeconds("end", end));
    if (start.equals(end)) {
      throw new IllegalArgumentException(
          "end must not be the start, was " + start + " to " + end + "; a whole day is for PT24H");
    }
    String text = DaysText.write(days) + " " + start + " to " + end;
    return new RecurringWindow(opens, closes, 0, zone, null, null, text + in(zone));
  }

  static RecurringWindow ofWeekly(
      Set<DayOfWeek> days, LocalTime start, Duration length, ZoneId zone) {
    Cron opens = Cron.weekly(checked(days), wholeSeconds("start", start));
    long millis = Times.positiveMillis("length", length, LONGEST);
    String text = DaysText.write(days) + " " + start + " for " + length;
    return new RecurringWindow(opens, null, millis, zone, null, null, text + in(zone));
  }

  private static Set<DayOfWeek> checked(Set<DayOfWeek> days) {
    if (days.isEmpty()) {
      throw new IllegalArgumentException("days must have at least one day of the week, had none");
    }
    return days;
  }

  private static LocalTime wholeSeconds(String knob, LocalTime time) {
    if (!time.truncatedTo(ChronoUnit.SECONDS).equals(time)) {
      throw new IllegalArgumentException(knob + " must be in whole seconds, was " + time);
    }
    return time;
  }

  private static String in(ZoneId zone) {
    return " in " + zone;
  }

  @Override
  public Window between(LocalDate first, LocalDate last) {
    if (firstDay != null) {
      throw new IllegalStateException("is limited to dates already: " + text);
    }
    if (last.isBefore(first) || first.getYear() < 0 || last.getYear() > 9999) {
      throw new IllegalArgumentException(
          "last day must not be before first day, years in 0000 to 9999, was "
              + first
              + " to "
              + last);
    }
    RecurringWindow limited =
        new RecurringWindow(
            start, end, length, zone(), first, last, text + " between " + first + " and " + last);
    if (limited.startAtOrAfter(first.atStartOfDay()) == null) {
      throw new IllegalArgumentException("must open on some day, never does: " + limited.text);
    }
    return limited;
  }

  @Override
  public boolean isOneTime() {
    return false;
  }

  /** Whether it lasts for a length of elapsed time. */
  boolean hasLength() {
    return end == null;
  }

  @Override
  @Nullable Span lastStarted(long millis) {
    LocalDateTime opened = startAtOrBefore(clock.lastPositionAt(millis));
    while (opened != null) {
      LocalTimes written = opening(opened);
      Span span = span(written);
      if (span != null) {
        return span;
      }
      opened = startAtOrBefore(written.start().minusNanos(1));
    }
    return null;
  }

  @Override
  @Nullable Span firstAfter(long millis) {
    LocalDateTime opened = startAtOrAfter(clock.lastPositionAt(millis).plusNanos(1));
    if (opened != null && opening(opened).start().isBefore(opened)) {
      opened = startAtOrAfter(opening(opened).end()); // it was open before that start
    }
    while (opened != null) {
      LocalTimes written = opening(opened);
      Span span = span(written);
      if (span != null) {
        return span;
      }
      opened = startAtOrAfter(written.end());
    }
    return null;
  }

  /** What is written for a stretch of the wall clock: all occurrences that touch it. */
  List<LocalTimes> writtenBetween(LocalDateTime first, LocalDateTime last) {
    LocalDateTime from =
        end == null ? first.minus(Duration.ofMillis(length)) : end.atOrBefore(first);
    List<LocalTimes> found = new ArrayList<>();
    LocalDateTime opens = from == null ? null : startAtOrAfter(from);
    while (opens != null && opens.isBefore(last)) {
      LocalTimes written = opening(opens);
      if (written.end().isAfter(first)) {
        found.add(written);
      }
      opens = startAtOrAfter(end == null ? opens.plusNanos(1) : written.end());
    }
    return found;
  }

  /** The occurrence that a start opens, or in which it lies. */
  private LocalTimes opening(LocalDateTime opens) {
    if (end == null) {
      return new LocalTimes(opens, opens.plus(Duration.ofMillis(length)));
    }
    LocalDateTime closed = end.atOrBefore(opens);
    LocalDateTime closes = end.after(opens);
    LocalDateTime first = closed == null ? null : startAtOrAfter(closed);
    if (first == null || closes == null) {
      throw new AssertionError("a cron that matches once matches in every cycle: " + text);
    }
    return new LocalTimes(first, closes);
  }

  /** In real time, or null if nothing is left of it. */
  private @Nullable Span span(LocalTimes written) {
    long from = clock.millisOf(written.start());
    long until = end == null ? from + length : clock.millisOf(written.end());
    return from < until ? new Span(from, until) : null;
  }

  private @Nullable LocalDateTime startAtOrAfter(LocalDateTime local) {
    LocalDateTime from =
        firstDay != null && local.toLocalDate().isBefore(firstDay)
            ? firstDay.atStartOfDay()
            : local;
    LocalDateTime found = start.atOrAfter(from);
    return found != null && lastDay != null && found.toLocalDate().isAfter(lastDay) ? null : found;
  }

  private @Nullable LocalDateTime startAtOrBefore(LocalDateTime local) {
    LocalDateTime until =
        lastDay != null && local.toLocalDate().isAfter(lastDay)
            ? lastDay.atTime(LocalTime.MAX)
            : local;
    LocalDateTime found = start.atOrBefore(until);
    return found != null && firstDay != null && found.toLocalDate().isBefore(firstDay)
        ? null
        : found;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecurringWindow that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
