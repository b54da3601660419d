package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.replay.TraceReader.Duplicates;
import dev.steelyard.autoscale.replay.TraceReader.Gaps;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceReaderTest {
  @TempDir Path folder;

  private static Trace read(TraceReader reader, String text) {
    try {
      return reader.read(new StringReader(text), "load.csv");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Trace read(String text) {
    return read(Trace.reader(), text);
  }

  private static double[] values(Trace trace) {
    return IntStream.range(0, trace.size()).mapToDouble(trace::value).toArray();
  }

  private static String error(TraceReader reader, String text) {
    return assertThrows(IllegalArgumentException.class, () -> read(reader, text)).getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2014-04-01 00:00:00      | 2014-04-01 00:05:00",
        "2014-04-01 00:00         | 2014-04-01 00:05",
        "2014-04-01T00:00:00Z     | 2014-04-01T00:05:00Z",
        "2014-04-01T00:00:00.000  | 2014-04-01T00:05:00.000",
        "2014-04-01T02:00:00+02:00| 2014-04-01T02:05:00+02:00",
        "2014-04-01 02:00:00 +0200| 2014-04-01 02:05:00 +0200",
        "1396310400               | 1396310700",
        "1396310400000            | 1396310700000",
        "1.3963104e9              | 1396310700.0",
      })
  void readsEveryFormOfTime(String first, String second) {
    Trace trace = read("timestamp,value\n" + first + ",1\n" + second + ",2\n");
    assertEquals(Instant.parse("2014-04-01T00:00:00Z"), trace.start());
    assertEquals(Duration.ofMinutes(5), trace.interval());
    assertArrayEquals(new double[] {1, 2}, values(trace));
  }

  @Test
  void readsDaysInTheZoneThatIsGiven() {
    Trace trace =
        read(
            Trace.reader().zone(ZoneId.of("Europe/Berlin")),
            "\"ds\",\"y\"\n\"2014-07-01\",1\n\"2014-07-02\",2\n");
    assertEquals(Instant.parse("2014-06-30T22:00:00Z"), trace.start());
    assertEquals(Duration.ofDays(1), trace.interval());
  }

  @Test
  void needsNoHeader() {
    assertArrayEquals(new double[] {5, 6, 7}, values(read("0,5\n10,6\n20,7\n")));
  }

  @Test
  void findsColumnsByNameOrNumberInTextWithTabsOrSemicolons() {
    String text = "# a comment\nhost;load;when\na;7;0\n\nb;8;60\n";
    assertArrayEquals(
        new double[] {7, 8}, values(read(Trace.reader().time("when").column("load"), text)));
    assertArrayEquals(
        new double[] {7, 8},
        values(read(Trace.reader().time("3").column("2"), text.replace(';', '\t'))));
  }

  @Test
  void readsQuotedFieldsAndAByteOrderMark() {
    assertArrayEquals(
        new double[] {1, 2},
        values(read("\uFEFFtime,\"the \"\"load\"\", total\"\n0,1\n60,\"2\"\n")));
  }

  @Test
  void sortsLinesByTheirTime() {
    assertArrayEquals(new double[] {1, 2, 3}, values(read("t,v\n60,2\n0,1\n120,3\n")));
  }

  @Test
  void fillsGapsAsToldAndSaysSo() {
    String text = "t,v\n0,2\n60,4\n120,\n180,NaN\n300,10\n";
    assertArrayEquals(new double[] {2, 4, 4, 4, 4, 10}, values(read(text)));
    assertEquals(
        List.of("3 of 6 samples were missing: each is the one before it."), read(text).notes());
    assertArrayEquals(
        new double[] {2, 4, 0, 0, 0, 10}, values(read(Trace.reader().gaps(Gaps.ZERO), text)));
    assertArrayEquals(
        new double[] {2, 4, 5.5, 7, 8.5, 10},
        values(read(Trace.reader().gaps(Gaps.INTERPOLATE), text)),
        1e-9);
    assertEquals(
        "load.csv: no sample at 1970-01-01T00:02:00Z", error(Trace.reader().gaps(Gaps.FAIL), text));
  }

  @Test
  void holdsTheFirstSampleBeforeItAndTheLastAfterIt() {
    assertArrayEquals(new double[] {4, 4, 5, 5}, values(read("t,v\n0,\n60,4\n120,5\n180,null\n")));
  }

  @Test
  void mergesDuplicatesAsToldAndSaysSo() {
    String text = "t,v\n0,1\n60,2\n60,6\n60,1\n120,3\n180,3\n";
    assertArrayEquals(new double[] {1, 3, 3, 3}, values(read(text)), 1e-12);
    assertEquals(List.of("2 samples fell on others: their mean counts."), read(text).notes());
    assertEquals(9, read(Trace.reader().duplicates(Duplicates.SUM), text).value(1));
    assertEquals(6, read(Trace.reader().duplicates(Duplicates.MAX), text).value(1));
    assertEquals(1, read(Trace.reader().duplicates(Duplicates.LAST), text).value(1));
    assertEquals(
        "load.csv: two samples at 1970-01-01T00:01:00Z",
        error(Trace.reader().duplicates(Duplicates.FAIL), text));
  }

  @Test
  void putsSamplesThatDriftOnTheNearestInterval() {
    Trace trace = read("t,v\n0,1\n61,2\n119,3\n180,4\n241,5\n");
    // the median distance is 61 s, so the grid is 0, 61, 122, 183, 244
    assertArrayEquals(new double[] {1, 2, 3, 4, 5}, values(trace));
  }

  @Test
  void countsTheLinesOfALog() {
    Trace trace =
        read(
            Trace.reader().counting(Duration.ofMinutes(1)),
            "TIMESTAMP,tokens\n2023-11-16 18:17:03.9799600,10\n2023-11-16 18:17:59.1,4\n"
                + "2023-11-16 18:19:00,4\n");
    assertEquals(Instant.parse("2023-11-16T18:17:00Z"), trace.start());
    assertArrayEquals(new double[] {2, 0, 1}, values(trace));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "t,v\\n0,1\\nx,2          | load.csv, line 3: 'x' is not a time",
        "t,v\\n0,1\\n60,x         | load.csv, line 3: 'x' is not a number",
        "t,v\\n0,1\\n60,-2        | load.csv, line 3: a load must be finite and at least 0, was -2",
        "t,v\\n0,1\\n60,1e999     | load.csv, line 3: a load must be finite and at least 0, was 1e",
        "t,v\\n0,1\\n60           | load.csv, line 3: has 1 fields, needs 2",
        "t,v\\n0,\"1\\n60,2       | load.csv, line 2: a quote is not closed",
        "t,v\\n2014-13-01,1       | load.csv, line 2: '2014-13-01' is not a time",
        "t\\n0                    | load.csv, line 1: there is no column 2, only 1",
        "t,v                      | load.csv must be a file with at least one sample",
        "t,v\\n0,1                | load.csv: interval must be set where a file has one time only",
        "t,v\\n0,1\\n1,1\\n2,1\\n90000000000,1 | load.csv: the span must be at most 50000000 intervals",
      })
  void saysWhichLineIsWrongAndWhy(String text, String message) {
    String error = error(Trace.reader(), text.replace("\\n", "\n"));
    assertTrue(error.startsWith(message), error);
  }

  @Test
  void namesTheColumnsWhenOneIsNotFound() {
    assertEquals(
        "load.csv, line 1: there is no column 'rps' among [t, v]",
        error(Trace.reader().column("rps"), "t,v\n0,1\n"));
    assertEquals(
        "load.csv, line 1: there is no header to find the column 'rps' in",
        error(Trace.reader().column("rps"), "0,1\n"));
  }

  @Test
  void readsGzippedFiles() throws IOException {
    Path file = folder.resolve("day.csv.gz");
    try (var out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write("t,v\n0,1\n60,2\n");
    }
    Trace trace = Trace.read(file);
    assertEquals("day", trace.name());
    assertArrayEquals(new double[] {1, 2}, values(trace));
  }

  @Test
  void readsColumnsAsIntervals() throws IOException {
    Path file = folder.resolve("functions.csv");
    Files.writeString(file, "App,Function,1,2,3\na,f,1,2,3\na,g,10,20,30\n");
    assertArrayEquals(
        new double[] {11, 22, 33}, values(Trace.readWide(file, Duration.ofMinutes(1), null)));
    Trace one = Trace.readWide(file, Duration.ofMinutes(1), "g");
    assertArrayEquals(new double[] {10, 20, 30}, values(one));
    assertEquals(Duration.ofMinutes(1), one.interval());
    assertEquals(
        "functions.csv: there is no row with a field 'h'",
        assertThrows(
                IllegalArgumentException.class,
                () -> Trace.readWide(file, Duration.ofMinutes(1), "h"))
            .getMessage());
  }
}
