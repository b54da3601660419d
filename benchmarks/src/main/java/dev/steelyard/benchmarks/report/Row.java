package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Which row of the results: a benchmark method and what it was run with.
 *
 * @param benchmark class and method
 * @param parameters JMH's parameters, by name
 * @param threads how many threads
 */
record Row(String benchmark, Map<String, String> parameters, int threads) {

  static Row of(BenchmarkParams run) {
    String name = run.getBenchmark();
    int method = name.lastIndexOf('.');
    String shortName = name.substring(name.lastIndexOf('.', method - 1) + 1);
    Map<String, String> parameters = new HashMap<>();
    run.getParamsKeys().forEach(key -> parameters.put(key, run.getParam(key)));
    return new Row(shortName, Map.copyOf(parameters), run.getThreads());
  }

  static Row pick(String method, Strategy strategy, Weights weights, int instances, int threads) {
    Map<String, String> parameters =
        Map.of(
            "strategy", strategy.name(),
            "weights", weights.name(),
            "instances", Integer.toString(instances));
    return new Row("PickBenchmark." + method, parameters, threads);
  }

  static Row floor(String method, int instances, int threads) {
    Map<String, String> parameters = Map.of("instances", Integer.toString(instances));
    return new Row("FloorBenchmark." + method, parameters, threads);
  }

  static Row clock(String method, int threads) {
    return new Row("ClockBenchmark." + method, Map.of(), threads);
  }
}
