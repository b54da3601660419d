package dev.steelyard.benchmarks.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;

/** What was measured, by row, in the order in which it was. */
final class Results {
  private final Map<Row, Measure> measures = new LinkedHashMap<>();

  Results(Map<Row, Measure> measures) {
    this.measures.putAll(measures);
  }

  static Results of(Section section, Collection<RunResult> runs) {
    Map<Row, Measure> measures = new LinkedHashMap<>();
    for (RunResult run : runs) {
      measures.put(Row.of(section, run.getParams()), Measure.of(run));
    }
    return new Results(measures);
  }

  /** Takes over a section that was measured anew, in place of what there was. */
  Results with(Section section, Results anew) {
    Map<Row, Measure> merged = new LinkedHashMap<>(measures);
    merged.keySet().removeIf(row -> row.section() == section);
    merged.putAll(anew.measures);
    return new Results(merged);
  }

  @Nullable Measure find(Row row) {
    return measures.get(row);
  }

  Map<Row, Measure> byRow() {
    return measures;
  }
}
