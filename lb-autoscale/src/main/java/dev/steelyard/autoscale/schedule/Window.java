package dev.steelyard.autoscale.schedule;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When something holds: stretches of time in a zone, recurring or one-time. The start belongs to
 * the window, the end does not; crossing midnight is nothing special.
 *
 * <pre>{@code
 * ZoneId berlin = ZoneId.of("Europe/Berlin");
 * Window.weekly(Set.of(SATURDAY, SUNDAY), LocalTime.of(22, 0), LocalTime.of(6, 0), berlin);
 * Window.cron("0 8 * * MON-FRI", "0 17 * * MON-FRI", berlin);
 * Window.parse("MON-FRI 08:30 to 17:30 in Europe/Berlin");
 * }</pre>
 *
 * <p>A cron expression has five fields (minute, hour, day of month, month, day of week), or six
 * with seconds in front; {@code *}, lists, ranges, steps, English names in any case, {@code ?} in a
 * day field, and the nicknames {@code @hourly}, {@code @daily}, {@code @midnight}, {@code @weekly},
 * {@code @monthly}, {@code @yearly}, {@code @annually}. Sunday is 0 or 7. If both day fields are
 * restricted, a day matches when either does.
 *
 * <p>A start opens the window until the next end; starts in between change nothing. KEDA compares
 * the next end with the next start instead, which is the same as long as the two alternate, and
 * keeps the window open between an end and another end where they do not.
 *
 * <p>Daylight saving is described at the package. Immutable; equal when the text is. A question
 * about an instant costs some hundred nanoseconds to a few microseconds.
 */
public abstract sealed class Window permits RecurringWindow, OneTimeWindow {
  private final ZoneId zone;

  Window(ZoneId zone) {
    this.zone = Objects.requireNonNull(zone, "zone");
  }

  /**
   * Opens at each time of one cron expression and closes at the next time of another.
   *
   * @param start when it opens
   * @param end when it closes; must not be the same expression
   * @param zone of both
   * @return the window
   * @throws IllegalArgumentException if an expression is wrong (with field and position), never
   *     matches, or the two name the same times
   */
  public static Window cron(String start, String end, ZoneId zone) {
    return RecurringWindow.ofCron(start, end, zone);
  }

  /**
   * Opens at each time of a cron expression, for a length of elapsed time. If it opens again before
   * that, it stays open until the later end.
   *
   * @param start when it opens
   * @param length 1 ms to 366 days
   * @param zone of the expression
   * @return the window
   * @throws IllegalArgumentException if the expression is wrong (with field and position) or never
   *     matches, or the length is out of range
   */
  public static Window cron(String start, Duration length, ZoneId zone) {
    return RecurringWindow.ofCron(start, length, zone);
  }

  /**
   * Opens at a time of day on some days of the week, and closes at the next time that the clock
   * shows the end: on the following day if the end is not later than the start. The days are those
   * on which it opens.
   *
   * @param days at least one
   * @param start when it opens, in whole seconds
   * @param end when it closes, in whole seconds; not the start, for which take a length of 24 hours
   * @param zone of both
   * @return the window
   * @throws IllegalArgumentException if there is no day, start equals end, or a time has fractions
   *     of a second
   */
  public static Window weekly(Set<DayOfWeek> days, LocalTime start, LocalTime end, ZoneId zone) {
    return RecurringWindow.ofWeekly(days, start, end, zone);
  }

  /**
   * Opens at a time of day on some days of the week, for a length of elapsed time.
   *
   * @param days at least one
   * @param start when it opens, in whole seconds
   * @param length 1 ms to 366 days
   * @param zone of the start
   * @return the window
   * @throws IllegalArgumentException if there is no day, the start has fractions of a second, or
   *     the length is out of range
   */
  public static Window weekly(Set<DayOfWeek> days, LocalTime start, Duration length, ZoneId zone) {
    return RecurringWindow.ofWeekly(days, start, length, zone);
  }

  /**
   * Opens once, between two instants.
   *
   * @param from its first instant
   * @param until the first instant after it
   * @return the window, in UTC
   * @throws IllegalArgumentException if until is not after from, or a year is not in 0 to 9999
   */
  public static Window once(Instant from, Instant until) {
    return OneTimeWindow.of(from, until);
  }

  /**
   * Opens once, between two local times.
   *
   * @param from when it opens
   * @param until when it closes
   * @param zone of both
   * @return the window
   * @throws IllegalArgumentException if until is not after from, or both lie in one gap of the
   *     clock, or a year is not in 0 to 9999
   */
  public static Window once(LocalDateTime from, LocalDateTime until, ZoneId zone) {
    return OneTimeWindow.of(from, until, zone);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * <pre>
   * START (to END | for LENGTH) [in ZONE] [between DATE and DATE]
   *
   * cron(0 8 * * MON-FRI) to cron(0 17 * * MON-FRI) in Europe/Berlin
   * cron(@daily) for PT6H in UTC between 2026-12-01 and 2026-12-24
   * MON-FRI,SUN 22:00 to 06:00 in America/New_York
   * DAILY 08:00 for PT9H30M in Asia/Kolkata
   * 2026-11-27T00:00 to 2026-11-28T00:00 in America/New_York
   * 2026-11-27T05:00:00Z for PT24H
   * </pre>
   *
   * <p>Only a one-time window between instants (with {@code Z} or an offset) does without a zone.
   *
   * @param text one window
   * @return the window
   * @throws IllegalArgumentException if the text is wrong, with the part that is
   */
  public static Window parse(String text) {
    return WindowText.parse(text);
  }

  /**
   * Limits a recurring window to starts on some dates of its zone. An occurrence that begins on the
   * last day runs to its own end.
   *
   * @param firstDay the first day on which it may open
   * @param lastDay the last such day, not before the first
   * @return the limited window
   * @throws IllegalArgumentException if the last day is before the first, or the window never opens
   *     between them
   * @throws IllegalStateException if this window is one-time or already limited
   */
  public abstract Window between(LocalDate firstDay, LocalDate lastDay);

  /**
   * Says whether it opens only once. Where bounds of two schedules are in force, the one-time one
   * wins.
   *
   * @return whether it is one-time
   */
  public abstract boolean isOneTime();

  /**
   * The zone in which its times are meant.
   *
   * @return the zone; UTC for a window between two instants
   */
  public ZoneId zone() {
    return zone;
  }

  /**
   * Says whether the window is open.
   *
   * @param at when
   * @return whether some occurrence contains the instant
   */
  public boolean contains(Instant at) {
    return openAt(Times.millis("at", at)) != null;
  }

  /**
   * The occurrence that contains an instant; of several, the one that began last.
   *
   * @param at when
   * @return the occurrence, or empty if the window is closed
   */
  public Optional<Occurrence> occurrenceAt(Instant at) {
    return Optional.ofNullable(openAt(Times.millis("at", at))).map(Span::toOccurrence);
  }

  /**
   * The first occurrence that begins after an instant.
   *
   * @param after not itself a possible start
   * @return the occurrence, or empty if there is none any more
   */
  public Optional<Occurrence> nextAfter(Instant after) {
    return Optional.ofNullable(firstAfter(Times.millis("after", after))).map(Span::toOccurrence);
  }

  /**
   * All occurrences that share an instant with a period, in order of their start. A window that
   * opens every minute has half a million of them in a year.
   *
   * @param from the first instant of the period
   * @param until the first instant after it
   * @return the occurrences, uncut
   * @throws IllegalArgumentException if until is not after from
   */
  public List<Occurrence> occurrences(Instant from, Instant until) {
    List<Occurrence> found = new ArrayList<>();
    long end = Times.firstMillisFrom("until", checkedEnd(from, until));
    Span span = firstEndingAfter(Times.millis("from", from));
    while (span != null && span.start() < end) {
      found.add(span.toOccurrence());
      span = firstAfter(span.start());
    }
    return found;
  }

  /**
   * The first stretch of a period in which this window and another are both open.
   *
   * @param other the other window, in any zone
   * @param from the first instant of the period
   * @param until the first instant after it
   * @return the stretch, cut to the period, or empty if there is none
   * @throws IllegalArgumentException if until is not after from
   */
  public Optional<Occurrence> firstOverlap(Window other, Instant from, Instant until) {
    long begin = Times.millis("from", from);
    long end = Times.firstMillisFrom("until", checkedEnd(from, until));
    Span mine = firstEndingAfter(begin);
    Span theirs = other.firstEndingAfter(begin);
    while (mine != null && theirs != null) {
      long start = Math.max(begin, Math.max(mine.start(), theirs.start()));
      if (start >= end) {
        break;
      }
      long stop = Math.min(end, Math.min(mine.end(), theirs.end()));
      if (start < stop) {
        return Optional.of(new Span(start, stop).toOccurrence());
      }
      if (mine.end() <= theirs.end()) {
        mine = firstAfter(mine.start());
      } else {
        theirs = other.firstAfter(theirs.start());
      }
    }
    return Optional.empty();
  }

  /**
   * The first occurrence of a period that ends on a later date of its zone than it begins, where a
   * reader may expect otherwise. An end at midnight is still the same day.
   *
   * @param from the first instant of the period
   * @param until the first instant after it
   * @return the occurrence, or empty if none crosses midnight
   * @throws IllegalArgumentException if until is not after from
   */
  public Optional<Occurrence> firstAcrossMidnight(Instant from, Instant until) {
    WallClock clock = new WallClock(zone);
    return occurrences(from, until).stream()
        .filter(
            each -> {
              LocalDate lastDay = clock.shownAt(each.end().toEpochMilli() - 1).toLocalDate();
              return lastDay.isAfter(clock.shownAt(each.start().toEpochMilli()).toLocalDate());
            })
        .findFirst();
  }

  /**
   * What daylight saving does to the window in a period: occurrences that are shorter, longer,
   * skipped, shifted, or have their start or end in an hour that the clock shows twice.
   *
   * @param from the first instant of the period
   * @param until the first instant after it
   * @return one entry per affected occurrence, in order; empty for a window between instants
   * @throws IllegalArgumentException if until is not after from
   */
  public List<DstEffect> dstEffects(Instant from, Instant until) {
    return DstEffects.of(this, from, checkedEnd(from, until));
  }

  /** The occurrence with the last start that is not after the given time. */
  abstract @Nullable Span lastStarted(long millis);

  /** The occurrence with the first start after the given time. */
  abstract @Nullable Span firstAfter(long millis);

  /** The occurrence that contains the given time; of several, the last begun. */
  final @Nullable Span openAt(long millis) {
    Span last = lastStarted(millis);
    return last != null && last.contains(millis) ? last : null;
  }

  /** The earliest occurrence that ends after the given time. */
  private @Nullable Span firstEndingAfter(long millis) {
    Span found = firstAfter(millis);
    for (Span span = openAt(millis);
        span != null && span.contains(millis);
        span = lastStarted(span.start() - 1)) {
      found = span;
    }
    return found;
  }

  private static Instant checkedEnd(Instant from, Instant until) {
    if (!until.isAfter(from)) {
      throw new IllegalArgumentException("until must be after from, was " + from + " to " + until);
    }
    return until;
  }
}
