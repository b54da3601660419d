package dev.steelyard.lb.select;

/**
 * Maps a uniform value, of 64 bits or below the sum of integer weights, to an index in proportion
 * to the weights, in O(1) expected.
 *
 * <p>The unit interval, scaled to the unsigned 64-bit integers, is cut into one piece per index,
 * {@code ends[i]} being the first value after piece i. A guide table of at least 2n equal buckets
 * (H.-C. Chen and Y. Asau, "On generating random variates from an empirical distribution", 1974)
 * says in which piece each bucket begins, so that a look-up is one load and, on average, less than
 * one step. A bucket that many light pieces share is searched by halving. Unlike an alias table
 * every index owns one connected piece, so that an evenly spread sequence of values (see {@link
 * WeightedRoundRobinPicker}) meets each index evenly spread, too.
 */
final class WeightTable {
  private static final int LINEAR_STEPS = 8;

  private final long[] ends;
  private final int[] guide;
  private final int shift;

  private WeightTable(long[] ends, int[] guide, int shift) {
    this.ends = ends;
    this.guide = guide;
    this.shift = shift;
  }

  /** Builds a table in O(n); the weights, at least one, are relative to anything, and finite. */
  static WeightTable of(double[] weights) {
    int n = weights.length;
    double heaviest = 0;
    for (double weight : weights) {
      heaviest = Math.max(heaviest, weight);
    }
    double total = 0;
    for (double weight : weights) {
      total += weight / heaviest;
    }
    long[] ends = new long[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += weights[i] / heaviest;
      ends[i] = scale(sum / total);
    }
    ends[n - 1] = -1L; // rounding must not leave values that belong to nobody
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(2 * n - 1);
    return of(ends, 1 << bits, Long.SIZE - bits);
  }

  /**
   * Builds a table whose values are not 2^64 but the sum of these counts, each at least 1: index i
   * owns exactly {@code counts[i]} of them.
   */
  static WeightTable ofCounts(long[] counts) {
    int n = counts.length;
    long[] ends = new long[n];
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += counts[i];
      ends[i] = sum;
    }
    int shift = Math.max(Long.SIZE - Long.numberOfLeadingZeros(sum / (2L * n)) - 1, 0);
    return of(ends, (int) ((sum - 1) >>> shift) + 1, shift);
  }

  private static WeightTable of(long[] ends, int buckets, int shift) {
    int n = ends.length;
    int[] guide = new int[buckets + 1];
    int index = 0;
    for (int bucket = 0; bucket < buckets; bucket++) {
      long first = (long) bucket << shift;
      while (index < n - 1 && Long.compareUnsigned(first, ends[index]) >= 0) {
        index++;
      }
      guide[bucket] = index;
    }
    guide[buckets] = n - 1;
    return new WeightTable(ends, guide, shift);
  }

  /** {@code share * 2^64} as an unsigned integer, at most 2^64 - 1. */
  private static long scale(double share) {
    if (share >= 1) {
      return -1L;
    }
    double scaled = share * 0x1p32;
    long upper = (long) scaled;
    return (upper << 32) + (long) ((scaled - upper) * 0x1p32);
  }

  /** The index that owns a value: the first one whose piece ends above it. */
  int find(long value) {
    int bucket = (int) (value >>> shift);
    int low = guide[bucket];
    if (Long.compareUnsigned(value, ends[low]) < 0) {
      return low;
    }
    int high = guide[bucket + 1];
    while (high - low > LINEAR_STEPS) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(value, ends[middle]) < 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    while (low < high && Long.compareUnsigned(value, ends[low]) >= 0) {
      low++;
    }
    return low;
  }
}
