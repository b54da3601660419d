package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.simulator.ClientSetup;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a part of the study is run with.
 *
 * @param seed the first seed
 * @param seeds how many seeds there are: the first, and those that follow it
 * @param requests how many requests a run should have
 * @param isQuick whether it is only to be shown that it runs: fewer and smaller fleets, too
 * @param shared where scenarios of others are, or null
 * @param strategies those to compare, by name, in the order of tables
 * @param runs runs simulations
 */
record StudyContext(
    long seed,
    int seeds,
    int requests,
    boolean isQuick,
    @Nullable Path shared,
    Map<String, ClientSetup> strategies,
    Runs runs) {
  /** The strategy that a balancer has if nothing is set. */
  static final String DEFAULT = "default";

  // The default is leastResponseTime: it would be there twice.
  private static final List<String> BALANCING =
      List.of(
          DEFAULT,
          "random",
          "roundRobin",
          "leastRequests",
          "powerOfTwoChoices",
          "peakEwma",
          "prequal");

  /** The strategies that need no key, as far as they exist: by name, the default first. */
  Map<String, ClientSetup> balancing() {
    return strategies(BALANCING);
  }

  /** Strategies, as far as they exist, in the order of the names. */
  Map<String, ClientSetup> strategies(List<String> names) {
    Map<String, ClientSetup> some = new LinkedHashMap<>();
    for (String name : names) {
      ClientSetup setup = strategies.get(name);
      if (setup != null) {
        some.put(name, setup);
      }
    }
    return some;
  }

  List<Long> allSeeds() {
    return LongStream.range(seed, seed + seeds).boxed().toList();
  }
}
