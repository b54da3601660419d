package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import org.jspecify.annotations.Nullable;

/**
 * A row of the pick benchmark beside its floor in the same run.
 *
 * @param measure the row
 * @param floorNanos the floor, null if it was not measured
 */
record Comparison(Measure measure, @Nullable Double floorNanos) {
  static final String PICK = "pick";
  static final String REQUEST = "acquireComplete";

  static @Nullable Comparison of(
      Results results, String method, Strategy strategy, Weights weights, int size, int threads) {
    Row row = Row.pick(method, strategy, weights, size, threads);
    Measure measure = results.find(row);
    Floor floor = floor(method, strategy, weights);
    return measure == null
        ? null
        : new Comparison(measure, floor.nanos(results, row.section(), size, threads));
  }

  static Floor floor(String method, Strategy strategy, Weights weights) {
    return method.equals(PICK) ? Floor.ofPick(strategy, weights) : Floor.ofRequest(strategy);
  }

  /** How many times the floor, NaN if there is none. */
  double ratio() {
    return floorNanos == null ? Double.NaN : measure.nanos() / floorNanos;
  }
}
