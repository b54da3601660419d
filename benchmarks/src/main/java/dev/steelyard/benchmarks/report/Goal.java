package dev.steelyard.benchmarks.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A goal of the project and what was measured of it.
 *
 * @param subject what is judged
 * @param limit the goal: at most this
 * @param unit what the values are, as it stands behind "at most": {@code "x its floor"}, {@code
 *     "B"}
 * @param values the values by what they were measured at
 */
record Goal(String subject, double limit, String unit, Map<String, Double> values) {
  // A ratio of 1.304 is printed as 1.30, and a goal of 1.3 printed beside it would be met.
  private static final double PRINTED = 0.005;

  Goal {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values)); // in the order given
  }

  boolean isMeasured() {
    return !values.isEmpty();
  }

  String goal() {
    return "at most " + number(limit) + " " + unit;
  }

  String measured() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + number(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  String verdict() {
    String misses =
        values.entrySet().stream()
            .filter(entry -> !(entry.getValue() < limit + PRINTED))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    return misses.isEmpty() ? "met" : "not reached at " + misses;
  }

  private String number(double value) {
    return unit.startsWith("B") ? Numbers.bytes(value) : Numbers.ratio(value);
  }
}
