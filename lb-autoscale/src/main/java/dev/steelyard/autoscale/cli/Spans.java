package dev.steelyard.autoscale.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type them: {@code 90s}, {@code 1h30m}, {@code 250ms}, {@code PT5M}. */
final class Spans {
  private static final Pattern PART = Pattern.compile("(\\d+)(ms|d|h|m|s)");

  private Spans() {}

  static Duration duration(String text) {
    String small = text.trim().toLowerCase(Locale.ROOT);
    if (small.startsWith("p")) {
      try {
        return Duration.parse(text.trim());
      } catch (DateTimeParseException e) {
        throw wrong(text);
      }
    }
    Duration sum = Duration.ZERO;
    Matcher parts = PART.matcher(small);
    int end = 0;
    while (parts.find() && parts.start() == end) {
      sum = sum.plus(part(text, parts.group(1), parts.group(2)));
      end = parts.end();
    }
    if (end == 0 || end != small.length()) {
      throw wrong(text);
    }
    return sum;
  }

  private static Duration part(String text, String digits, String unit) {
    if (digits.length() > 9) {
      throw wrong(text);
    }
    long count = Long.parseLong(digits);
    return switch (unit) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a duration; write 90s, 5m, 1h30m, 250ms or PT5M");
  }
}
