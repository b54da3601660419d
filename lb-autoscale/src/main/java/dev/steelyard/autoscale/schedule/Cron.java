package dev.steelyard.autoscale.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The positions of a wall clock that a cron expression names, as bit sets.
 *
 * <p>Evaluated here and not by cron-utils, which parses: its answers drop the day of a gap, and
 * take about 0.3 ms each. Local times have no gaps and no repetitions; {@link WallClock} adds them.
 *
 * <p>If neither day field begins with {@code *}, a day matches when <em>either</em> matches;
 * otherwise both must. That is the rule of Vixie cron and of robfig/cron (KEDA); cron-utils reads
 * <code>*&#47;2</code> in a day field as a restriction.
 *
 * @param seconds bits 0-59
 * @param minutes bits 0-59
 * @param hours bits 0-23
 * @param daysOfMonth bits 1-31
 * @param months bits 1-12
 * @param daysOfWeek bits 1-7, Monday first
 * @param eitherDay whether one matching day field is enough
 */
record Cron(
    long seconds,
    long minutes,
    int hours,
    int daysOfMonth,
    int months,
    int daysOfWeek,
    boolean eitherDay) {
  /** The calendar repeats after 400 years: what is not found by then never comes. */
  private static final int CYCLE_YEARS = 400;

  private static final int EVERY_DAY_OF_MONTH = 0xFFFF_FFFE;
  private static final int EVERY_MONTH = 0x1FFE;

  /** A time of day on some days of the week. */
  static Cron weekly(Set<DayOfWeek> days, LocalTime time) {
    int week = 0;
    for (DayOfWeek day : days) {
      week |= 1 << day.getValue();
    }
    return new Cron(
        1L << time.getSecond(),
        1L << time.getMinute(),
        1 << time.getHour(),
        EVERY_DAY_OF_MONTH,
        EVERY_MONTH,
        week,
        false);
  }

  /** The first position at or after a local time, or null if there is none. */
  @Nullable LocalDateTime atOrAfter(LocalDateTime from) {
    LocalDateTime down = from.truncatedTo(ChronoUnit.SECONDS); // positions are whole seconds
    LocalDateTime whole = down.equals(from) ? from : down.plusSeconds(1);
    LocalDate day = whole.toLocalDate();
    if (matches(day)) {
      int second = secondOfDayAtOrAfter(whole.toLocalTime().toSecondOfDay());
      if (second >= 0) {
        return day.atTime(LocalTime.ofSecondOfDay(second));
      }
    }
    LocalDate next = dayAfter(day);
    return next == null ? null : next.atTime(LocalTime.ofSecondOfDay(secondOfDayAtOrAfter(0)));
  }

  /** The first position after a local time, or null if there is none. */
  @Nullable LocalDateTime after(LocalDateTime from) {
    return atOrAfter(from.plusNanos(1));
  }

  /** The last position at or before a local time, or null if there is none. */
  @Nullable LocalDateTime atOrBefore(LocalDateTime until) {
    LocalDate day = until.toLocalDate();
    if (matches(day)) {
      int second = secondOfDayAtOrBefore(until.toLocalTime().toSecondOfDay());
      if (second >= 0) {
        return day.atTime(LocalTime.ofSecondOfDay(second));
      }
    }
    LocalDate last = dayBefore(day);
    return last == null
        ? null
        : last.atTime(LocalTime.ofSecondOfDay(secondOfDayAtOrBefore(86_399)));
  }

  private boolean matches(LocalDate day) {
    if ((months & (1 << day.getMonthValue())) == 0) {
      return false;
    }
    boolean ofMonth = (daysOfMonth & (1 << day.getDayOfMonth())) != 0;
    boolean ofWeek = (daysOfWeek & (1 << day.getDayOfWeek().getValue())) != 0;
    return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
  }

  private @Nullable LocalDate dayAfter(LocalDate from) {
    LocalDate day = from.plusDays(1);
    LocalDate limit = from.plusYears(CYCLE_YEARS);
    while (!day.isAfter(limit)) {
      if ((months & (1 << day.getMonthValue())) == 0) {
        day = YearMonth.from(day).plusMonths(1).atDay(1);
      } else if (matches(day)) {
        return day;
      } else {
        day = day.plusDays(1);
      }
    }
    return null;
  }

  private @Nullable LocalDate dayBefore(LocalDate until) {
    LocalDate day = until.minusDays(1);
    LocalDate limit = until.minusYears(CYCLE_YEARS);
    while (!day.isBefore(limit)) {
      if ((months & (1 << day.getMonthValue())) == 0) {
        day = YearMonth.from(day).atDay(1).minusDays(1);
      } else if (matches(day)) {
        return day;
      } else {
        day = day.minusDays(1);
      }
    }
    return null;
  }

  private int secondOfDayAtOrAfter(int from) {
    int hour = from / 3600;
    int minute = from / 60 % 60;
    int second = next(seconds, from % 60);
    if (second < 0) {
      minute++;
      second = next(seconds, 0);
    }
    if ((hours & (1 << hour)) != 0) {
      int found = next(minutes, minute);
      if (found >= 0) {
        return hour * 3600 + found * 60 + (found == minute ? second : next(seconds, 0));
      }
    }
    int laterHour = next(hours, hour + 1);
    return laterHour < 0 ? -1 : laterHour * 3600 + next(minutes, 0) * 60 + next(seconds, 0);
  }

  private int secondOfDayAtOrBefore(int until) {
    int hour = until / 3600;
    int minute = until / 60 % 60;
    int second = previous(seconds, until % 60);
    if (second < 0) {
      minute--;
      second = previous(seconds, 59);
    }
    if ((hours & (1 << hour)) != 0) {
      int found = previous(minutes, minute);
      if (found >= 0) {
        return hour * 3600 + found * 60 + (found == minute ? second : previous(seconds, 59));
      }
    }
    int earlierHour = previous(hours, hour - 1);
    return earlierHour < 0
        ? -1
        : earlierHour * 3600 + previous(minutes, 59) * 60 + previous(seconds, 59);
  }

  private static int next(long bits, int from) {
    long rest = from > 63 ? 0 : bits & (-1L << from);
    return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
  }

  private static int previous(long bits, int until) {
    long rest = until < 0 ? 0 : bits & (-1L >>> (63 - until));
    return rest == 0 ? -1 : 63 - Long.numberOfLeadingZeros(rest);
  }
}
