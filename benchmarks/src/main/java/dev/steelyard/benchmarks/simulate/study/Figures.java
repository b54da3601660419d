package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How figures are written: rounded as decimal numbers, as JDKs differ in which digits of a double
 * they print.
 */
final class Figures {
  private static final MathContext SIX_DIGITS = new MathContext(6, RoundingMode.HALF_UP);
  private static final double THREE_DIGITS_FROM = 100;

  private Figures() {}

  /** With so many decimals; a dash if it is no number. */
  static String fixed(double value, int decimals) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? "-"
        : new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP).toPlainString();
  }

  /** To three digits or a whole number. */
  static String three(double value) {
    double size = Math.abs(value);
    return fixed(value, size >= THREE_DIGITS_FROM ? 0 : size >= 10 ? 1 : 2);
  }

  /** In milliseconds, to three digits. */
  static String millis(double nanos) {
    return three(nanos / 1e6);
  }

  /** With two decimals. */
  static String ratio(double ratio) {
    return fixed(ratio, 2);
  }

  /** A share as percent, with two decimals below 10 %. */
  static String percent(double share) {
    return fixed(100 * share, Math.abs(share) < 0.0995 ? 2 : 1) + " %";
  }

  /** The middle one; the lower of two; not a number if there is none. */
  static double median(Collection<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get((sorted.size() - 1) / 2);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Puts a number of six digits; null for what is no number. */
  static void put(ObjectNode node, String field, double value) {
    node.put(field, decimal(value));
  }

  /** Adds a number of six digits; null for what is no number. */
  static void add(ArrayNode node, double value) {
    node.add(decimal(value));
  }

  private static @Nullable BigDecimal decimal(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return null;
    }
    BigDecimal rounded = new BigDecimal(value).round(SIX_DIGITS).stripTrailingZeros();
    return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
  }
}
