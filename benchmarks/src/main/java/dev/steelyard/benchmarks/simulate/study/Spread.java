package dev.steelyard.benchmarks.simulate.study;

import java.util.List;

/**
 * How unequal shares are.
 *
 * @param most the largest share, as a multiple of the mean
 * @param least the smallest
 * @param variation the standard deviation of all, as a multiple of the mean
 * @param chance the variation that as many requests have that are thrown at random
 */
record Spread(double most, double least, double variation, double chance) {

  /** Of how many requests each had; not all 0. */
  static Spread of(List<Long> counts) {
    long sum = 0;
    long most = 0;
    long least = Long.MAX_VALUE;
    for (long each : counts) {
      sum += each;
      most = Math.max(most, each);
      least = Math.min(least, each);
    }
    if (sum == 0) {
      throw new IllegalArgumentException("counts: all 0 (expected: at least one request)");
    }
    double mean = (double) sum / counts.size();
    double squares = 0;
    for (long each : counts) {
      squares += (each - mean) * (each - mean);
    }
    return new Spread(
        most / mean,
        least / mean,
        Math.sqrt(squares / counts.size()) / mean,
        Math.sqrt((1 - 1.0 / counts.size()) / mean));
  }
}
