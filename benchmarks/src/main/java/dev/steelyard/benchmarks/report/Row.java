package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.guard.GuardRow;
import dev.steelyard.benchmarks.guard.GuardedCallRow;
import dev.steelyard.benchmarks.peer.PeerRow;
import dev.steelyard.benchmarks.pick.Family;
import dev.steelyard.benchmarks.pick.KeyKind;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Which row of the results: a benchmark method and what it was run with.
 *
 * @param section what it was run for; floors are measured anew beside whatever is compared with
 *     them
 * @param benchmark class and method
 * @param parameters JMH's parameters, by name
 * @param threads how many threads
 */
record Row(Section section, String benchmark, Map<String, String> parameters, int threads) {

  static Row of(Section section, BenchmarkParams run) {
    String name = run.getBenchmark();
    int method = name.lastIndexOf('.');
    String shortName = name.substring(name.lastIndexOf('.', method - 1) + 1);
    Map<String, String> parameters = new HashMap<>();
    run.getParamsKeys().forEach(key -> parameters.put(key, run.getParam(key)));
    return new Row(section, shortName, Map.copyOf(parameters), run.getThreads());
  }

  static Row pick(String method, Strategy strategy, Weights weights, int instances, int threads) {
    if (strategy.isByKey()) {
      return keyed(method, strategy, KeyKind.least(), instances, threads);
    }
    Map<String, String> parameters =
        Map.of(
            "strategy", strategy.name(),
            "weights", weights.name(),
            "instances", Integer.toString(instances));
    return new Row(
        Section.of(Family.of(strategy, weights)), "PickBenchmark." + method, parameters, threads);
  }

  static Row keyed(String method, Strategy strategy, KeyKind kind, int instances, int threads) {
    Map<String, String> parameters =
        Map.of(
            "strategy", strategy.name(),
            "keyKind", kind.name(),
            "instances", Integer.toString(instances));
    return new Row(Section.HASHING, "KeyedPickBenchmark." + method, parameters, threads);
  }

  static Row peer(PeerRow peer, int instances, int threads) {
    return new Row(
        Section.of(peer.family()),
        "PeerBenchmark." + peer.method(),
        Map.of("row", peer.name(), "instances", Integer.toString(instances)),
        threads);
  }

  static Row floor(Section section, String method, int instances, int threads) {
    Map<String, String> parameters = Map.of("instances", Integer.toString(instances));
    return new Row(section, "FloorBenchmark." + method, parameters, threads);
  }

  static Row clock(Section section, String method, int threads) {
    return new Row(section, "ClockBenchmark." + method, Map.of(), threads);
  }

  static Row guard(GuardRow row, boolean failing, int threads) {
    return new Row(
        Section.GUARD,
        failing ? "GuardBenchmark.callOrFailure" : "GuardBenchmark.call",
        Map.of("row", row.name()),
        threads);
  }

  static Row guardedCall(GuardedCallRow row, int instances, int threads) {
    return new Row(
        Section.GUARD,
        "GuardedCallBenchmark.call",
        Map.of("row", row.name(), "instances", Integer.toString(instances)),
        threads);
  }

  static Row update(Strategy strategy, String change, int instances) {
    return new Row(
        Section.UPDATES,
        "UpdateBenchmark." + change,
        Map.of("strategy", strategy.name(), "instances", Integer.toString(instances)),
        1);
  }

  static Row update(PeerRow peer, int instances) {
    return new Row(
        Section.UPDATES,
        "PeerUpdateBenchmark.instance",
        Map.of("row", peer.name(), "instances", Integer.toString(instances)),
        1);
  }
}
