package dev.steelyard.autoscale.loop;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of one metric: values by instance, and why others are not known. A metric of the
 * pool has its value under {@link #POOL}.
 *
 * @param values the good values
 * @param failures one per value that is missing, or one for all
 * @param without the instances that exist but have no good value
 */
record Readings(Map<String, Reading> values, List<ReadFailure> failures, Set<String> without) {
  /** No label can be empty: Prometheus drops those. */
  static final String POOL = "";

  Readings {
    values = Map.copyOf(values);
    failures = List.copyOf(failures);
    without = Set.copyOf(without);
  }

  static Readings failed(ReadFailure failure) {
    return new Readings(Map.of(), List.of(failure), Set.of());
  }

  /**
   * One value.
   *
   * @param atMillis when it was measured, in epoch milliseconds
   */
  record Reading(double value, long atMillis) {}
}
