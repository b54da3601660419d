package dev.steelyard.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The set of JMH runs that a report is made of.
 *
 * @param forks JVMs per row
 * @param warmUps iterations before measuring
 * @param iterations iterations
 * @param millis how long each of them takes
 * @param sizes numbers of instances
 */
record Suite(int forks, int warmUps, int iterations, int millis, List<Integer> sizes) {
  static final List<Integer> THREADS = List.of(1, 2);

  static Suite full(int forks) {
    return new Suite(forks, 2, 3, 1000, List.of(10, 100, 1000, 10_000));
  }

  /** Shows that everything runs; its numbers mean little. */
  static Suite quick() {
    return new Suite(1, 1, 2, 100, List.of(10, 10_000));
  }

  Collection<RunResult> run() throws RunnerException {
    List<RunResult> results = new ArrayList<>();
    for (int threads : THREADS) {
      // Floors next to what is compared with them: the machine's mood changes within minutes.
      results.addAll(new Runner(options(threads, "ClockBenchmark").build()).run());
      results.addAll(new Runner(sized(threads, "FloorBenchmark").build()).run());
      results.addAll(
          new Runner(sized(threads, "PickBenchmark\\.(pick|acquireComplete)$").build()).run());
    }
    ChainedOptionsBuilder withoutClock = sized(1, "PickBenchmark\\.pickWithoutClock");
    withoutClock.param("strategy", "PEAK_EWMA").param("weights", "EQUAL");
    results.addAll(new Runner(withoutClock.build()).run());
    return results;
  }

  private ChainedOptionsBuilder sized(int threads, String include) {
    return options(threads, include)
        .param("instances", sizes.stream().map(String::valueOf).toArray(String[]::new));
  }

  private ChainedOptionsBuilder options(int threads, String include) {
    TimeValue time = TimeValue.milliseconds(millis);
    return new OptionsBuilder()
        .include("\\." + include)
        .threads(threads)
        .forks(forks)
        .warmupIterations(warmUps)
        .warmupTime(time)
        .measurementIterations(iterations)
        .measurementTime(time)
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true);
  }

  String describe() {
    return forks
        + " fork, "
        + warmUps
        + " x "
        + millis
        + " ms warm-up, "
        + iterations
        + " x "
        + millis
        + " ms, heap 512 MB touched in advance, -prof gc";
  }
}
