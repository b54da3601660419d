package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;

/** The checks that every model shares. */
final class Check {
  /** Squares of larger values, summed, overflow. */
  static final double LARGEST = 1e150;

  private Check() {}

  static double[] series(double[] values, int minimum, String model) {
    if (values.length < minimum) {
      throw new ForecastException(
          Reason.TOO_SHORT,
          model + " needs at least " + minimum + " observations, got " + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      if (!usable(values[i])) {
        throw unusable(i, values[i]);
      }
    }
    return values;
  }

  static boolean usable(double value) {
    return Math.abs(value) <= LARGEST; // false for NaN
  }

  static double value(double value) {
    if (!usable(value)) {
      throw unusable(-1, value);
    }
    return value;
  }

  static int steps(int steps) {
    return atLeast("steps", steps, 1);
  }

  static int atLeast(String knob, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(knob + " must be at least " + least + ", was " + value);
    }
    return value;
  }

  static int within(String knob, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          knob + " must be in [" + least + ", " + most + "], was " + value);
    }
    return value;
  }

  /** In (0, 1], or in [0, 1] where zero is meaningful. */
  static double share(String knob, double value, boolean zeroAllowed) {
    if (!(value <= 1 && (zeroAllowed ? value >= 0 : value > 0))) {
      throw new IllegalArgumentException(
          knob + " must be in " + (zeroAllowed ? "[0, 1]" : "(0, 1]") + ", was " + value);
    }
    return value;
  }

  static void sameLength(double[] one, double[] other, String what) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          what + " must be of equal length, were " + one.length + " and " + other.length);
    }
  }

  private static ForecastException unusable(int index, double value) {
    return new ForecastException(
        Reason.UNUSABLE_VALUE,
        "observation"
            + (index < 0 ? "" : " " + index)
            + " must be finite and within ±1e150, was "
            + value);
  }
}
