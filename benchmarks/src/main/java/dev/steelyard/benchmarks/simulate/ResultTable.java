package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.ServerResult;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A scenario's results for people: a row per strategy, then one per figure published elsewhere. */
final class ResultTable {
  private static final String UNKNOWN = "-";

  private final List<List<String>> rows = new ArrayList<>();

  private ResultTable() {}

  static String of(List<Run> runs) {
    return of(runs, Map.of());
  }

  static String of(List<Run> runs, Map<String, Published> published) {
    ResultTable table = new ResultTable();
    table.rows.add(
        List.of(
            "strategy",
            "success %",
            "mean ms",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "attempts",
            "busy s",
            "highest share",
            "lowest share"));
    runs.forEach(run -> table.add(run.strategy(), run.result()));
    published.forEach(table::add);
    return table.toString();
  }

  private void add(String strategy, SimulationResult result) {
    // Of equals, the first has the highest share and the last the lowest.
    List<ServerResult> byShare =
        result.servers().stream()
            .sorted(Comparator.comparingDouble(ServerResult::share).reversed())
            .toList();
    rows.add(
        List.of(
            strategy,
            decimal(3, result.successPercent()),
            decimal(2, result.meanSeconds() * 1e3),
            millis(result, 50),
            millis(result, 99),
            millis(result, 99.9),
            decimal(3, result.attemptsPerRequest()),
            decimal(0, ResultsJson.busySeconds(result)),
            share(byShare.get(0)),
            share(byShare.get(byShare.size() - 1))));
  }

  private void add(String name, Published figures) {
    rows.add(
        List.of(
            name + " (published)",
            decimal(3, figures.successPercent()),
            decimal(2, figures.clientMeanSeconds() * 1e3),
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            Double.isNaN(figures.serverBusySeconds())
                ? UNKNOWN
                : decimal(0, figures.serverBusySeconds()),
            UNKNOWN,
            UNKNOWN));
  }

  private static String millis(SimulationResult result, double percent) {
    return decimal(2, result.percentile(percent).toNanos() / 1e6);
  }

  private static String share(ServerResult server) {
    return server.name() + ' ' + decimal(2, 100 * server.share()) + " %";
  }

  private static String decimal(int decimals, double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringJoiner line = new StringJoiner("  ", "", "\n");
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.add(i == 0 ? row.get(i) + padding : padding + row.get(i));
      }
      text.append(line);
    }
    return text.toString();
  }
}
