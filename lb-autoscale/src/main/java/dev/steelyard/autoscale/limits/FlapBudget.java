package dev.steelyard.autoscale.limits;

import java.time.Duration;

/**
 * At most so many changes of direction per window. Immutable. What is counted are applied changes
 * that go the other way than the applied change before them, both strictly younger than the window;
 * a change that would be one more does not happen.
 *
 * <p>Safety first: unless told otherwise, a spent budget keeps instances that are there, and never
 * keeps instances away that are needed. An emergency is never kept waiting. (Wished for in
 * kubernetes/enhancements#883: what people pay for are starts and stops.)
 *
 * @param changes how many changes of direction, not negative
 * @param window in how much time, above 0, at most {@value DirectionLimits#GREATEST_DAYS} days
 * @param blocksScaleUp whether a spent budget also keeps scaling up back
 */
public record FlapBudget(int changes, Duration window, boolean blocksScaleUp) {
  /**
   * Checks the numbers.
   *
   * @param changes how many changes of direction
   * @param window in how much time
   * @param blocksScaleUp whether a spent budget also keeps scaling up back
   */
  public FlapBudget {
    if (changes < 0) {
      throw new IllegalArgumentException(
          "the flap budget must not be negative, was " + changes + " changes of direction");
    }
    if (window.compareTo(Duration.ofMillis(1)) < 0
        || window.compareTo(Duration.ofDays(DirectionLimits.GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          "the window of the flap budget must be in [1 ms, "
              + DirectionLimits.GREATEST_DAYS
              + " days], was "
              + window);
    }
  }

  /**
   * So many changes of direction; scaling up is always possible.
   *
   * @param changes how many, not negative
   * @param window in how much time
   * @return the budget
   */
  public static FlapBudget of(int changes, Duration window) {
    return new FlapBudget(changes, window, false);
  }

  /**
   * The same, but keeping scaling up back as well, except for an emergency.
   *
   * @return the budget
   */
  public FlapBudget blockingScaleUp() {
    return new FlapBudget(changes, window, true);
  }
}
