package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.check;
import static dev.steelyard.autoscale.replay.Checks.millis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a load from a CSV file, gzipped if its name ends in {@code .gz}.
 *
 * <p>Each line has a time and a value; other columns are ignored. A first line that has no time is
 * a header. Times are seconds, milliseconds since 1970 (numbers from 10<sup>11</sup>), or {@code
 * yyyy-MM-dd[ HH:mm[:ss[.f]][offset]]}. Lines may come in any order. Values are finite numbers of
 * at least 0; an empty value, {@code NaN} and {@code null} are gaps. Fields are separated by comma,
 * semicolon or tab, whichever comes first, and may be quoted.
 *
 * <p>Not thread-safe: a builder. O(lines) time and memory.
 */
public final class TraceReader {
  /** What a sample that is missing becomes. */
  public enum Gaps {
    /** The sample before it; before the first, the first. The default. */
    HOLD("each is the one before it"),
    /** No load. */
    ZERO("each is 0"),
    /** On the straight line between its neighbours. */
    INTERPOLATE("each is on the line between its neighbours"),
    /** An error. */
    FAIL("an error");

    private final String text;

    Gaps(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** What samples that fall on one interval become. */
  public enum Duplicates {
    /** Their mean: right for rates. The default. */
    MEAN("their mean counts"),
    /** Their sum: right for counts from several sources. */
    SUM("their sum counts"),
    /** The greatest. */
    MAX("the greatest counts"),
    /** The one that comes last in the file. */
    LAST("the last counts"),
    /** An error. */
    FAIL("an error");

    private final String text;

    Duplicates(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private String time = "1";
  private String column = "2";
  private ZoneId zone = ZoneOffset.UTC;
  private @Nullable Duration interval;
  private Gaps gaps = Gaps.HOLD;
  private Duplicates duplicates = Duplicates.MEAN;
  private boolean counting;

  TraceReader() {}

  /**
   * Says which column has the times.
   *
   * @param column its name in the header, or its number from 1; the default is the first
   * @return this
   */
  public TraceReader time(String column) {
    this.time = column(column, "time");
    return this;
  }

  /**
   * Says which column has the values.
   *
   * @param column its name in the header, or its number from 1; the default is the second
   * @return this
   */
  public TraceReader column(String column) {
    this.column = column(column, "column");
    return this;
  }

  private static String column(String column, String knob) {
    check(!column.isBlank(), knob, "'" + column + "'", "a name or a number from 1");
    return column.trim();
  }

  /**
   * Says in which zone times without an offset are meant. Where clocks go back, the first of the
   * two times is taken, where they go forward, a time that does not exist is moved by the gap;
   * {@link #duplicates} and {@link #gaps} decide what follows.
   *
   * @param zone the default is UTC
   * @return this
   */
  public TraceReader zone(ZoneId zone) {
    this.zone = zone;
    return this;
  }

  /**
   * Says how far apart the samples are.
   *
   * @param interval at least 1 ms; the default is the median of the distances in the file
   * @return this
   */
  public TraceReader interval(Duration interval) {
    millis("interval", interval);
    this.interval = interval;
    return this;
  }

  /**
   * Says what becomes of missing samples.
   *
   * @param gaps the default is {@link Gaps#HOLD}
   * @return this
   */
  public TraceReader gaps(Gaps gaps) {
    this.gaps = gaps;
    return this;
  }

  /**
   * Says what becomes of samples that fall on one interval.
   *
   * @param duplicates the default is {@link Duplicates#MEAN}
   * @return this
   */
  public TraceReader duplicates(Duplicates duplicates) {
    this.duplicates = duplicates;
    return this;
  }

  /**
   * Counts the lines instead of reading values: the file is a log with one request per line. The
   * value of an interval is the number of its lines, and 0 where there is none.
   *
   * @param interval the interval to count in
   * @return this
   */
  public TraceReader counting(Duration interval) {
    interval(interval);
    this.counting = true;
    return this;
  }

  /**
   * Reads a file.
   *
   * @param file in UTF-8; its name, without folder and ending, names the trace
   * @return the trace
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if a line is not understood; the message has its number
   */
  public Trace read(Path file) throws IOException {
    try (Reader in = open(file)) {
      return read(in, String.valueOf(file.getFileName()));
    }
  }

  /**
   * Reads text.
   *
   * @param in the text, not closed here
   * @param source what to call it in errors; without its ending, the name of the trace
   * @return the trace
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if a line is not understood; the message has its number
   */
  public Trace read(Reader in, String source) throws IOException {
    CsvLines lines = new CsvLines(new BufferedReader(in), source);
    Timestamps timestamps = new Timestamps(zone);
    Samples samples = new Samples();
    int timeAt = -1;
    int valueAt = -1;
    for (List<String> fields = lines.next(); fields != null; fields = lines.next()) {
      if (timeAt < 0) {
        boolean header = isHeader(fields, timestamps);
        timeAt = find(time, fields, header, lines);
        valueAt = counting ? timeAt : find(column, fields, header, lines);
        if (header) {
          continue;
        }
      }
      if (fields.size() <= Math.max(timeAt, valueAt)) {
        int needed = Math.max(timeAt, valueAt) + 1;
        throw lines.error("has " + fields.size() + " fields, needs " + needed);
      }
      Long at = timestamps.parse(fields.get(timeAt));
      if (at == null) {
        throw lines.error(
            "'" + fields.get(timeAt) + "' is not a time; known are " + Timestamps.FORMS);
      }
      samples.add(at, counting ? 1 : value(fields.get(valueAt), lines));
    }
    return samples.place(source);
  }

  static Reader open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try {
      boolean zipped = file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
      return new InputStreamReader(
          zipped ? new GZIPInputStream(raw) : raw, StandardCharsets.UTF_8.newDecoder());
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  static String stem(String source) {
    String stem = source.replaceFirst("(?i)\\.gz$", "").replaceFirst("\\.[A-Za-z]{1,4}$", "");
    return stem.isBlank() ? "trace" : stem;
  }

  /** Whether the first line names the columns: it has no time where one should be. */
  private boolean isHeader(List<String> fields, Timestamps timestamps) {
    int at = number(time);
    return at < 0 || (at < fields.size() && timestamps.parse(fields.get(at)) == null);
  }

  /** The index of a column given by name or number. A name wins over a number. */
  static int find(String column, List<String> fields, boolean header, CsvLines lines) {
    if (header && fields.contains(column)) {
      return fields.indexOf(column);
    }
    int at = number(column);
    if (at < 0) {
      throw lines.error(
          header
              ? "there is no column '" + column + "' among " + fields
              : "there is no header to find the column '" + column + "' in");
    }
    if (at >= fields.size()) {
      throw lines.error("there is no column " + column + ", only " + fields.size());
    }
    return at;
  }

  private static int number(String column) {
    return column.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(column) - 1 : -1;
  }

  static double value(String text, CsvLines lines) {
    if (text.isEmpty() || text.equalsIgnoreCase("nan") || text.equalsIgnoreCase("null")) {
      return Double.NaN;
    }
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw lines.error("'" + text + "' is not a number");
    }
    if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
      throw lines.error("a load must be finite and at least 0, was " + text);
    }
    return value;
  }

  /** What was read so far. */
  private final class Samples {
    private long[] times = new long[1024];
    private double[] values = new double[1024];
    private int size;

    void add(long at, double value) {
      if (size == times.length) {
        times = Arrays.copyOf(times, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      times[size] = at;
      values[size++] = value;
    }

    Trace place(String source) {
      check(size > 0, source, "empty", "a file with at least one sample");
      long[] at = Arrays.copyOf(times, size);
      double[] read = Arrays.copyOf(values, size);
      String name = stem(source);
      try {
        if (counting) {
          return Grid.count(name, at, millis("interval", interval()));
        }
        long step = interval == null ? median(at) : interval.toMillis();
        return Grid.place(name, at, read, step, gaps, duplicates);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
      }
    }

    private Duration interval() {
      Duration known = interval;
      if (known == null) {
        throw new IllegalStateException("counting without an interval");
      }
      return known;
    }

    private long median(long[] at) {
      long[] sorted = at.clone();
      Arrays.sort(sorted);
      long[] distances = new long[sorted.length];
      int count = 0;
      for (int i = 1; i < sorted.length; i++) {
        if (sorted[i] > sorted[i - 1]) {
          distances[count++] = sorted[i] - sorted[i - 1];
        }
      }
      check(count > 0, "interval", "not set", "set where a file has one time only");
      Arrays.sort(distances, 0, count);
      return distances[count / 2];
    }
  }
}
