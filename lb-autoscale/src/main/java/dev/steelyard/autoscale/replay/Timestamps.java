package dev.steelyard.autoscale.replay;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the times of a trace: seconds since 1970 or since anything else, milliseconds since 1970
 * (numbers of 10^11 and more), a date, or a date and a time with or without seconds, fraction and
 * offset.
 */
final class Timestamps {
  static final String FORMS =
      "seconds, epoch milliseconds, yyyy-MM-dd, or yyyy-MM-dd HH:mm[:ss[.f]][offset]";

  /** As seconds this is the year 5138, as milliseconds 1973. */
  private static final double MILLIS_FROM = 1e11;

  /** The year 5138 in milliseconds: more is microseconds, or nonsense. */
  private static final double LATEST = 1e14;

  private static final DateTimeFormatter DATE_TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .appendPattern("HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("[ ][XXX][XX][X]")
          .toFormatter(Locale.ROOT);

  private final ZoneId zone;
  private final boolean utc;

  Timestamps(ZoneId zone) {
    this.zone = zone;
    this.utc = zone.normalized().equals(ZoneOffset.UTC);
  }

  /** Epoch milliseconds, or null if the text is no time. */
  @Nullable Long parse(String text) {
    if (text.length() >= 10 && text.charAt(4) == '-' && text.charAt(7) == '-') {
      return date(text);
    }
    double number;
    try {
      number = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return null;
    }
    if (!(Math.abs(number) < LATEST)) {
      return null;
    }
    return Math.round(Math.abs(number) >= MILLIS_FROM ? number : number * 1000);
  }

  private @Nullable Long date(String text) {
    try {
      if (text.length() == 10) {
        return millis(LocalDate.parse(text).atStartOfDay());
      }
      if (utc && text.length() == 19 && text.charAt(13) == ':' && text.charAt(16) == ':') {
        LocalDate day = LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
        LocalDateTime time =
            day.atTime(digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19));
        return time.toEpochSecond(ZoneOffset.UTC) * 1000; // a year of minutes is half a million
      }
      if (text.charAt(10) != ' ' && text.charAt(10) != 'T') {
        return null;
      }
      var parsed =
          DATE_TIME.parseBest(
              text.substring(0, 10) + 'T' + text.substring(11).trim(),
              OffsetDateTime::from,
              LocalDateTime::from);
      return parsed instanceof OffsetDateTime exact
          ? exact.toInstant().toEpochMilli()
          : millis((LocalDateTime) parsed);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private long millis(LocalDateTime time) {
    return time.atZone(zone).toInstant().toEpochMilli();
  }

  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new DateTimeException(text);
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
