package dev.steelyard.benchmarks.simulate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a column of a CSV file: commas, one line each, empty lines and lines that begin
 * with # left out, no quoted commas. The first line may have names.
 */
final class CsvColumn {
  private final Path file;
  private final @Nullable String name;
  private int index;

  private CsvColumn(Path file, @Nullable String name, int index) {
    this.file = file;
    this.name = name;
    this.index = index;
  }

  /** Reads the keys {@code csv} and {@code column}. */
  static double[] read(Fields fields, Path folder) {
    Value csv = fields.need("csv", "the path of a CSV file");
    Path file = csv.to(value -> folder.resolve(value.text()));
    Value column = fields.find("column");
    CsvColumn reader;
    if (column == null) {
      reader = new CsvColumn(file, null, 0);
    } else if (column.node().isTextual()) {
      reader = new CsvColumn(file, column.text(), -1);
    } else if (column.whole() < 1) {
      throw column.refuse("at least 1, or a name");
    } else {
      reader = new CsvColumn(file, null, column.whole() - 1);
    }
    return csv.to(value -> reader.numbers());
  }

  private double[] numbers() {
    DoubleStream.Builder numbers = DoubleStream.builder();
    List<String> lines = lines();
    boolean isFirst = true;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        List<String> cells = cells(line);
        if (!isFirst || !isHead(cells)) {
          numbers.add(number(cells, i + 1));
        }
        isFirst = false;
      }
    }
    double[] found = numbers.build().toArray();
    if (found.length == 0) {
      throw new IllegalArgumentException(file + ": no numbers (expected: at least one)");
    }
    return found;
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read (" + ScenarioFile.why(e) + ")");
    }
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split(",", -1))
        .map(String::strip)
        .map(cell -> cell.replaceAll("^\"(.*)\"$", "$1"))
        .toList();
  }

  private boolean isHead(List<String> cells) {
    if (name != null) {
      index = cells.indexOf(name);
      if (index < 0) {
        throw new IllegalArgumentException(
            file + ": no column \"" + name + "\" (expected: one of " + cells + ")");
      }
      return true;
    }
    return index < cells.size() && Double.isNaN(parsed(cells.get(index)));
  }

  private double number(List<String> cells, int line) {
    String cell = index < cells.size() ? cells.get(index) : "";
    double number = parsed(cell);
    if (!(number >= 0 && number <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          file + ", line " + line + ": \"" + cell + "\" (expected: a number of at least 0)");
    }
    return number;
  }

  private static double parsed(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
