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
 *     "B"}, {@code "ns"}
 * @param values the values by what they were measured at
 */
record Goal(String subject, double limit, String unit, Map<String, Double> values) {
  // A ratio of 1.304 is printed as 1.30, and is met by what is printed; so is 0 B
  // by the few hundredths of a byte per operation that are the profiler's own.
  private static final double RATIO_PRINTED = 0.005;
  private static final double BYTES_PRINTED = 0.5;
  private static final double NANOS_PRINTED = 0.05;

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
            .filter(entry -> !(entry.getValue() < limit + tolerance()))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    return misses.isEmpty() ? "met" : "not reached at " + misses;
  }

  private double tolerance() {
    return isBytes() ? BYTES_PRINTED : isNanos() ? NANOS_PRINTED : RATIO_PRINTED;
  }

  private boolean isNanos() {
    return unit.equals("ns");
  }

  private boolean isBytes() {
    return unit.equals("B");
  }

  private String number(double value) {
    return isBytes()
        ? Numbers.bytes(value)
        : isNanos() ? Numbers.nanos(value) : Numbers.ratio(value);
  }
}
