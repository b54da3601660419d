package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/**
 * Finds the whole numbers that weights stand for: 0.1, 0.2 and 0.3 are 1, 2 and 3. Only for whole
 * numbers is there a number of turns after which every count can be exact.
 */
final class WholeCounts {
  /** Above this sum nobody waits for a cycle to end. Products of two values below it fit a long. */
  static final long LARGEST_SUM = 1L << 31;

  /** Relative: what is left of the precision of a double after a few operations. */
  private static final double TOLERANCE = 1e-12;

  private WholeCounts() {}

  /**
   * Whole numbers in the ratio of the weights, without a common divisor, or null. Each weight's
   * ratio to the lightest is the first convergent of its continued fraction that is near enough,
   * and the lightest then counts as often as the least common multiple of their denominators.
   */
  static long @Nullable [] of(double[] weights) {
    double lightest = Double.MAX_VALUE;
    for (double weight : weights) {
      lightest = Math.min(lightest, weight);
    }
    long multiple = 1;
    double last = 1;
    for (double weight : weights) {
      double ratio = weight / lightest;
      if (ratio != last) { // they often come in runs
        long denominator = denominator(ratio);
        if (denominator == 0) {
          return null;
        }
        multiple = multiple / gcd(multiple, denominator) * denominator;
        if (multiple > LARGEST_SUM) {
          return null;
        }
        last = ratio;
      }
    }
    long[] counts = new long[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double count = Math.rint(weights[i] / lightest * multiple);
      sum += count;
      if (sum > LARGEST_SUM) {
        return null;
      }
      counts[i] = (long) count;
    }
    return reduced(counts);
  }

  /** Of the first convergent of a ratio, at least 1, that is near enough; 0 if there is none. */
  private static long denominator(double ratio) {
    double rest = ratio;
    long before = 0;
    long denominator = 1;
    while (ratio * denominator <= LARGEST_SUM) {
      double exact = ratio * denominator;
      if (Math.abs(exact - Math.rint(exact)) <= TOLERANCE * exact) {
        return denominator;
      }
      rest = 1 / (rest - Math.floor(rest));
      long next = (long) Math.floor(rest) * denominator + before;
      before = denominator;
      denominator = next;
    }
    return 0;
  }

  private static long[] reduced(long[] counts) {
    long divisor = 0;
    for (long count : counts) {
      divisor = gcd(count, divisor);
      if (divisor == 1) {
        return counts;
      }
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= divisor;
    }
    return counts;
  }

  static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
