package dev.steelyard.lb.select;

/**
 * Maps a uniform 64-bit value to an index in proportion to the weights, in O(1) expected.
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
    int shift = Long.SIZE - bits;
    int[] guide = new int[(1 << bits) + 1];
    int index = 0;
    for (int bucket = 0; bucket < 1 << bits; bucket++) {
      long first = (long) bucket << shift;
      while (index < n - 1 && Long.compareUnsigned(first, ends[index]) >= 0) {
        index++;
      }
      guide[bucket] = index;
    }
    guide[1 << bits] = n - 1;
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
