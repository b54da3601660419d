package dev.steelyard.benchmarks.simulate.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A fleet at a load, and what came of it.
 *
 * @param fleet its title
 * @param loadPercent the load
 * @param central of the central queue
 * @param strategies by name, the default first
 * @param ratios the same as ratios to the central queue of the same run
 */
record FleetCell(
    String fleet,
    int loadPercent,
    Tail central,
    Map<String, Tail> strategies,
    Map<String, Tail> ratios) {
  /** How much more than the best is as good as the best. */
  static final double TOLERANCE = 1.10;

  FleetCell {
    strategies = Collections.unmodifiableMap(new LinkedHashMap<>(strategies));
    ratios = Collections.unmodifiableMap(new LinkedHashMap<>(ratios));
  }

  /** The strategy of the least p99; of equals, the one that comes first. */
  String best() {
    String best = "";
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<String, Tail> each : strategies.entrySet()) {
      if (each.getValue().p99() < least) {
        least = each.getValue().p99();
        best = each.getKey();
      }
    }
    return best;
  }

  /** The p99 of a strategy as a ratio to the best there is. */
  double toBest(String strategy) {
    return tail(strategy).p99() / tail(best()).p99();
  }

  Tail tail(String strategy) {
    return found(strategies, strategy);
  }

  Tail ratio(String strategy) {
    return found(ratios, strategy);
  }

  private static Tail found(Map<String, Tail> tails, String strategy) {
    Tail tail = tails.get(strategy);
    if (tail == null) {
      throw new IllegalArgumentException(
          "strategy: " + strategy + " (expected: one of " + tails.keySet() + ")");
    }
    return tail;
  }

  boolean isDefaultGood() {
    return toBest(StudyContext.DEFAULT) <= TOLERANCE;
  }
}
