package dev.steelyard.benchmarks.report;

import static dev.steelyard.benchmarks.report.Comparison.PICK;
import static dev.steelyard.benchmarks.report.Comparison.REQUEST;

import dev.steelyard.benchmarks.http.HttpOverhead;
import dev.steelyard.benchmarks.http.PairedRatios;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes down what was measured, as Markdown. */
final class Report {
  private final Results results;
  private final HttpOverhead.Result http;
  private final Suite suite;

  Report(Results results, HttpOverhead.Result http, Suite suite) {
    this.results = results;
    this.http = http;
    this.suite = suite;
  }

  String render(String date, String command, Map<String, String> machine) {
    StringBuilder text = new StringBuilder();
    text.append(
        "# What picking costs\n\nMade by the command below; do not edit. Raw figures: `jmh.json`.\n\n");
    Table conditions = new Table(2, "", "");
    conditions.row("date", date).row("command", "`" + command + "`");
    machine.forEach(conditions::row);
    conditions.row("JMH", suite.describe());
    text.append(conditions);
    text.append("\n## Goals\n\n").append(goals());
    text.append(
            "\nThe last line is not JMH's: see \"HTTP\". Growth has no figure in the goals, which say\n")
        .append(
            "\"flat where the floor is flat\"; judged is how many times more a row grows from the smallest to\n")
        .append("the largest number of instances than its floor does.\n");
    text.append("\n## Noise\n\n").append(noise());
    for (Strategy strategy : Strategy.values()) {
      text.append("\n## ").append(strategy.label()).append("\n\n").append(strategy(strategy));
    }
    text.append("\n## Floors\n\n").append(floors());
    text.append("\n## HTTP\n\n").append(http());
    return text.toString();
  }

  private Table goals() {
    Table table = new Table(4, "what", "goal", "measured", "");
    for (Goal goal : new Goals(results, suite.sizes()).all(http)) {
      table.row(goal.subject(), goal.goal(), goal.measured(), goal.verdict());
    }
    return table;
  }

  private String noise() {
    double[] noise = results.all().stream().mapToDouble(Measure::noise).sorted().toArray();
    double loud = noise[(int) (noise.length * 0.9)];
    return String.format(
        Locale.ROOT,
        """
        A row is its median iteration; ± is half the range of its iterations. In half of the rows that is
        at most %s, in nine of ten at most %s. Two JVMs may differ by 20 %% more, as their compilers decide
        differently. With 2 threads whatever is written by both moves by 2 to 5 times with where the host
        has put the cores, the floors included. Requests end at once here, so hardly anything is in flight
        when another one picks.
        """,
        Numbers.percent(noise[noise.length / 2]),
        Numbers.percent(loud));
  }

  private String strategy(Strategy strategy) {
    Table table =
        new Table(
            2,
            "what",
            "weights",
            "instances",
            "threads",
            "ns/op",
            "±",
            "B/op",
            "floor ns",
            "ratio");
    for (String method : List.of(PICK, REQUEST)) {
      for (Weights weights : Weights.values()) {
        for (int threads : Suite.THREADS) {
          for (int size : suite.sizes()) {
            Comparison row = Comparison.of(results, method, strategy, weights, size, threads);
            if (row != null) {
              addRow(table, method, weights, size, threads, row);
            }
          }
        }
      }
    }
    StringBuilder text = new StringBuilder().append(table).append('\n');
    for (Weights weights : Weights.values()) {
      text.append(name(PICK))
          .append(", ")
          .append(name(weights))
          .append(" weights: the floor is ")
          .append(Comparison.floor(PICK, strategy, weights).label())
          .append(".\n");
    }
    text.append(name(REQUEST))
        .append(": the floor is ")
        .append(Comparison.floor(REQUEST, strategy, Weights.EQUAL).label())
        .append(".\n");
    return text.append(clockShare(strategy)).toString();
  }

  private static void addRow(
      Table table, String method, Weights weights, int size, int threads, Comparison row) {
    Double floor = row.floorNanos();
    table.row(
        name(method),
        name(weights),
        Integer.toString(size),
        Integer.toString(threads),
        Numbers.nanos(row.measure().nanos()),
        Numbers.nanos(row.measure().halfRange()),
        Numbers.bytes(row.measure().bytes()),
        floor == null ? "-" : Numbers.nanos(floor),
        floor == null ? "-" : Numbers.ratio(row.ratio()));
  }

  /** Where the clock is read for each pick: what is left without. */
  private String clockShare(Strategy strategy) {
    if (strategy != Strategy.PEAK_EWMA) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            "pick reads the clock once, as the balancer does; at a fixed time instead:");
    for (int size : suite.sizes()) {
      Measure fixed = results.find(Row.pick("pickWithoutClock", strategy, Weights.EQUAL, size, 1));
      if (fixed != null) {
        text.append(' ')
            .append(Numbers.nanos(fixed.nanos()))
            .append(" ns at ")
            .append(size)
            .append(',');
      }
    }
    text.setCharAt(text.length() - 1, '.');
    return text.append('\n').toString();
  }

  private Table floors() {
    Table table = new Table(1, "floor", "instances", "threads", "ns/op", "±", "B/op");
    for (int threads : Suite.THREADS) {
      for (String clock : List.of("oneRead", "twoReads")) {
        addFloor(table, "clock " + clock, "", threads, Row.clock(clock, threads));
      }
      for (String floor :
          List.of(
              "roundRobin",
              "random",
              "alias",
              "aliasOneDraw",
              "twoReads",
              "twoChoices",
              "twoChoicesOneDraw")) {
        for (int size : suite.sizes()) {
          addFloor(table, floor, Integer.toString(size), threads, Row.floor(floor, size, threads));
        }
      }
    }
    return table;
  }

  private void addFloor(Table table, String floor, String size, int threads, Row row) {
    Measure measure = results.find(row);
    if (measure != null) {
      table.row(
          floor,
          size,
          Integer.toString(threads),
          Numbers.nanos(measure.nanos()),
          Numbers.nanos(measure.halfRange()),
          Numbers.bytes(measure.bytes()));
    }
  }

  private String http() {
    PairedRatios ratios = http.ratios();
    return String.format(
        Locale.ROOT,
        """
        `BalancedHttpClient` takes %.3f times as long per request as the bare `HttpClient` (with 95 %%
        confidence between %.3f and %.3f): the median of %d pairs of blocks, measured in turns, one
        thread, HTTP/1.1 over kept connections to one loopback server in a JVM of its own. Fastest block:
        %.1f us bare, %.1f us balanced.
        """,
        ratios.median(),
        ratios.low(),
        ratios.high(),
        ratios.pairs(),
        http.bareMicros(),
        http.balancedMicros());
  }

  private static String name(String method) {
    return method.equals(PICK) ? "pick" : "acquire + complete";
  }

  private static String name(Weights weights) {
    return weights.name().toLowerCase(Locale.ROOT);
  }
}
