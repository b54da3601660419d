package dev.steelyard.benchmarks.simulate;

import dev.steelyard.benchmarks.simulate.ScenarioFile.Entry;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs scenarios with strategies, as many at once as there are processors. A run has a thread to
 * itself and shares nothing, so their number changes no result.
 */
final class Runner implements AutoCloseable {
  private final ExecutorService threads =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private final List<Entry> entries;
  private final List<String> strategies;
  private final List<List<Future<Run>>> runs = new ArrayList<>();

  Runner(List<Entry> entries, List<String> strategies, long seed) {
    this.entries = entries;
    this.strategies = strategies;
    for (Entry entry : entries) {
      runs.add(
          strategies.stream()
              .map(strategy -> threads.submit(() -> run(entry, strategy, seed)))
              .toList());
    }
  }

  private static Run run(Entry entry, String strategy, long seed) {
    SimulationResult result = Strategies.run(entry, strategy, seed);
    return new Run(
        strategy,
        result,
        entry.expectations().stream()
            .map(expectation -> expectation.violatedBy(strategy, result))
            .filter(Objects::nonNull)
            .toList());
  }

  /**
   * Waits for the runs of a scenario, in the order of the strategies.
   *
   * @throws InputException if the scenario and a strategy do not go together
   */
  List<Run> await(int scenario) throws InputException, InterruptedException {
    List<Run> ended = new ArrayList<>();
    for (int i = 0; i < strategies.size(); i++) {
      try {
        ended.add(runs.get(scenario).get(i).get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IllegalArgumentException) {
          String name = entries.get(scenario).scenario().name();
          throw new InputException(name + ": " + e.getCause().getMessage());
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    runs.set(scenario, List.of());
    return ended;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
