package dev.steelyard.autoscale.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of separated fields, with quotes (RFC 4180, but a field ends with its line). Blank
 * lines and lines that begin with {@code #} are skipped. The separator is the tab, semicolon or
 * comma that comes first in the first line.
 */
final class CsvLines {
  private final BufferedReader in;
  private final String source;
  private char separator;
  private int number;

  CsvLines(BufferedReader in, String source) {
    this.in = in;
    this.source = source;
  }

  /** The next line's fields, or null at the end. */
  @Nullable List<String> next() throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      if (number == 1 && line.startsWith("\uFEFF")) {
        line = line.substring(1);
      }
      if (!line.isBlank() && line.charAt(0) != '#') {
        if (separator == 0) {
          separator = firstSeparator(line);
        }
        return split(line);
      }
    }
    return null;
  }

  IllegalArgumentException error(String what) {
    return new IllegalArgumentException(source + ", line " + number + ": " + what);
  }

  private static char firstSeparator(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      quoted ^= c == '"';
      if (!quoted && (c == ',' || c == ';' || c == '\t')) {
        return c;
      }
    }
    return ',';
  }

  private List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        fields.add(field.toString().trim());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw error("a quote is not closed");
    }
    fields.add(field.toString().trim());
    return fields;
  }
}
