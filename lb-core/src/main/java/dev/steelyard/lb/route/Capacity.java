package dev.steelyard.lb.route;

/**
 * A sum of weights that neither overflows nor loses itself: {@code largest * relative}. Weights may
 * be anything from 1e-300 to 1e308, where a plain sum is infinite and its parts are zero.
 */
final class Capacity {
  private double largest;
  private double relative;

  void add(double weight) {
    if (weight > largest) {
      relative = relative * (largest / weight) + 1;
      largest = weight;
    } else if (weight > 0) {
      relative += weight / largest;
    }
  }

  void add(Capacity other) {
    if (other.largest > largest) {
      relative = relative * (largest / other.largest) + other.relative;
      largest = other.largest;
    } else if (other.largest > 0) {
      relative += other.relative * (other.largest / largest);
    }
  }

  boolean isZero() {
    return largest == 0;
  }

  /**
   * The fraction that a part is of this whole: 0 if it is nothing, otherwise above 0, at most 1.
   */
  double fraction(Capacity part) {
    if (part.isZero()) {
      return 0;
    }
    return bounded(part.largest / largest * (part.relative / relative));
  }

  double fraction(double weight) {
    return bounded(weight / largest / relative);
  }

  private static double bounded(double fraction) {
    return Math.min(Math.max(fraction, Double.MIN_NORMAL), 1);
  }

  /** The sum itself, as far as a double can hold it. */
  double value() {
    return Math.min(largest * relative, Double.MAX_VALUE);
  }
}
