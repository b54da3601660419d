package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.SimulationResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A scenario of a file, to be set beside what others have published about it: for the study. */
public final class PublishedScenario {

  /**
   * What a strategy has reached.
   *
   * @param successPercent of the requests that were sent
   * @param meanSeconds the mean time of a request as clients see it
   */
  public record Reached(double successPercent, double meanSeconds) {}

  private final ScenarioFile.Entry entry;

  private PublishedScenario(ScenarioFile.Entry entry) {
    this.entry = entry;
  }

  /**
   * Reads a file.
   *
   * @param file the file
   * @return its scenarios, in its order
   * @throws IllegalArgumentException if it cannot be read, or something in it is wrong
   */
  public static List<PublishedScenario> read(Path file) {
    return ScenarioFile.read(file).scenarios().stream().map(PublishedScenario::new).toList();
  }

  /**
   * Returns the strategies that are balancers.
   *
   * @return by name, the default first
   */
  public static Map<String, ClientSetup> strategies() {
    return Strategies.all();
  }

  /**
   * Returns its name.
   *
   * @return the name
   */
  public String name() {
    return entry.scenario().name();
  }

  /**
   * Returns what strategies of others have reached.
   *
   * @return by their names, in the order of the file
   */
  public Map<String, Reached> published() {
    Map<String, Reached> reached = new LinkedHashMap<>();
    entry
        .published()
        .forEach(
            (name, figures) ->
                reached.put(
                    name, new Reached(figures.successPercent(), figures.clientMeanSeconds())));
    return reached;
  }

  /**
   * Runs it.
   *
   * @param strategy the name of one of ours
   * @param seed of all chance
   * @return what it reaches
   */
  public Reached run(String strategy, long seed) {
    SimulationResult result = Strategies.run(entry, strategy, seed);
    return new Reached(result.successPercent(), result.meanSeconds());
  }
}
