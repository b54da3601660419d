package dev.steelyard.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A Markdown table, its columns padded so that the text reads as well as the page. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final int textColumns;

  /**
   * Begins a table.
   *
   * @param textColumns how many of the first columns hold text, aligned left; the others hold
   *     numbers, aligned right
   * @param header the names of the columns
   */
  public Table(int textColumns, String... header) {
    this.textColumns = textColumns;
    row(header);
  }

  /**
   * Adds a row.
   *
   * @param cells as many as there are columns
   * @return this table
   */
  public Table row(String... cells) {
    rows.add(Arrays.asList(cells));
    return this;
  }

  /**
   * Returns whether there is no row.
   *
   * @return whether there is nothing but the header
   */
  public boolean isEmpty() {
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
