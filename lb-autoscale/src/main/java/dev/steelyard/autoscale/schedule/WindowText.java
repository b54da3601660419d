package dev.steelyard.autoscale.schedule;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a window from the text that it writes. */
final class WindowText {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<start>\\S.*?)\\s+(?<word>to|for)\\s+(?<end>\\S.*?)"
              + "(?:\\s+in\\s+(?<zone>\\S+))?"
              + "(?:\\s+between\\s+(?<first>\\S+)\\s+and\\s+(?<last>\\S+))?");
  private static final Pattern CRON = Pattern.compile("cron\\((.*)\\)");
  private static final Pattern WEEKLY = Pattern.compile("([A-Za-z,-]+)\\s+(\\S+)");
  private static final Pattern ZONED = Pattern.compile(".*T.*(?:[Zz]|[+-]\\d\\d(?::?\\d\\d)?)");

  private final String text;
  private final String start;
  private final String end;
  private final boolean hasLength;
  private final @Nullable String zone;

  private WindowText(String text, Matcher form) {
    this.text = text;
    this.start = form.group("start");
    this.end = form.group("end");
    this.hasLength = form.group("word").equals("for");
    this.zone = form.group("zone");
  }

  static Window parse(String text) {
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "window must be START (to END | for LENGTH) [in ZONE] [between DATE and DATE], was '"
              + text
              + "'");
    }
    Window window = new WindowText(text, form).window();
    String first = form.group("first");
    String last = form.group("last");
    if (first == null || last == null) {
      return window;
    }
    if (window.isOneTime()) {
      throw new IllegalArgumentException(
          "only a recurring window can be limited to dates, was '" + text + "'");
    }
    return window.between(
        read("date", "2026-12-31", first, LocalDate::parse, text),
        read("date", "2026-12-31", last, LocalDate::parse, text));
  }

  private Window window() {
    Matcher cron = CRON.matcher(start);
    if (cron.matches()) {
      return hasLength
          ? Window.cron(cron.group(1), length(), zone())
          : Window.cron(cron.group(1), endCron(), zone());
    }
    Matcher weekly = WEEKLY.matcher(start);
    if (weekly.matches()) {
      Set<DayOfWeek> days = DaysText.read(weekly.group(1));
      LocalTime opens = time(weekly.group(2));
      return hasLength
          ? Window.weekly(days, opens, length(), zone())
          : Window.weekly(days, opens, time(end), zone());
    }
    return once();
  }

  private Window once() {
    if (ZONED.matcher(start).matches()) {
      if (zone != null) {
        throw new IllegalArgumentException(
            "window between instants must not name a zone, was '" + text + "'");
      }
      Instant from = instant(start);
      return Window.once(from, hasLength ? from.plus(length()) : instant(end));
    }
    if (hasLength) {
      throw new IllegalArgumentException(
          "one-time window in local time must have an end ('to'), was '" + text + "'");
    }
    return Window.once(dateTime(start), dateTime(end), zone());
  }

  private String endCron() {
    Matcher cron = CRON.matcher(end);
    if (!cron.matches()) {
      throw new IllegalArgumentException(
          "end must be cron(...) as the start is, was '" + end + "' in '" + text + "'");
    }
    return cron.group(1);
  }

  private ZoneId zone() {
    if (zone == null) {
      throw new IllegalArgumentException(
          "window must name a zone, like 'in Europe/Berlin', was '" + text + "'");
    }
    return read("zone", "Europe/Berlin", zone, ZoneId::of, text);
  }

  private Duration length() {
    return read("length", "PT9H30M", end, Duration::parse, text);
  }

  private LocalTime time(String part) {
    return read("time", "08:30", part, LocalTime::parse, text);
  }

  private LocalDateTime dateTime(String part) {
    return read("start and end", "2026-11-27T00:00", part, LocalDateTime::parse, text);
  }

  private Instant instant(String part) {
    return read(
        "start and end",
        "2026-11-27T00:00:00Z",
        part,
        each -> OffsetDateTime.parse(each).toInstant(),
        text);
  }

  private static <T> T read(
      String knob, String example, String part, Function<String, T> parser, String text) {
    try {
      return parser.apply(part);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          knob + " must be like " + example + ", was '" + part + "' in '" + text + "'", e);
    }
  }
}
