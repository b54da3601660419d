package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Formula;

/** How a change by percent becomes a whole number of instances: no two autoscalers agree. */
public enum Rounding {
  /**
   * The change is rounded toward zero, but is at least 1: 12.7 is 12, 0.67 is 1, -6.67 is -6. AWS;
   * the default.
   */
  TOWARD_ZERO(Formula.PERCENT_TOWARD_ZERO),
  /** The number is rounded to the nearest, but the change is at least 1. Cloud Foundry. */
  NEAREST(Formula.PERCENT_NEAREST),
  /**
   * The number is rounded up. Nomad. A small decrease may come to nothing: 10 % less than 3 is
   * still 3.
   */
  UP(Formula.PERCENT_UP);

  private final Formula formula;

  Rounding(Formula formula) {
    this.formula = formula;
  }

  Formula formula() {
    return formula;
  }
}
