package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;

import java.util.Arrays;

/** How many points of a ring each instance gets. */
@FunctionalInterface
interface RingPoints {
  /** The most points that a ring may be asked to have, as in Envoy. */
  int LIMIT = 8_388_608;

  /** Points per unit of weight in a fleet of up to {@link #FULL_FLEET}. */
  int FULL = 1024;

  /** The number of instances beyond which points per instance are halved, to bound the ring. */
  int FULL_FLEET = 128;

  /** Counts in the order of the members, of which there is at least one. */
  int[] counts(KeyedEndpoints members);

  /**
   * A fixed number of points per unit of weight. What an instance has depends on the others only
   * through the power of two nearest to their mean weight and the one next to their number, so it
   * is the same before and after almost any change.
   */
  static RingPoints perWeight() {
    return members -> {
      double mean = members.totalWeight() / members.size();
      int exponent = Math.getExponent(mean);
      // The nearest on a logarithmic scale: equal weights of 1, 2 or 100 are far from the next one.
      double unit =
          Math.scalb(1.0, mean < Math.scalb(Math.sqrt(2), exponent) ? exponent : exponent + 1);
      int full = FULL;
      for (int fleet = FULL_FLEET; fleet < members.size() && full > 1; fleet <<= 1) {
        full >>= 1;
      }
      int[] counts = new int[members.size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = Math.max((int) Math.rint(full * (members.weights[i] / unit)), 1);
      }
      return counts;
    };
  }

  /**
   * Envoy's sizing: the lightest instance gets a whole number of points and the ring at least the
   * minimum, unless the maximum is less; then shares are fractions, dealt out by a running sum.
   */
  static RingPoints between(int minimumSize, int maximumSize) {
    String range = "1.." + LIMIT;
    check(minimumSize >= 1 && minimumSize <= LIMIT, "minimumSize", minimumSize, range);
    check(maximumSize >= 1 && maximumSize <= LIMIT, "maximumSize", maximumSize, range);
    check(
        minimumSize <= maximumSize,
        "minimumSize",
        minimumSize,
        "at most maximumSize, " + maximumSize);
    return members -> {
      double[] shares = members.shares();
      double least = Arrays.stream(shares).min().orElseThrow();
      double scale = Math.min(Math.ceil(least * minimumSize) / least, maximumSize);
      int[] counts = new int[shares.length];
      double current = 0;
      double target = 0;
      for (int i = 0; i < counts.length; i++) {
        target += scale * shares[i];
        for (; current < target; current++) {
          counts[i]++;
        }
      }
      return counts;
    };
  }
}
