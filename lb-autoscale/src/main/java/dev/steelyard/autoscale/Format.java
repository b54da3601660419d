package dev.steelyard.autoscale;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;

/** How numbers and times are printed: the same text on every JVM and in every locale. */
final class Format {
  /** Every double is the nearest one to its first so many digits. */
  private static final int MOST_DIGITS = 17;

  private Format() {}

  /** Whole numbers without a fraction, others with at most four digits after the point. */
  static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    if (Double.isNaN(value) || Double.isInfinite(value) || Math.abs(value) >= 1e11) {
      return Double.toString(value);
    }
    long scaled = Math.round(Math.abs(value) * 10_000);
    if (scaled == 0) {
      return Double.toString(value);
    }
    StringBuilder text = new StringBuilder(16);
    if (value < 0) {
      text.append('-');
    }
    text.append(scaled / 10_000);
    String fraction = Long.toString(10_000 + scaled % 10_000);
    int end = fraction.length();
    while (fraction.charAt(end - 1) == '0') {
      end--;
    }
    if (end > 1) {
      text.append('.').append(fraction, 1, end);
    }
    return text.toString();
  }

  /** The shortest decimal that reads back as the same number; the same on every JVM. */
  static String shortest(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
      BigDecimal decimal = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (decimal.doubleValue() == value) {
        return plain(decimal);
      }
    }
    return plain(exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN)));
  }

  private static String plain(BigDecimal decimal) {
    BigDecimal stripped = decimal.stripTrailingZeros();
    boolean readable = stripped.scale() <= 20 && stripped.precision() - stripped.scale() <= 20;
    return readable ? stripped.toPlainString() : stripped.toString();
  }

  /** The number with so many digits. */
  static double rounded(double value, int digits) {
    return new BigDecimal(value)
        .round(new MathContext(digits, RoundingMode.HALF_EVEN))
        .doubleValue();
  }

  /** A time as ISO-8601 in UTC. */
  static String time(long epochMillis) {
    return Instant.ofEpochMilli(epochMillis).toString();
  }

  /** A span of time as people write it: {@code 5m}, {@code 1h30m}, {@code 250ms}. */
  static String span(long millis) {
    if (millis == 0) {
      return "0s";
    }
    if (millis < 0) {
      return "-" + span(-millis);
    }
    StringBuilder text = new StringBuilder();
    long rest = append(text, millis, 86_400_000L, "d");
    rest = append(text, rest, 3_600_000L, "h");
    rest = append(text, rest, 60_000L, "m");
    rest = append(text, rest, 1_000L, "s");
    append(text, rest, 1, "ms");
    return text.toString();
  }

  private static long append(StringBuilder text, long millis, long unit, String name) {
    if (millis >= unit) {
      text.append(millis / unit).append(name);
    }
    return millis % unit;
  }
}
