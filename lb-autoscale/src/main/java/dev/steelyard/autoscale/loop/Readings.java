package dev.steelyard.autoscale.loop;

import java.util.List;
import java.util.Map;

/**
 * What is known of one metric: values by instance, and why others are not known. A metric of the
 * pool has its value under {@link #POOL}.
 *
 * @param values the good values
 * @param failures one per value that is missing, or one for all
 */
record Readings(Map<String, Reading> values, List<ReadFailure> failures) {
  /** No label can be empty: Prometheus drops those. */
  static final String POOL = "";

  Readings {
    values = Map.copyOf(values);
    failures = List.copyOf(failures);
  }

  static Readings failed(ReadFailure failure) {
    return new Readings(Map.of(), List.of(failure));
  }

  /**
   * One value.
   *
   * @param atMillis when it was measured, in epoch milliseconds
   */
  record Reading(double value, long atMillis) {}
}
