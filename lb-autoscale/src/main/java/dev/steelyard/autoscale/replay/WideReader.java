package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.millis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file whose columns are intervals and whose rows are sources, as Azure publishes the
 * invocations of functions: the columns that are named 1, 2, 3, … hold one interval each. Times
 * begin at 1970-01-01T00:00Z.
 */
final class WideReader {
  private WideReader() {}

  /**
   * Reads one row, or the sum of all.
   *
   * @param key a field that the row has among those before its first interval, or null for all rows
   */
  static Trace read(Path file, Duration interval, @Nullable String key) throws IOException {
    String source = String.valueOf(file.getFileName());
    try (Reader in = TraceReader.open(file)) {
      CsvLines lines = new CsvLines(new BufferedReader(in), source);
      List<String> header = lines.next();
      int first = header == null ? -1 : header.indexOf("1");
      if (header == null || first < 0) {
        throw new IllegalArgumentException(source + ": there is no column named 1");
      }
      double[] sum = new double[header.size() - first];
      int rows = 0;
      for (List<String> row = lines.next(); row != null; row = lines.next()) {
        if (row.size() != header.size()) {
          throw lines.error("has " + row.size() + " fields, the header has " + header.size());
        }
        if (key == null || row.subList(0, first).contains(key)) {
          rows++;
          add(sum, row, first, lines);
        }
      }
      if (rows == 0) {
        throw new IllegalArgumentException(
            source + ": there is no row" + (key == null ? "" : " with a field '" + key + "'"));
      }
      List<String> notes = new ArrayList<>();
      if (rows > 1) {
        notes.add(rows + " rows were added up.");
      }
      return new Trace(TraceReader.stem(source), 0, millis("interval", interval), sum, notes);
    }
  }

  private static void add(double[] sum, List<String> row, int first, CsvLines lines) {
    for (int i = 0; i < sum.length; i++) {
      double value = TraceReader.value(row.get(first + i), lines);
      if (Double.isNaN(value)) {
        throw lines.error("column " + (first + i + 1) + " has no value");
      }
      sum[i] += value;
    }
  }
}
