package dev.steelyard.benchmarks.pick;

/** How instances are weighted. */
public enum Weights {
  /** All 1. */
  EQUAL,
  /** 1 to 10, going round. */
  DIFFERENT;

  /**
   * Returns a weight.
   *
   * @param index the number of the instance
   * @return its weight, a whole number
   */
  public double of(int index) {
    return this == EQUAL ? 1 : 1 + index % 10;
  }
}
