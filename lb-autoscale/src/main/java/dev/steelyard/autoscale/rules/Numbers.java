package dev.steelyard.autoscale.rules;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers in the words of rules. */
final class Numbers {
  private static final MathContext SIX_DIGITS = new MathContext(6);

  private Numbers() {}

  /** At most six digits, without an exponent or trailing zeros. */
  static String text(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return String.valueOf(value);
    }
    return new BigDecimal(value, SIX_DIGITS).stripTrailingZeros().toPlainString();
  }
}
