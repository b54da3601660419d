package dev.steelyard.benchmarks.pick;

import java.util.Locale;

/** What is compared with one another. */
public enum Family {
  /** Each in turn. */
  ROUND_ROBIN,
  /** At random. */
  RANDOM,
  /** By given weights. */
  WEIGHTED,
  /** By load, which requests change. */
  LEAST_LOADED,
  /** By key. */
  HASHING;

  /**
   * Returns the name for reading.
   *
   * @return lower case
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Returns where a strategy is compared when it is used with these weights.
   *
   * @param strategy the strategy
   * @param weights the weights
   * @return the family
   */
  public static Family of(Strategy strategy, Weights weights) {
    boolean blind = strategy.family() == ROUND_ROBIN || strategy.family() == RANDOM;
    return blind && weights == Weights.DIFFERENT ? WEIGHTED : strategy.family();
  }
}
