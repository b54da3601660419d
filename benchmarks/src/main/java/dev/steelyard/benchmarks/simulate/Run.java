package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.SimulationResult;
import java.util.List;

/**
 * A scenario, run with a strategy.
 *
 * @param strategy its name
 * @param result what came of it
 * @param violations what the file expects and did not come true, with what did
 */
record Run(String strategy, SimulationResult result, List<String> violations) {
  Run {
    violations = List.copyOf(violations);
  }
}
