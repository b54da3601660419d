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
 * @param iterations nanoseconds per operation of each iteration, ascending
 * @param bytes allocated per operation
 */
record Measure(List<Double> iterations, double bytes) {

  static Measure of(List<Double> iterations, double bytes) {
    List<Double> sorted = new ArrayList<>(iterations);
    Collections.sort(sorted);
    return new Measure(List.copyOf(sorted), bytes);
  }

  static Measure of(RunResult run) {
    List<Double> scores = new ArrayList<>();
    for (BenchmarkResult fork : run.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        scores.add(Math.rint(iteration.getPrimaryResult().getScore() * 1e4) / 1e4);
      }
    }
    double bytes = Double.NaN;
    for (Result<?> result : run.getSecondaryResults().values()) {
      // "·gc.alloc.rate.norm" in older versions of JMH
      if (result.getLabel().endsWith("gc.alloc.rate.norm")) {
        bytes = result.getScore();
      }
    }
    return of(scores, bytes);
  }

  /** Nanoseconds per operation, the median iteration. */
  double nanos() {
    return iterations.get(iterations.size() / 2);
  }

  /** Half the difference of the slowest and the fastest iteration. */
  double halfRange() {
    return (iterations.get(iterations.size() - 1) - iterations.get(0)) / 2;
  }

  /** Half the range, of the median. */
  double noise() {
    return halfRange() / nanos();
  }
}
