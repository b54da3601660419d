package dev.steelyard.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * One row of what JMH measured. The median iteration stands for the row and half of the range of
 * the iterations for its noise: JMH's own error assumes a normal distribution, which three
 * iterations on a shared machine do not have.
 *
 * @param nanos nanoseconds per operation, the median iteration
 * @param halfRange half the difference of the slowest and the fastest iteration
 * @param bytes allocated per operation
 */
record Measure(double nanos, double halfRange, double bytes) {

  static Measure of(RunResult run) {
    List<Double> scores = new ArrayList<>();
    for (BenchmarkResult fork : run.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        scores.add(iteration.getPrimaryResult().getScore());
      }
    }
    Collections.sort(scores);
    double bytes = Double.NaN;
    for (Result<?> result : run.getSecondaryResults().values()) {
      // "·gc.alloc.rate.norm" in older versions of JMH
      if (result.getLabel().endsWith("gc.alloc.rate.norm")) {
        bytes = result.getScore();
      }
    }
    double halfRange = (scores.get(scores.size() - 1) - scores.get(0)) / 2;
    return new Measure(scores.get(scores.size() / 2), halfRange, bytes);
  }

  /** Half the range, of the median. */
  double noise() {
    return halfRange / nanos;
  }
}
