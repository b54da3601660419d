package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.replay.Trace;
import dev.steelyard.autoscale.replay.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which load is replayed, and how it is read. */
final class LoadOptions {
  @Option(
      names = "--trace",
      required = true,
      paramLabel = "FILE",
      description = "the load: CSV of time and value, may be .gz")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(names = "--time", paramLabel = "COLUMN", description = "name or number; default 1")
  private @Nullable String time;

  @Option(names = "--column", paramLabel = "COLUMN", description = "name or number; default 2")
  private @Nullable String column;

  @Option(names = "--zone", description = "of times without an offset; default UTC")
  private @Nullable ZoneId zone;

  @Option(names = "--interval", description = "between samples; default: as in the file")
  private @Nullable Duration interval;

  @Option(names = "--gaps", description = "${COMPLETION-CANDIDATES}; default HOLD")
  private TraceReader.@Nullable Gaps gaps;

  @Option(names = "--duplicates", description = "${COMPLETION-CANDIDATES}; default MEAN")
  private TraceReader.@Nullable Duplicates duplicates;

  @Option(
      names = "--count",
      paramLabel = "INTERVAL",
      description = "count the lines per interval: the file is a log of requests")
  private @Nullable Duration count;

  @Option(
      names = "--wide",
      paramLabel = "INTERVAL",
      description = "the columns named 1, 2, 3, ... are intervals of this length")
  private @Nullable Duration wide;

  @Option(
      names = "--row",
      paramLabel = "FIELD",
      description = "with --wide: only rows with this field; default: the sum of all")
  private @Nullable String row;

  @Option(names = "--exp", description = "the values are natural logarithms")
  private boolean exp;

  @Option(names = "--scale", paramLabel = "FACTOR", description = "multiply the load")
  private @Nullable Double scale;

  @Option(
      names = "--utilization-of",
      paramLabel = "N",
      description = "the values are percent of N instances with the --capacity")
  private @Nullable Integer utilizationOf;

  @Option(names = "--from", paramLabel = "TIME", description = "only from then on, ISO-8601")
  private @Nullable Instant from;

  @Option(names = "--to", paramLabel = "TIME", description = "only before then, ISO-8601")
  private @Nullable Instant to;

  @Option(names = "--tick", description = "decide so often; default: the interval of the trace")
  private @Nullable Duration tick;

  Trace load(double capacity) throws IOException {
    Trace trace = read();
    if (exp) {
      trace = trace.map(Math::exp);
    }
    if (utilizationOf != null) {
      trace = trace.asUtilizationOf(utilizationOf, capacity);
    }
    if (scale != null) {
      trace = trace.scale(scale);
    }
    if (from != null || to != null) {
      trace = trace.slice(from == null ? trace.start() : from, to == null ? trace.end() : to);
    }
    return tick == null ? trace : trace.resample(tick);
  }

  private Trace read() throws IOException {
    if (wide != null) {
      return Trace.readWide(file, wide, row);
    }
    if (row != null) {
      throw new IllegalArgumentException("--row needs --wide");
    }
    TraceReader reader = Trace.reader();
    if (time != null) {
      reader.time(time);
    }
    if (column != null) {
      reader.column(column);
    }
    if (zone != null) {
      reader.zone(zone);
    }
    if (interval != null) {
      reader.interval(interval);
    }
    if (gaps != null) {
      reader.gaps(gaps);
    }
    if (duplicates != null) {
      reader.duplicates(duplicates);
    }
    if (count != null) {
      reader.counting(count);
    }
    return reader.read(file);
  }
}
