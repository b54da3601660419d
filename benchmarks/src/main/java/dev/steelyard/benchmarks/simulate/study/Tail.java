package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.simulator.SimulationResult;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What is kept of a run: the times of requests, in nanoseconds.
 *
 * @param success the share of requests that succeeded, 0 to 1
 * @param attempts per request
 */
record Tail(double p50, double p99, double p999, double success, double attempts) {
  static Tail of(SimulationResult result) {
    return new Tail(
        (double) result.percentile(50).toNanos(),
        (double) result.percentile(99).toNanos(),
        (double) result.percentile(99.9).toNanos(),
        result.successPercent() / 100,
        result.attemptsPerRequest());
  }

  /** Each figure's median. */
  static Tail median(List<Tail> runs) {
    return new Tail(
        median(runs, Tail::p50),
        median(runs, Tail::p99),
        median(runs, Tail::p999),
        median(runs, Tail::success),
        median(runs, Tail::attempts));
  }

  private static double median(List<Tail> runs, ToDoubleFunction<Tail> figure) {
    return Figures.median(runs.stream().map(figure::applyAsDouble).toList());
  }

  /** Times as ratios to the times of another run; the rest is this one's. */
  Tail over(Tail other) {
    return new Tail(p50 / other.p50, p99 / other.p99, p999 / other.p999, success, attempts);
  }

  ObjectNode json() {
    ObjectNode node = Figures.object();
    Figures.put(node, "p50_ms", p50 / 1e6);
    Figures.put(node, "p99_ms", p99 / 1e6);
    Figures.put(node, "p999_ms", p999 / 1e6);
    Figures.put(node, "success_percent", 100 * success);
    Figures.put(node, "attempts", attempts);
    return node;
  }
}
