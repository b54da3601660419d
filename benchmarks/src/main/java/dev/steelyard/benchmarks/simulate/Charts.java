package dev.steelyard.benchmarks.simulate;

import dev.steelyard.benchmarks.simulate.Panel.Line;
import dev.steelyard.benchmarks.simulate.Panel.Scale;
import dev.steelyard.simulator.Sample;
import dev.steelyard.simulator.ServerResult;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Draws how a scenario went with each strategy, while requests came: what happened afterwards,
 * until the last of them was answered, is in the table alone.
 */
final class Charts {
  /** The charts, in the order of the page. */
  enum Kind {
    LATENCY("latency", "Latency"),
    SHARES("shares", "Shares of the servers"),
    IN_FLIGHT("in-flight", "Requests at the servers"),
    EJECTIONS("ejections", "Ejections");

    private final String suffix;
    private final String heading;

    Kind(String suffix, String heading) {
      this.suffix = suffix;
      this.heading = heading;
    }

    String heading() {
      return heading;
    }

    String file(String stem) {
      return stem + '-' + suffix + ".svg";
    }
  }

  private static final Color[] COLORS = {
    new Color(0x0050B0),
    new Color(0xE07B00),
    new Color(0x00916E),
    new Color(0xC2185B),
    new Color(0x7E57C2),
    new Color(0x29A9E1),
    new Color(0x8B6D31),
    new Color(0xB22222),
    new Color(0x7A9A01),
    new Color(0xE78AC3),
    new Color(0x444444),
    new Color(0xE0B400),
  };
  private static final double NONE = 0.5; // a logarithmic axis has no 0
  private static final int MOST_LINES = COLORS.length;
  private static final float THIN = 1.5f;
  private static final float THICK = 3.5f;
  private static final Duration LONG = Duration.ofSeconds(10);

  private final List<Run> runs;

  private Charts(List<Run> runs) {
    this.runs = runs;
  }

  /** Writes all charts of a scenario's runs. */
  static void write(Path directory, String stem, List<Run> runs) throws IOException {
    for (Kind kind : Kind.values()) {
      Drawing.write(directory.resolve(kind.file(stem)), panels(kind, runs));
    }
  }

  /** What there is to see in a chart. */
  static List<Panel> panels(Kind kind, List<Run> runs) {
    Charts charts = new Charts(runs);
    return switch (kind) {
      case LATENCY -> charts.latency();
      case SHARES -> charts.shares();
      case IN_FLIGHT -> charts.inFlight();
      case EJECTIONS -> charts.ejections();
    };
  }

  private List<Panel> latency() {
    boolean isLong =
        runs.stream()
            .flatMap(run -> Series.of(run).samples().stream())
            .anyMatch(sample -> sample.p99().compareTo(LONG) > 0);
    return List.of(
        latency("99th percentile of the latency", Sample::p99, isLong),
        latency("Median of the latency", Sample::p50, isLong));
  }

  private Panel latency(String title, Function<Sample, Duration> percentile, boolean isLong) {
    List<Line> lines =
        perStrategy(
            Series::middles,
            sample ->
                sample.answered() == 0
                    ? Double.NaN
                    : percentile.apply(sample).toNanos() / (isLong ? 1e9 : 1e6));
    return new Panel(title, isLong ? "latency, s" : "latency, ms", Scale.ofPositive(lines), lines);
  }

  private List<Panel> ejections() {
    List<Line> lines = perStrategy(Series::ends, Sample::ejected);
    return List.of(
        new Panel(
            "Servers that are ejected", "servers, summed over clients", Scale.ofAll(lines), lines));
  }

  /** The first strategy is wide, so that it is seen below the others. */
  private List<Line> perStrategy(
      Function<Series, List<Double>> times, Function<Sample, Number> value) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Series series = Series.of(runs.get(i));
      lines.add(
          new Line(
              runs.get(i).strategy(),
              COLORS[i % COLORS.length],
              i == 0 ? THICK : THIN,
              times.apply(series),
              series.samples().stream().map(sample -> value.apply(sample).doubleValue()).toList()));
    }
    return lines;
  }

  private List<Panel> shares() {
    List<List<Line>> lines =
        perServer(
            Series::middles,
            (sample, server) -> {
              long all = sample.attempts().stream().mapToLong(Integer::longValue).sum();
              return all == 0 ? Double.NaN : 100.0 * sample.attempts().get(server) / all;
            });
    Scale scale = Scale.ofAll(lines.stream().flatMap(List::stream).toList());
    return panels("Share of the attempts", "%", scale, lines);
  }

  private List<Panel> inFlight() {
    List<List<Line>> lines =
        perServer(Series::ends, (sample, server) -> sample.inFlight().get(server).doubleValue());
    Scale scale = Scale.ofPositive(lines.stream().flatMap(List::stream).toList());
    if (!scale.isLogarithmic()) {
      return panels("Requests at each server", "requests", scale, lines);
    }
    Scale withNone = new Scale(true, NONE, scale.most());
    return panels("Requests at each server", "requests (" + NONE + ": none)", withNone, lines);
  }

  private List<Panel> panels(String title, String unit, Scale scale, List<List<Line>> lines) {
    List<Panel> panels = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      panels.add(new Panel(title + ", " + runs.get(i).strategy(), unit, scale, lines.get(i)));
    }
    return panels;
  }

  private interface OfServer {
    double value(Sample sample, int server);
  }

  private List<List<Line>> perServer(Function<Series, List<Double>> times, OfServer value) {
    boolean areMany = runs.stream().anyMatch(run -> run.result().servers().size() > MOST_LINES);
    return runs.stream()
        .map(run -> areMany ? spread(run, times, value) : each(run, times, value))
        .toList();
  }

  private static List<Line> each(Run run, Function<Series, List<Double>> times, OfServer value) {
    Series series = Series.of(run);
    List<Line> lines = new ArrayList<>();
    List<ServerResult> servers = run.result().servers();
    for (int i = 0; i < servers.size(); i++) {
      int server = i;
      lines.add(
          new Line(
              servers.get(i).name(),
              COLORS[i],
              THIN,
              times.apply(series),
              series.samples().stream()
                  .map(
                      sample ->
                          server < sample.attempts().size()
                              ? value.value(sample, server)
                              : Double.NaN)
                  .toList()));
    }
    return lines;
  }

  /** Too many servers for a line each. */
  private static List<Line> spread(Run run, Function<Series, List<Double>> times, OfServer value) {
    Series series = Series.of(run);
    List<List<Double>> sorted =
        series.samples().stream()
            .map(
                sample ->
                    IntStream.range(0, sample.attempts().size())
                        .mapToObj(server -> value.value(sample, server))
                        .sorted()
                        .toList())
            .toList();
    String of = " of " + run.result().servers().size() + " servers";
    return List.of(
        new Line(
            "most" + of,
            COLORS[1],
            THIN,
            times.apply(series),
            sorted.stream().map(values -> values.get(values.size() - 1)).toList()),
        new Line(
            "median" + of,
            COLORS[0],
            THICK,
            times.apply(series),
            sorted.stream().map(values -> values.get(values.size() / 2)).toList()),
        new Line(
            "least" + of,
            COLORS[2],
            THIN,
            times.apply(series),
            sorted.stream().map(values -> values.get(0)).toList()));
  }
}
