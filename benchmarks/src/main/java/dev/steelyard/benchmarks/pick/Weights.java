package dev.steelyard.benchmarks.pick;

/** How instances are weighted. */
public enum Weights {
  /** All 1. */
  EQUAL,
  /** 1 to 10, going round. */
  DIFFERENT;

  double of(int index) {
    return this == EQUAL ? 1 : 1 + index % 10;
  }
}
