package dev.steelyard.lb.weigh;

import static dev.steelyard.lb.internal.Checks.check;

/** Turns the weights that instances have by their reports into factors of their other weights. */
public final class ReportedWeights {
  /** The least factor: {@value}. A mistaken report must not starve an instance. */
  public static final double LEAST_FACTOR = 0.1;

  /** The greatest factor: {@value}. Nor must it draw all traffic to one. */
  public static final double GREATEST_FACTOR = 10;

  private static final int LEAST_KNOWN = 2;

  private ReportedWeights() {}

  /**
   * Relates weights to the mean of those that are known, within {@value #LEAST_FACTOR} and {@value
   * #GREATEST_FACTOR}; one that is unknown is as the mean. With fewer than two known there is
   * nothing to compare, and all are alike (gRPC's A58, and the limits of its scheduler). O(n).
   *
   * @param weights {@link ReportedWeight#weightAt} of each instance, 0 if unknown
   * @return a factor for each, in the same order
   * @throws IllegalArgumentException if a weight is negative or not finite
   */
  public static double[] factors(double[] weights) {
    double heaviest = 0;
    int known = 0;
    for (int i = 0; i < weights.length; i++) {
      double weight = weights[i];
      check(
          weight >= 0 && weight <= Double.MAX_VALUE,
          "weights[" + i + "]",
          weight,
          "finite and >= 0");
      heaviest = Math.max(heaviest, weight);
      known += weight > 0 ? 1 : 0;
    }
    // Relative to the heaviest: a sum of weights near Double.MAX_VALUE would be infinite.
    double sum = 0;
    for (double weight : weights) {
      sum += weight > 0 ? weight / heaviest : 0;
    }
    double mean = sum / Math.max(known, 1);
    double[] factors = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double factor = known < LEAST_KNOWN || weights[i] == 0 ? 1 : weights[i] / heaviest / mean;
      factors[i] = Math.min(Math.max(factor, LEAST_FACTOR), GREATEST_FACTOR);
    }
    return factors;
  }
}
