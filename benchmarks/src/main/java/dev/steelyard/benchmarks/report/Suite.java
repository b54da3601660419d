package dev.steelyard.benchmarks.report;

import static java.util.Objects.requireNonNull;

import dev.steelyard.benchmarks.guard.GuardGroup;
import dev.steelyard.benchmarks.guard.GuardRow;
import dev.steelyard.benchmarks.peer.PeerRow;
import dev.steelyard.benchmarks.pick.Family;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The sets of JMH runs that a report is made of. One thread is measured at all sizes, two at some
 * of them.
 *
 * @param forks JVMs per row
 * @param warmUpMillis how long each of two iterations before measuring takes
 * @param millis how long each of three iterations takes
 * @param sizes numbers of instances
 * @param sizesOfTwo those that are also measured with two threads
 */
record Suite(
    int forks, int warmUpMillis, int millis, List<Integer> sizes, List<Integer> sizesOfTwo) {
  static final List<Integer> THREADS = List.of(1, 2);

  /** Numbers of instances that whole guarded calls are measured with. */
  static final List<Integer> GUARDED_SIZES = List.of(10, 1000);

  private static final int WARM_UPS = 2;
  private static final int ITERATIONS = 3;

  static Suite full(int forks) {
    return new Suite(forks, 300, 400, List.of(10, 100, 1000, 10_000), List.of(10, 1000));
  }

  /** Shows that everything runs; its numbers mean little. */
  static Suite quick() {
    return new Suite(1, 50, 50, List.of(10, 1000), List.of());
  }

  Collection<RunResult> run(Section section) throws RunnerException {
    List<RunResult> results = new ArrayList<>();
    if (section == Section.UPDATES) {
      updates(results);
      return results;
    }
    if (section == Section.GUARD) {
      guards(results);
      return results;
    }
    for (int threads : THREADS) {
      List<Integer> measured = threads == 1 ? sizes : sizesOfTwo;
      if (!measured.isEmpty()) {
        family(results, section, threads, measured);
      }
    }
    return results;
  }

  /** Floors next to what is compared with them: the machine's mood changes within minutes. */
  private void family(List<RunResult> results, Section section, int threads, List<Integer> measured)
      throws RunnerException {
    Family family = requireNonNull(section.family());
    if (family == Family.LEAST_LOADED) {
      results.addAll(new Runner(options(threads, "ClockBenchmark").build()).run());
    }
    String floors = "FloorBenchmark\\.(" + String.join("|", section.floors()) + ")$";
    run(results, options(threads, floors), measured);
    for (Weights weights : Weights.values()) {
      String[] strategies =
          Strategy.of(family, weights).stream()
              .filter(strategy -> !strategy.isByKey())
              .map(Strategy::name)
              .toArray(String[]::new);
      ChainedOptionsBuilder picks =
          options(threads, "\\bPickBenchmark\\.(pick|acquireComplete)$")
              .param("weights", weights.name());
      run(results, picks, "strategy", strategies, measured);
    }
    String[] byKey =
        Strategy.of(family, Weights.EQUAL).stream()
            .filter(Strategy::isByKey)
            .map(Strategy::name)
            .toArray(String[]::new);
    run(results, options(threads, "KeyedPickBenchmark"), "strategy", byKey, measured);
    if (section == Section.LEAST_LOADED && threads == 1) {
      ChainedOptionsBuilder withoutClock = options(1, "\\bPickBenchmark\\.pickWithoutClock");
      withoutClock.param("weights", Weights.EQUAL.name());
      run(results, withoutClock, "strategy", new String[] {"PEAK_EWMA"}, measured);
    }
    peers(results, PeerRow.of(family).stream(), threads, "PeerBenchmark", measured);
  }

  /** Both numbers of threads, and both sizes of a fleet, in quick runs too: there is no third. */
  private void guards(List<RunResult> results) throws RunnerException {
    for (int threads : THREADS) {
      results.addAll(new Runner(options(threads, "ClockBenchmark\\.oneRead$").build()).run());
      for (GuardGroup group : GuardGroup.values()) {
        String method = group.isAboutFailures() ? "\\.call" : "\\.call$";
        String[] rows = GuardRow.of(group).stream().map(GuardRow::name).toArray(String[]::new);
        ChainedOptionsBuilder guards = options(threads, "\\bGuardBenchmark" + method);
        results.addAll(new Runner(guards.param("row", rows).build()).run());
      }
      run(results, options(threads, "\\bGuardedCallBenchmark"), GUARDED_SIZES);
    }
  }

  private void updates(List<RunResult> results) throws RunnerException {
    run(results, options(1, "\\bUpdateBenchmark"), sizes);
    Stream<PeerRow> changing = Arrays.stream(PeerRow.values()).filter(PeerRow::isChanging);
    // At 10 000 gRPC's ring has no point for most hosts, and so no pick to check an update by.
    List<Integer> upTo1000 = sizes.stream().filter(size -> size <= 1000).toList();
    peers(results, changing, 1, "PeerUpdateBenchmark", upTo1000);
  }

  /** Those that are measured at the same sizes together. */
  private void peers(
      List<RunResult> results,
      Stream<PeerRow> peers,
      int threads,
      String benchmark,
      List<Integer> measured)
      throws RunnerException {
    List<PeerRow> left = new ArrayList<>(peers.toList());
    while (!left.isEmpty()) {
      PeerRow first = left.get(0);
      List<Integer> its = measured.stream().filter(first::isMeasuredAt).toList();
      List<PeerRow> same =
          left.stream()
              .filter(row -> row.method().equals(first.method()))
              .filter(row -> measured.stream().filter(row::isMeasuredAt).toList().equals(its))
              .toList();
      left.removeAll(same);
      String method = benchmark.equals("PeerBenchmark") ? "\\." + first.method() + "$" : "";
      String[] names = same.stream().map(PeerRow::name).toArray(String[]::new);
      run(results, options(threads, "\\b" + benchmark + method), "row", names, its);
    }
  }

  private void run(
      List<RunResult> results,
      ChainedOptionsBuilder options,
      String parameter,
      String[] values,
      List<Integer> measured)
      throws RunnerException {
    if (values.length > 0) {
      run(results, options.param(parameter, values), measured);
    }
  }

  private static void run(
      List<RunResult> results, ChainedOptionsBuilder options, List<Integer> measured)
      throws RunnerException {
    if (!measured.isEmpty()) {
      options.param("instances", measured.stream().map(String::valueOf).toArray(String[]::new));
      results.addAll(new Runner(options.build()).run());
    }
  }

  private ChainedOptionsBuilder options(int threads, String include) {
    return new OptionsBuilder()
        .include(include)
        .threads(threads)
        .forks(forks)
        .warmupIterations(WARM_UPS)
        .warmupTime(TimeValue.milliseconds(warmUpMillis))
        .measurementIterations(ITERATIONS)
        .measurementTime(TimeValue.milliseconds(millis))
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true);
  }

  String describe() {
    return String.format(
        "%d fork, %d x %d ms warm-up, %d x %d ms, heap 512 MB touched in advance, -prof gc",
        forks, WARM_UPS, warmUpMillis, ITERATIONS, millis);
  }
}
