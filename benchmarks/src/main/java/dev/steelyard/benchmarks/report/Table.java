package dev.steelyard.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A Markdown table, its columns padded so that the text reads as well as the page. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final int textColumns;

  /** The first columns hold text, aligned left; the others numbers, aligned right. */
  Table(int textColumns, String... header) {
    this.textColumns = textColumns;
    row(header);
  }

  Table row(String... cells) {
    rows.add(Arrays.asList(cells));
    return this;
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(Math.max(widths[i], 3), row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      text.append('|');
      for (int i = 0; i < columns; i++) {
        String cell = rows.get(r).get(i);
        String padding = " ".repeat(widths[i] - cell.length());
        text.append(' ').append(i < textColumns ? cell + padding : padding + cell).append(" |");
      }
      text.append('\n');
      if (r == 0) {
        text.append('|');
        for (int i = 0; i < columns; i++) {
          String dashes = "-".repeat(widths[i] + 1);
          text.append(i < textColumns ? dashes + "-" : dashes + ":").append('|');
        }
        text.append('\n');
      }
    }
    return text.toString();
  }
}
