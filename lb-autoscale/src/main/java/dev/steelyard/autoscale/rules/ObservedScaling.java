package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Series;

/**
 * How far a pool's rate grows in proportion to its instances, from what was seen at other sizes.
 */
final class ObservedScaling {
  private ObservedScaling() {}

  /**
   * Least squares of rate = coefficient x base x instances, base being the rate per instance at the
   * smallest size seen.
   *
   * @param sizes numbers of instances
   * @param rates what they worked at, as many
   * @param minimum with fewer observations it is 1
   * @param least what it is at least
   * @return at most 1
   */
  static double coefficient(Series sizes, Series rates, int minimum, double least) {
    int n = sizes.size();
    if (n == 0 || n < minimum) {
      return 1;
    }
    int smallest = 0;
    double products = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      smallest = sizes.value(i) < sizes.value(smallest) ? i : smallest;
      products += sizes.value(i) * rates.value(i);
      squares += sizes.value(i) * sizes.value(i);
    }
    double base = rates.value(smallest) / sizes.value(smallest);
    double coefficient = products / (base * squares);
    return Double.isNaN(coefficient) ? 1 : Math.max(least, Math.min(1, coefficient));
  }
}
