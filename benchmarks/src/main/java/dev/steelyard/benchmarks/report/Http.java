package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.http.HttpOverhead;

/**
 * What {@link HttpOverhead} found.
 *
 * @param ratio balanced by bare, the median pair
 * @param low the lower end of its confidence
 * @param high the upper end
 * @param pairs how many
 * @param bareMicros the fastest block without a balancer, per request
 * @param balancedMicros with one
 */
record Http(
    double ratio, double low, double high, int pairs, double bareMicros, double balancedMicros) {

  static Http of(HttpOverhead.Result result) {
    return new Http(
        result.ratios().median(),
        result.ratios().low(),
        result.ratios().high(),
        result.ratios().pairs(),
        result.bareMicros(),
        result.balancedMicros());
  }
}
