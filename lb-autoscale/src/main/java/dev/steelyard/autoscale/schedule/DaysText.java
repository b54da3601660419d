package dev.steelyard.autoscale.schedule;

import java.time.DayOfWeek;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/** Days of the week as text: {@code MON-FRI,SUN}, or {@code DAILY} for all. */
final class DaysText {
  private static final String ALL = "DAILY";

  private DaysText() {}

  static String write(Set<DayOfWeek> days) {
    if (days.size() == DayOfWeek.values().length) {
      return ALL;
    }
    StringJoiner text = new StringJoiner(",");
    int day = 1;
    while (day <= 7) {
      int run = 0;
      while (day + run <= 7 && days.contains(DayOfWeek.of(day + run))) {
        run++;
      }
      if (run > 2) {
        text.add(name(day) + "-" + name(day + run - 1));
      } else {
        for (int i = 0; i < run; i++) {
          text.add(name(day + i));
        }
      }
      day += run + 1;
    }
    return text.toString();
  }

  /**
   * Reads days; a range may go past the end of the week ({@code FRI-MON}).
   *
   * @throws IllegalArgumentException if a name is not one of the seven
   */
  static Set<DayOfWeek> read(String text) {
    if (text.toUpperCase(Locale.ROOT).equals(ALL)) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : List.of(text.split(",", -1))) {
      int dash = part.indexOf('-');
      DayOfWeek first = day(dash < 0 ? part : part.substring(0, dash), text);
      DayOfWeek last = dash < 0 ? first : day(part.substring(dash + 1), text);
      for (DayOfWeek day = first; ; day = day.plus(1)) {
        days.add(day);
        if (day == last) {
          break;
        }
      }
    }
    return days;
  }

  private static DayOfWeek day(String name, String text) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (name(day.getValue()).equals(name.toUpperCase(Locale.ROOT))) {
        return day;
      }
    }
    throw new IllegalArgumentException(
        "days must be " + ALL + " or of MON to SUN, like MON-FRI,SUN; was '" + text + "'");
  }

  private static String name(int day) {
    return DayOfWeek.of(day).name().substring(0, 3);
  }
}
