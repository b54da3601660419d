package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Formula;

/** How a value is compared with a threshold: the boundary itself belongs to one side only. */
public enum Operator {
  /** Below the threshold. */
  LESS("<", Formula.IS_BELOW),
  /** The threshold or below it. */
  AT_MOST("<=", Formula.IS_AT_MOST),
  /** The threshold or above it. */
  AT_LEAST(">=", Formula.IS_AT_LEAST),
  /** Above the threshold. */
  GREATER(">", Formula.IS_ABOVE);

  private final String sign;
  private final Formula formula;

  Operator(String sign, Formula formula) {
    this.sign = sign;
    this.formula = formula;
  }

  /**
   * The operator that is written so.
   *
   * @param sign one of {@code <}, {@code <=}, {@code >=}, {@code >}
   * @return the operator
   * @throws IllegalArgumentException if there is none
   */
  public static Operator of(String sign) {
    for (Operator operator : values()) {
      if (operator.sign.equals(sign)) {
        return operator;
      }
    }
    throw new IllegalArgumentException(
        "the operator must be one of <, <=, >=, >, was '" + sign + "'");
  }

  /**
   * How it is written.
   *
   * @return the sign
   */
  public String sign() {
    return sign;
  }

  /**
   * Whether it holds.
   *
   * @param value the value
   * @param threshold the threshold
   * @return whether; never for NaN
   */
  public boolean holds(double value, double threshold) {
    return switch (this) {
      case LESS -> value < threshold;
      case AT_MOST -> value <= threshold;
      case AT_LEAST -> value >= threshold;
      case GREATER -> value > threshold;
    };
  }

  Formula formula() {
    return formula;
  }
}
