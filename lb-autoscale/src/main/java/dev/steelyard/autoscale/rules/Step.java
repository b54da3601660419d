package dev.steelyard.autoscale.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * One step of a {@link StepScaling} rule: how far the metric is above its threshold (negative:
 * below), and what happens then. Where the metric is above, the lower bound belongs to the step and
 * the upper one does not; where it is below, it is the other way round. AWS' rule.
 *
 * @param lower where the step begins, relative to the threshold; negative infinity if it is open
 * @param upper where it ends, above {@code lower}; infinity if it is open
 * @param adjustment what happens; possibly nothing
 */
public record Step(double lower, double upper, Adjustment adjustment) {
  /**
   * Checks the bounds.
   *
   * @param lower where the step begins
   * @param upper where it ends
   * @param adjustment what happens
   * @throws IllegalArgumentException if the bounds cross or are both open
   */
  public Step {
    Objects.requireNonNull(adjustment, "adjustment");
    if (Double.isNaN(lower) || Double.isNaN(upper) || !(lower < upper)) {
      throw new IllegalArgumentException(
          "the lower bound of a step must be below its upper one, were " + lower + " and " + upper);
    }
    if (Double.isInfinite(lower) && Double.isInfinite(upper)) {
      throw new IllegalArgumentException(
          "a step must not be open at both ends: give it a lower or an upper bound");
    }
  }

  /**
   * A step with two ends.
   *
   * @param lower where it begins, relative to the threshold
   * @param upper where it ends
   * @param adjustment what happens
   * @return the step
   */
  public static Step between(double lower, double upper, Adjustment adjustment) {
    if (Double.isInfinite(lower) || Double.isInfinite(upper)) {
      throw new IllegalArgumentException(
          "the bounds of a step must be finite, were "
              + lower
              + " and "
              + upper
              + "; an open step is from(lower, ...) or upTo(upper, ...)");
    }
    return new Step(lower, upper, adjustment);
  }

  /**
   * The step that goes up without end.
   *
   * @param lower where it begins, relative to the threshold
   * @param adjustment what happens
   * @return the step
   */
  public static Step from(double lower, Adjustment adjustment) {
    return new Step(lower, Double.POSITIVE_INFINITY, adjustment);
  }

  /**
   * The step that goes down without end.
   *
   * @param upper where it ends, relative to the threshold
   * @param adjustment what happens
   * @return the step
   */
  public static Step upTo(double upper, Adjustment adjustment) {
    return new Step(Double.NEGATIVE_INFINITY, upper, adjustment);
  }

  boolean contains(double breach, boolean above) {
    return above ? lower <= breach && breach < upper : lower < breach && breach <= upper;
  }

  /** Sorted steps, without a gap, an overlap or a missing open end. */
  static List<Step> checked(String direction, Step... steps) {
    List<Step> sorted = new ArrayList<>(List.of(steps));
    sorted.sort(Comparator.comparingDouble(Step::lower));
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("steps that scale " + direction + " are missing");
    }
    for (int i = 1; i < sorted.size(); i++) {
      Step before = sorted.get(i - 1);
      Step after = sorted.get(i);
      String pair = "the steps " + before.range() + " and " + after.range() + " that scale ";
      if (Double.isInfinite(after.lower) || Double.isInfinite(before.upper)) {
        throw new IllegalArgumentException(pair + direction + " are both open at the same end");
      }
      if (before.upper != after.lower) {
        throw new IllegalArgumentException(
            pair + direction + (before.upper < after.lower ? " leave a gap" : " overlap"));
      }
    }
    Step lowest = sorted.get(0);
    Step highest = sorted.get(sorted.size() - 1);
    if (lowest.lower < 0 && !Double.isInfinite(lowest.lower)) {
      throw new IllegalArgumentException(
          "the lowest step that scales "
              + direction
              + " must be open below because it begins below the threshold, was "
              + lowest.range());
    }
    if (highest.upper > 0 && !Double.isInfinite(highest.upper)) {
      throw new IllegalArgumentException(
          "the highest step that scales "
              + direction
              + " must be open above because it ends above the threshold, was "
              + highest.range());
    }
    return List.copyOf(sorted);
  }

  private String range() {
    return "["
        + (Double.isInfinite(lower) ? "open" : Numbers.text(lower))
        + ", "
        + (Double.isInfinite(upper) ? "open" : Numbers.text(upper))
        + "]";
  }

  @Override
  public String toString() {
    return range() + " " + adjustment;
  }
}
