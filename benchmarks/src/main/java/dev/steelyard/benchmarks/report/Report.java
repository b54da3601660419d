package dev.steelyard.benchmarks.report;

import static dev.steelyard.benchmarks.report.Comparison.PICK;
import static dev.steelyard.benchmarks.report.Comparison.REQUEST;

import dev.steelyard.benchmarks.peer.PeerRow;
import dev.steelyard.benchmarks.peer.Versions;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes down what was measured, as Markdown, and draws it. */
final class Report {
  private final Archive archive;
  private final Results results;
  private final List<Integer> sizes;
  private final List<Integer> sizesOfTwo;

  Report(Archive archive) {
    this.archive = archive;
    this.results = archive.results();
    this.sizes = sizes(1);
    this.sizesOfTwo = sizes(2);
  }

  /** The numbers of instances that were measured with so many threads. */
  private List<Integer> sizes(int threads) {
    TreeSet<Integer> found = new TreeSet<>();
    for (Row row : results.byRow().keySet()) {
      String size = row.parameters().get("instances");
      if (row.threads() == threads && size != null) {
        found.add(Integer.valueOf(size));
      }
    }
    return List.copyOf(found);
  }

  String render(Path directory) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("# What picking and guarding cost\n\n");
    text.append("Made by the commands below; do not edit. Raw figures: `jmh.json`.\n\n");
    text.append(conditions());
    text.append("\n## Goals\n\n").append(goals());
    text.append(
            "\nThe last line is not JMH's: see \"HTTP\". Growth has no figure in the goals, which say\n")
        .append(
            "\"flat where the floor is flat\"; judged is how many times more a row grows from the smallest to\n")
        .append("the largest number of instances than its floor does.\n");
    text.append("\n## Noise\n\n").append(noise());
    families(text, directory);
    text.append(new GuardPart(results).render());
    text.append(updates());
    text.append(memory());
    for (Strategy strategy : Strategy.values()) {
      text.append(strategy(strategy));
    }
    text.append(clocks());
    text.append(http());
    return text.toString();
  }

  /** What all sections share, and when and how each was measured. */
  private String conditions() {
    Map<String, String> machine = Map.of();
    Table sittings = new Table(4, "section", "date", "JMH", "command");
    for (Map.Entry<Section, Sitting> entry : archive.sittings().entrySet()) {
      Sitting sitting = entry.getValue();
      if (!machine.isEmpty() && !machine.equals(sitting.machine())) {
        throw new IllegalStateException(
            entry.getKey() + " was measured elsewhere than the rest: " + sitting.machine());
      }
      machine = sitting.machine();
      sittings.row(
          entry.getKey().label(),
          sitting.date(),
          sitting.settings(),
          "`" + sitting.command() + "`");
    }
    Table table = new Table(2, "", "");
    machine.forEach(table::row);
    table.row("peers", Versions.describe());
    return table + "\n" + sittings;
  }

  private void families(StringBuilder text, Path directory) throws IOException {
    for (Section section : Section.values()) {
      if (section.family() == null || !archive.sittings().containsKey(section)) {
        continue;
      }
      FamilyPart part = new FamilyPart(results, section, section.family(), sizes, sizesOfTwo);
      Plots.draw(directory.resolve(part.plotName()), part.title(), part.lines());
      text.append("\n## ").append(part.title()).append("\n\n");
      text.append("![").append(part.title()).append("](").append(part.plotName()).append(")\n\n");
      text.append(part.table());
    }
    text.append(
        """

        A pick chooses; a request is a pick and the request's beginning and successful end. Of the peers a
        request is measured where the pick depends on it, a pick elsewhere. Peers that look at every
        instance for each pick are measured at 10 and 1000 only. Keys are 65 536 random ones, so that no
        search is predicted. gRPC and ServiceTalk pick from connections that are ready at once, Dubbo from
        invokers and Vert.x from endpoints that do nothing; Spring is waited for as its blocking client
        waits. Every balancer was seen to pick as often as it promises before it was measured.
        """);
  }

  private String updates() {
    List<String> header = new ArrayList<>(List.of("who", "what changes"));
    sizes.forEach(size -> header.add("us at " + size));
    header.add("kB at " + (sizes.isEmpty() ? "-" : sizes.get(sizes.size() - 1)));
    Table table = new Table(2, header.toArray(String[]::new));
    for (Strategy strategy : Strategy.values()) {
      for (String change : List.of("instance", "weight")) {
        List<Measure> row = new ArrayList<>();
        sizes.forEach(size -> row.add(results.find(Row.update(strategy, change, size))));
        addUpdate(table, "**" + strategy.label() + "**", change, row);
      }
    }
    for (PeerRow peer : PeerRow.values()) {
      List<Measure> row = new ArrayList<>();
      sizes.forEach(size -> row.add(results.find(Row.update(peer, size))));
      addUpdate(table, peer.label(), "instance", row);
    }
    return table.isEmpty()
        ? ""
        : "\n## Changes of the instances\n\n"
            + table
            + """

            One instance comes or goes, or its weight changes. Ours from the registry until the balancer picks
            by it, endpoints and statistics included; the peers' from a ready list of addresses.
            """;
  }

  private static void addUpdate(
      Table table, String who, String change, List<@Nullable Measure> row) {
    if (row.stream().anyMatch(measure -> measure != null)) {
      List<String> cells = new ArrayList<>(List.of(who, change));
      row.forEach(
          measure -> cells.add(measure == null ? "" : Numbers.nanos(measure.nanos() / 1000)));
      Measure last = row.get(row.size() - 1);
      cells.add(last == null ? "" : Numbers.nanos(last.bytes() / 1000));
      table.row(cells.toArray(String[]::new));
    }
  }

  private String memory() {
    Table table = new Table(1, "what", "bytes per instance");
    archive.bytesPerInstance().forEach((what, bytes) -> table.row(what, Numbers.bytes(bytes)));
    return table.isEmpty()
        ? ""
        : "\n## Memory\n\n"
            + table
            + "\nThe heap after a collection, with "
            + ReportCommand.WEIGHED
            + " instances and without; a balancer without its registry, after a request to each.\n";
  }

  private Table goals() {
    Table table = new Table(4, "what", "goal", "measured", "");
    for (Goal goal : new Goals(results, sizes, sizesOfTwo).all(archive.http())) {
      table.row(goal.subject(), goal.goal(), goal.measured(), goal.verdict());
    }
    return table;
  }

  private String noise() {
    double[] noise =
        results.byRow().values().stream().mapToDouble(Measure::noise).sorted().toArray();
    if (noise.length == 0) {
      return "";
    }
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
          for (int size : sizes) {
            Comparison row = Comparison.of(results, method, strategy, weights, size, threads);
            if (row != null) {
              addRow(table, method, weights, size, threads, row);
            }
          }
        }
      }
    }
    if (table.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\n## ").append(strategy.label()).append("\n\n");
    text.append(table).append('\n');
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
    StringBuilder text =
        new StringBuilder(
            "pick reads the clock once, as the balancer does; at a fixed time instead:");
    int length = text.length();
    for (int size : sizes) {
      Measure fixed = results.find(Row.pick("pickWithoutClock", strategy, Weights.EQUAL, size, 1));
      if (fixed != null) {
        text.append(' ')
            .append(Numbers.nanos(fixed.nanos()))
            .append(" ns at ")
            .append(size)
            .append(',');
      }
    }
    if (text.length() == length) {
      return "";
    }
    text.setCharAt(text.length() - 1, '.');
    return text.append('\n').toString();
  }

  private String clocks() {
    Table table = new Table(1, "clock", "threads", "ns/op", "±");
    for (int threads : Suite.THREADS) {
      for (String clock : List.of("oneRead", "twoReads")) {
        Measure measure = results.find(Row.clock(Section.LEAST_LOADED, clock, threads));
        if (measure != null) {
          table.row(
              clock,
              Integer.toString(threads),
              Numbers.nanos(measure.nanos()),
              Numbers.nanos(measure.halfRange()));
        }
      }
    }
    return table.isEmpty() ? "" : "\n## Clock\n\n" + table;
  }

  private String http() {
    Http http = archive.http();
    if (http == null) {
      return "";
    }
    return "\n## HTTP\n\n"
        + String.format(
            Locale.ROOT,
            """
        `BalancedHttpClient` takes %.3f times as long per request as the bare `HttpClient` (with 95 %%
        confidence between %.3f and %.3f): the median of %d pairs of blocks, measured in turns, one
        thread, HTTP/1.1 over kept connections to one loopback server in a JVM of its own. Fastest block:
        %.1f us bare, %.1f us balanced.
        """,
            http.ratio(),
            http.low(),
            http.high(),
            http.pairs(),
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
