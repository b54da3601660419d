package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

/** Pearson's test of counts against shares. */
public final class ChiSquare {
  /** One-sided quantile of the normal distribution: a right selector fails once in a million. */
  private static final double QUANTILE = 4.75;

  private ChiSquare() {}

  /** Fails unless the counts fit the weights; shares that expect fewer than 5 are added up. */
  public static void assertFits(long[] counts, double[] weights) {
    double heaviest = Arrays.stream(weights).max().orElseThrow();
    double total = Arrays.stream(weights).map(weight -> weight / heaviest).sum();
    long picks = Arrays.stream(counts).sum();
    double statistic = 0;
    int cells = 0;
    double restExpected = 0;
    long restCount = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = weights[i] / heaviest / total * picks;
      if (expected < 5) {
        restExpected += expected;
        restCount += counts[i];
      } else {
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        cells++;
      }
    }
    if (restExpected >= 5) {
      statistic += (restCount - restExpected) * (restCount - restExpected) / restExpected;
      cells++;
    } else {
      assertTrue(restCount <= 25, "shares near zero were picked " + restCount + " times");
    }
    double limit = limit(Math.max(cells - 1, 1));
    assertTrue(
        statistic <= limit,
        "chi-square " + statistic + " above " + limit + ": " + Arrays.toString(counts));
  }

  /** E. B. Wilson and M. M. Hilferty's approximation of the quantile. */
  private static double limit(int degrees) {
    double k = degrees;
    return k * Math.pow(1 - 2 / (9 * k) + QUANTILE * Math.sqrt(2 / (9 * k)), 3);
  }
}
