package dev.steelyard.benchmarks.http;

import java.util.Arrays;

/**
 * The ratio of two things measured in turns. Neighbours in time share what else the machine does,
 * so the ratio within a pair is far steadier than either time; the median over the pairs takes no
 * notice of those that were disturbed halfway.
 *
 * @param median the median ratio
 * @param low the lower end of an interval that holds the true median with 95 % or a little more
 * @param high its upper end
 * @param pairs how many pairs
 */
public record PairedRatios(double median, double low, double high, int pairs) {
  private static final double TAIL = 0.025;

  static PairedRatios of(double[] numerators, double[] denominators) {
    int n = numerators.length;
    double[] ratios = new double[n];
    for (int i = 0; i < n; i++) {
      ratios[i] = numerators[i] / denominators[i];
    }
    Arrays.sort(ratios);
    double median = (ratios[(n - 1) / 2] + ratios[n / 2]) / 2;
    int rank = lowerRank(n);
    return new PairedRatios(median, ratios[rank], ratios[n - 1 - rank], n);
  }

  /**
   * How many of the smallest ratios may be left out: the number of ratios below the true median is
   * binomial with probability 1/2, whatever the distribution (the interval of the sign test).
   */
  static int lowerRank(int n) {
    double term = Math.pow(0.5, n);
    double below = term;
    int rank = 0;
    while (below <= TAIL && rank < (n - 1) / 2) {
      rank++;
      term = term * (n - rank + 1) / rank;
      below += term;
    }
    return below <= TAIL ? rank : Math.max(rank - 1, 0);
  }
}
