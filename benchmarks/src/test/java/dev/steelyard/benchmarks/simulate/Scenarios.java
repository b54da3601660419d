package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.SimulationResult;
import java.nio.file.Path;

/** A small scenario in which a test sets what it is about. */
final class Scenarios {
  private static final String[] STANDARD = {
    "'name': 'a'",
    "'requests_per_second': 100",
    "'send_for_s': 5",
    "'servers': [{'name': 's', 'latency': {'kind': 'fixed', 'base_ms': 10}}]"
  };

  private Scenarios() {}

  /** Quotes are single, to be read. */
  static ScenarioFile.Entry read(String keys) {
    return read(keys, Path.of(""));
  }

  static ScenarioFile.Entry read(String keys, Path folder) {
    StringBuilder all = new StringBuilder(keys);
    for (String standard : STANDARD) {
      String key = standard.substring(0, standard.indexOf(':'));
      boolean isThere =
          keys.startsWith(key)
              || keys.contains(", " + key)
              || (key.equals("'requests_per_second'") && keys.contains("'arrivals'"));
      if (!isThere || key.equals("'name'")) {
        all.append(all.isEmpty() ? "" : ", ").append(standard);
      }
    }
    String json = '{' + all.toString().replace('\'', '"') + '}';
    return ScenarioFile.parse(json, folder).scenarios().get(0);
  }

  static SimulationResult run(String keys) {
    return run("default", keys);
  }

  static SimulationResult run(String strategy, String keys) {
    return Strategies.run(read(keys), strategy, 1);
  }
}
