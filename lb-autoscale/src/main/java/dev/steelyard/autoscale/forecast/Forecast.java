package dev.steelyard.autoscale.forecast;

import java.util.Arrays;

/**
 * What a model expects of the coming steps: for each a value and the bounds of its 95 % interval.
 *
 * <p>A bound may be infinite, which says that the model cannot tell how far it may be off. Values
 * are as the model computed them: a falling trend goes below zero, and it is the caller who knows
 * that a load does not. Immutable.
 */
public final class Forecast {
  /** The share of observations that the interval is meant to contain, {@value}. */
  public static final double COVERAGE = 0.95;

  private final double[] values;
  private final double[] lower;
  private final double[] upper;

  private Forecast(double[] values, double[] lower, double[] upper) {
    this.values = values;
    this.lower = lower;
    this.upper = upper;
  }

  /**
   * Makes a forecast; for models of one's own.
   *
   * @param values the expected values, the next step first, at least one, finite
   * @param lower the lower bounds, none above its value
   * @param upper the upper bounds, none below its value
   * @return the forecast
   * @throws IllegalArgumentException if lengths differ, a value is not finite or bounds cross
   */
  public static Forecast of(double[] values, double[] lower, double[] upper) {
    Check.steps(values.length);
    Check.sameLength(values, lower, "values and lower bounds");
    Check.sameLength(values, upper, "values and upper bounds");
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i]) || !(lower[i] <= values[i] && values[i] <= upper[i])) {
        throw new IllegalArgumentException(
            "step "
                + (i + 1)
                + " must have finite value within its bounds, was "
                + values[i]
                + " in ["
                + lower[i]
                + ", "
                + upper[i]
                + "]");
      }
    }
    return new Forecast(values.clone(), lower.clone(), upper.clone());
  }

  /** With bounds at equal distance; the arrays are handed over. */
  static Forecast around(double[] values, double[] halfWidths) {
    double[] lower = new double[values.length];
    double[] upper = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      lower[i] = values[i] - halfWidths[i];
      upper[i] = values[i] + halfWidths[i];
    }
    return new Forecast(values, lower, upper);
  }

  /**
   * How many steps it covers.
   *
   * @return at least 1
   */
  public int steps() {
    return values.length;
  }

  /**
   * The expected value of one step.
   *
   * @param step 1 for the next step, up to {@link #steps()}
   * @return the value
   * @throws IndexOutOfBoundsException if there is no such step
   */
  public double value(int step) {
    return values[index(step)];
  }

  /**
   * The lower bound of one step.
   *
   * @param step 1 for the next step
   * @return the bound, perhaps negative infinity
   * @throws IndexOutOfBoundsException if there is no such step
   */
  public double lower(int step) {
    return lower[index(step)];
  }

  /**
   * The upper bound of one step.
   *
   * @param step 1 for the next step
   * @return the bound, perhaps infinity
   * @throws IndexOutOfBoundsException if there is no such step
   */
  public double upper(int step) {
    return upper[index(step)];
  }

  /**
   * The largest expected value among some steps.
   *
   * @param first the first step, from 1
   * @param last the last step, included
   * @return the maximum
   * @throws IndexOutOfBoundsException if a step does not exist or last is before first
   */
  public double max(int first, int last) {
    return values[highest(first, last)];
  }

  /**
   * The step at which the largest value of some steps is expected, the earliest of equals.
   *
   * @param first the first step, from 1
   * @param last the last step, included
   * @return the step
   * @throws IndexOutOfBoundsException if a step does not exist or last is before first
   */
  public int peak(int first, int last) {
    return highest(first, last) + 1;
  }

  /**
   * All values.
   *
   * @return a copy, the next step first
   */
  public double[] values() {
    return values.clone();
  }

  private int highest(int first, int last) {
    int from = index(first);
    int to = index(last);
    if (to < from) {
      throw new IndexOutOfBoundsException("last step " + last + " is before first " + first);
    }
    int best = from;
    for (int i = from + 1; i <= to; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private int index(int step) {
    if (step < 1 || step > values.length) {
      throw new IndexOutOfBoundsException(
          "step must be in [1, " + values.length + "], was " + step);
    }
    return step - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Forecast that
        && Arrays.equals(values, that.values)
        && Arrays.equals(lower, that.lower)
        && Arrays.equals(upper, that.upper);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Forecast" + Arrays.toString(values);
  }
}
