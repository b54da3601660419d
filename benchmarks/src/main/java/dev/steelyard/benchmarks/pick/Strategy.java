package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;

/** The strategies, as JMH's parameters name them. */
public enum Strategy {
  ROUND_ROBIN,
  RANDOM,
  POWER_OF_TWO_CHOICES,
  PEAK_EWMA;

  Selector selector() {
    return switch (this) {
      case ROUND_ROBIN -> Selectors.roundRobin();
      case RANDOM -> Selectors.random();
      case POWER_OF_TWO_CHOICES -> Selectors.powerOfTwoChoices();
      case PEAK_EWMA -> Selectors.peakEwma();
    };
  }

  /**
   * Returns the name that a user of the library knows.
   *
   * @return the name of the factory method in {@link Selectors}
   */
  public String label() {
    return selector().toString();
  }
}
