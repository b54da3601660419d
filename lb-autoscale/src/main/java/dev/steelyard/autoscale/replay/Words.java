package dev.steelyard.autoscale.replay;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How numbers and times are printed in reports: the same in every locale. */
final class Words {
  private static final MathContext DIGITS = new MathContext(4);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Words() {}

  /** Four significant digits, but whole numbers whole. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    if (Math.abs(value) >= 1000) {
      return BigDecimal.valueOf(Math.round(value)).toPlainString();
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }

  /** With a sign, for differences. */
  static String signed(double value) {
    return (value > 0 ? "+" : "") + number(value);
  }

  static String percent(double share) {
    double percent = 100 * share;
    return percent != 0 && Math.abs(percent) < 0.001
        ? (percent < 0 ? "-" : "") + "<0.001 %"
        : new BigDecimal(percent)
                .setScale(3, java.math.RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString()
            + " %";
  }

  static String time(Instant time) {
    return TIME.format(time);
  }

  /** {@code 1h30m}, {@code 90s} as {@code 1m30s}. */
  static String span(Duration span) {
    if (span.isZero()) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    append(text, span.toDays(), "d");
    append(text, span.toHoursPart(), "h");
    append(text, span.toMinutesPart(), "m");
    append(text, span.toSecondsPart(), "s");
    append(text, span.toMillisPart(), "ms");
    return text.toString();
  }

  private static void append(StringBuilder text, long count, String unit) {
    if (count > 0) {
      text.append(count).append(unit);
    }
  }

  /** The unit of the trace's values. */
  static String per(ServiceModel model) {
    return switch ((int) Math.min(Integer.MAX_VALUE, model.perMillis)) {
      case 1_000 -> "per second";
      case 60_000 -> "per minute";
      case 3_600_000 -> "per hour";
      case 86_400_000 -> "per day";
      default -> "per " + span(Duration.ofMillis(model.perMillis));
    };
  }

  /** Text as part of XML or HTML; what XML cannot hold becomes a replacement character. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
              }
            });
    return escaped.toString();
  }

  private static boolean isXml(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }
}
