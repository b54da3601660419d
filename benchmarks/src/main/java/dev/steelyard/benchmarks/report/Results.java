package dev.steelyard.benchmarks.report;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;

/** What was measured, by row. */
final class Results {
  private final Map<Row, Measure> measures;

  Results(Map<Row, Measure> measures) {
    this.measures = Map.copyOf(measures);
  }

  static Results of(Collection<RunResult> runs) {
    Map<Row, Measure> measures = new HashMap<>();
    for (RunResult run : runs) {
      measures.put(Row.of(run.getParams()), Measure.of(run));
    }
    return new Results(measures);
  }

  @Nullable Measure find(Row row) {
    return measures.get(row);
  }

  Collection<Measure> all() {
    return measures.values();
  }
}
