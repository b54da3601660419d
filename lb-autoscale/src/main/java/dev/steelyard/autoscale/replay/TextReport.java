package dev.steelyard.autoscale.replay;

import dev.steelyard.autoscale.ScalingReason;
import java.util.List;
import java.util.Map;

/** A replay told in lines of text. */
final class TextReport {
  private TextReport() {}

  static String of(ReplayResult result) {
    StringBuilder text = new StringBuilder(1024);
    head(text, result);
    table(text, List.of(result.policy().name()), SummaryTable.rows(List.of(result)));
    reasons(text, result);
    return text.toString();
  }

  static void head(StringBuilder text, ReplayResult result) {
    Trace trace = result.trace();
    text.append(trace.name())
        .append(": ")
        .append(trace.size())
        .append(" × ")
        .append(Words.span(trace.interval()))
        .append(", ")
        .append(Words.time(trace.start()))
        .append(" to ")
        .append(Words.time(trace.end()))
        .append(" UTC\n")
        .append(result.model())
        .append('\n');
    for (String note : trace.notes()) {
      text.append("note: ").append(note).append('\n');
    }
    text.append('\n');
  }

  static void table(StringBuilder text, List<String> names, List<SummaryTable.Row> rows) {
    int widest = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    int column =
        rows.stream()
            .flatMap(row -> row.values().stream())
            .mapToInt(String::length)
            .max()
            .orElse(0);
    for (String name : names) {
      column = Math.max(column, name.length());
    }
    line(text, "", names, widest, column);
    for (SummaryTable.Row row : rows) {
      line(text, row.name(), row.values(), widest, column);
    }
  }

  private static void line(
      StringBuilder text, String name, List<String> values, int widest, int column) {
    text.append(name).append(" ".repeat(widest - name.length()));
    for (String value : values) {
      text.append("  ").append(" ".repeat(column - value.length())).append(value);
    }
    text.append('\n');
  }

  static void reasons(StringBuilder text, ReplayResult result) {
    text.append("\nreasons of ").append(result.policy().name()).append(", decisions with each:");
    Map<ScalingReason, Integer> counts = result.reasonCounts();
    if (counts.isEmpty()) {
      text.append(" none");
    }
    counts.forEach((reason, count) -> text.append(' ').append(reason).append(' ').append(count));
    text.append('\n');
  }
}
