package dev.steelyard.benchmarks.simulate.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.benchmarks.simulate.study.Crowd.Outcome;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Many clients, many servers, with and without a part of the fleet for each client. */
final class ScalePart implements StudyPart {
  /** More are not simulated: with what an endpoint takes, these are some GB. */
  static final long MOST_ENDPOINTS = 2_000_000;

  /** From so many endpoints on, runs take turns, so that there is one of them in the heap. */
  private static final long MANY_ENDPOINTS = 300_000;

  private static final int MOST_REQUESTS = 1_500_000;
  private static final int REQUESTS_PER_SERVER = 400;
  private static final List<Integer> CLIENTS = List.of(10, 100, 1_000);
  private static final List<Integer> SERVERS = List.of(10, 100, 1_000, 10_000);

  /** As many as this have no queue that is worth the name, so more need not be simulated. */
  private static final int LARGEST_CENTRAL = 1_000;

  private static final int QUICK_LARGEST = 100;

  @Override
  public String key() {
    return "c";
  }

  @Override
  public String title() {
    return "Scale: 10 to 1 000 clients, 10 to 10 000 servers";
  }

  @Override
  public PartResult run(StudyContext context) {
    Map<Integer, SimulationResult> central = central(context);
    List<Outcome> grid = grid(context);
    SubsetCurves curves = SubsetCurves.run(context);
    Herd herd = Herd.run(context);
    ObjectNode json = Figures.object();
    json(json.putArray("crowds"), grid, central);
    curves.json(json.putArray("subsets"));
    herd.json(json.putArray("herd"));
    StringBuilder text = new StringBuilder();
    intro(text);
    table(text, grid, central, context.isQuick());
    curves.describe(text);
    herd.describe(text);
    ScaleCosts.million(text);
    if (!context.isQuick()) {
      text.append('\n');
      ScaleCosts.measure(text);
    }
    List<Plot> plots = new ArrayList<>(curves.plots());
    plots.add(herd.plot());
    return new PartResult(text.toString(), plots, json, List.of());
  }

  static Crowd crowd(int clients, int servers, StudyContext context) {
    int wanted = Math.max(context.requests(), servers * REQUESTS_PER_SERVER);
    return new Crowd(
        clients, servers, context.isQuick() ? context.requests() : Math.min(wanted, MOST_REQUESTS));
  }

  private static List<Integer> upTo(List<Integer> numbers, StudyContext context) {
    return numbers.stream()
        .filter(number -> !context.isQuick() || number <= QUICK_LARGEST)
        .toList();
  }

  private static Map<Integer, SimulationResult> central(StudyContext context) {
    List<Integer> sizes =
        upTo(SERVERS, context).stream().filter(size -> size <= LARGEST_CENTRAL).toList();
    List<Callable<SimulationResult>> runs = new ArrayList<>();
    for (int size : sizes) {
      runs.add(() -> crowd(1, size, context).central(context.seed()));
    }
    List<SimulationResult> results = context.runs().all(runs);
    Map<Integer, SimulationResult> central = new LinkedHashMap<>();
    for (int size : upTo(SERVERS, context)) {
      central.put(size, results.get(Math.min(central.size(), sizes.size() - 1)));
    }
    return central;
  }

  private static List<Outcome> grid(StudyContext context) {
    ClientSetup setup = requireNonNull(context.strategies().get(StudyContext.DEFAULT));
    List<Callable<Outcome>> small = new ArrayList<>();
    List<Callable<Outcome>> large = new ArrayList<>();
    List<Boolean> isLarge = new ArrayList<>();
    for (int servers : upTo(SERVERS, context)) {
      for (int clients : upTo(CLIENTS, context)) {
        Crowd crowd = crowd(clients, servers, context);
        if (crowd.endpoints() > MOST_ENDPOINTS) {
          continue;
        }
        boolean isMany = crowd.endpoints() >= MANY_ENDPOINTS;
        List<Integer> subsets =
            crowd.evenSubset() == Crowd.ALL
                ? List.of(Crowd.ALL)
                : List.of(Crowd.ALL, crowd.evenSubset());
        for (int subset : subsets) {
          (isMany ? large : small).add(() -> crowd.run(subset, setup, context.seed()));
          isLarge.add(isMany);
        }
      }
    }
    List<Outcome> ofSmall = new ArrayList<>(context.runs().all(small));
    List<Outcome> ofLarge = new ArrayList<>();
    for (Callable<Outcome> each : large) {
      ofLarge.addAll(context.runs().all(List.of(each)));
    }
    List<Outcome> grid = new ArrayList<>();
    for (boolean each : isLarge) {
      grid.add((each ? ofLarge : ofSmall).remove(0));
    }
    return grid;
  }

  private static void json(
      ArrayNode rows, List<Outcome> grid, Map<Integer, SimulationResult> central) {
    for (Outcome each : grid) {
      ObjectNode row = row(rows, each);
      Connections connections = each.connections();
      row.put("connections", connections.pairs());
      row.put("mostOfClient", connections.mostOfClient());
      row.put("fewestOfServer", connections.fewestOfServer());
      row.put("mostOfServer", connections.mostOfServer());
      SimulationResult bound = central.get(each.crowd().servers());
      if (bound != null) {
        Figures.put(row, "centralP99Millis", bound.percentile(99).toNanos() / 1e6);
        Figures.put(row, "centralP999Millis", bound.percentile(99.9).toNanos() / 1e6);
      }
    }
  }

  /** What all tables of runs have. */
  static ObjectNode row(ArrayNode rows, Outcome outcome) {
    ObjectNode row = rows.addObject();
    row.put("clients", outcome.crowd().clients());
    row.put("servers", outcome.crowd().servers());
    row.put("requests", outcome.crowd().requests());
    if (outcome.subset() != Crowd.ALL) {
      row.put("subset", outcome.subset());
    }
    Figures.put(row, "p99Millis", outcome.p99() / 1e6);
    Figures.put(row, "p999Millis", outcome.p999() / 1e6);
    Figures.put(row, "mostOverMean", outcome.spread().most());
    Figures.put(row, "leastOverMean", outcome.spread().least());
    Figures.put(row, "variation", outcome.spread().variation());
    Figures.put(row, "variationOfChance", outcome.spread().chance());
    return row;
  }

  private static void intro(StringBuilder text) {
    text.append("Equal servers of ")
        .append(Crowd.CORES)
        .append(" cores, exponential work of ")
        .append(Crowd.WORK.toMillis())
        .append(" ms on average, ")
        .append(Figures.fixed(100 * Crowd.LOAD, 0))
        .append(" % load whatever the number of servers, the default strategy. ")
        .append("The first\nhalf of each run is not measured. A part of the fleet for each client ")
        .append("(`Routing.clientSubset`) is\nso large that each server is in the parts of ")
        .append(Crowd.CLIENTS_PER_SERVER)
        .append(" clients on average, and at least ")
        .append(Crowd.CLIENTS_PER_SERVER)
        .append(" servers;\nwhere that is all of them, there is one row.\n\n");
  }

  private static void table(
      StringBuilder text,
      List<Outcome> grid,
      Map<Integer, SimulationResult> central,
      boolean isQuick) {
    Table table =
        new Table(
            0,
            "servers",
            "clients",
            "subset",
            "connections",
            "of a client, most",
            "of a server",
            "share / mean",
            "variation",
            "of chance",
            "p99 ms",
            "p99.9 ms",
            "p99 / central",
            "p99.9 / central");
    for (Outcome each : grid) {
      SimulationResult bound = central.get(each.crowd().servers());
      double p99 = bound == null ? Double.NaN : bound.percentile(99).toNanos();
      double p999 = bound == null ? Double.NaN : bound.percentile(99.9).toNanos();
      Connections connections = each.connections();
      table.row(
          Integer.toString(each.crowd().servers()),
          Integer.toString(each.crowd().clients()),
          subset(each.subset()),
          Long.toString(connections.pairs()),
          Integer.toString(connections.mostOfClient()),
          connections.fewestOfServer() + "–" + connections.mostOfServer(),
          Figures.ratio(each.spread().least()) + "–" + Figures.ratio(each.spread().most()),
          Figures.percent(each.spread().variation()),
          Figures.percent(each.spread().chance()),
          Figures.millis(each.p99()),
          Figures.millis(each.p999()),
          Figures.ratio(each.p99() / p99),
          Figures.ratio(each.p999() / p999));
    }
    text.append(table)
        .append("\n\"Connections\" are pairs of client and server that carried a request. ")
        .append("\"Variation\" is the standard deviation of\nthe servers' shares over their mean, ")
        .append("\"of chance\" that of as many requests thrown at random.\n");
    if (!isQuick) {
      text.append("1 000 clients with 10 000 servers are not simulated: 10 million endpoints do ")
          .append("not fit the heap that this study may use\n(6 GB). The central queue of 10 000 ")
          .append("servers is taken to be that of 1 000, in which nothing waits as it is.\n");
    }
    text.append('\n');
  }

  static String subset(int size) {
    return size == Crowd.ALL ? "all" : Integer.toString(size);
  }
}
