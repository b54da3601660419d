package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Whether shares are what weights say: idle and busy, changed meanwhile, and rising slowly. */
final class WeightsPart implements StudyPart {
  private static final Distribution WORK = Distribution.fixed(ofMillis(20));
  private static final List<Integer> IN_FLIGHT = List.of(1, 10, 100);
  private static final double IDEAL = 0.75;

  @Override
  public String key() {
    return "e";
  }

  @Override
  public String title() {
    return "Weights and slow start";
  }

  @Override
  public PartResult run(StudyContext context) {
    Map<String, ClientSetup> setups = new LinkedHashMap<>(context.balancing());
    setups.putAll(context.strategies(List.of("maglev", "ringHash", "rendezvous")));
    ObjectNode json = Figures.object();
    SlowStartStudy slowStart = new SlowStartStudy(context, setups);
    String text =
        still(context, setups, json.putObject("still"))
            + "\n"
            + changed(context, setups, json.putObject("changed"))
            + "\n"
            + slowStart.run(json.putObject("slowStart"));
    return new PartResult(text, slowStart.plots(), json, List.of());
  }

  /** Five servers of weight 3 and five of weight 1. */
  private static String still(
      StudyContext context, Map<String, ClientSetup> setups, ObjectNode json) {
    List<Callable<Double>> runs = new ArrayList<>();
    for (ClientSetup setup : setups.values()) {
      for (int inFlight : IN_FLIGHT) {
        double rate = inFlight / (WORK.meanNanos() / 1e9);
        Scenario scenario =
            Scenario.named("weights")
                .servers(5, Server.named("heavy", WORK).withWeight(3))
                .servers(5, Server.named("light", WORK))
                .keys(10_000, 0)
                .arrivals(Arrivals.poisson(rate))
                .lasts(ofMillis(Math.round(1e3 * context.requests() / 10 / rate)))
                .build();
        for (long seed : context.allSeeds()) {
          runs.add(() -> heavy(scenario.run(seed, setup)));
        }
      }
    }
    List<Double> shares = context.runs().all(runs);
    Map<String, List<Double>> byName = new LinkedHashMap<>();
    int next = 0;
    for (String name : setups.keySet()) {
      List<Double> row = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT.size(); i++) {
        row.add(Figures.median(shares.subList(next, next + context.seeds())));
        next += context.seeds();
      }
      byName.put(name, row);
    }
    return "### Idle and busy\n\nFive servers of weight 3, five of weight 1, all equally fast, one "
        + "client; the heavy ones should have 0.750. The\nmean number of requests in flight at "
        + "all servers is 1, 10, and 100.\n\n"
        + WeightShares.finding(byName, IDEAL)
        + "\n"
        + table(byName, json);
  }

  private static double heavy(SimulationResult result) {
    return result.servers().stream()
        .filter(server -> server.name().startsWith("heavy"))
        .mapToDouble(server -> server.share())
        .sum();
  }

  private static Table table(Map<String, List<Double>> byName, ObjectNode json) {
    Table table = new Table(1, "strategy", "1 in flight", "10", "100", "furthest from 0.750");
    byName.forEach(
        (name, row) -> {
          double furthest =
              row.stream().max(Comparator.comparingDouble(WeightsPart::distance)).orElse(IDEAL);
          table.row(
              name.equals(StudyContext.DEFAULT) ? "**default**" : name,
              Figures.fixed(row.get(0), 3),
              Figures.fixed(row.get(1), 3),
              Figures.fixed(row.get(2), 3),
              Figures.fixed(furthest - IDEAL, 3));
          ObjectNode one = json.putObject(name);
          for (int i = 0; i < row.size(); i++) {
            Figures.put(one, "in_flight_" + IN_FLIGHT.get(i), row.get(i));
          }
        });
    WeightShares.KNOWN.forEach(
        (name, row) ->
            table.row(
                "*" + name + "*",
                Figures.fixed(row.get(0), 3),
                Figures.fixed(row.get(1), 3),
                Figures.fixed(row.get(2), 3),
                Figures.fixed(
                    row.stream()
                            .max(Comparator.comparingDouble(WeightsPart::distance))
                            .orElse(IDEAL)
                        - IDEAL,
                    3)));
    return table;
  }

  private static double distance(double share) {
    return Math.abs(share - IDEAL);
  }

  /** One of ten equal servers is given weight 5, then 0. */
  private static String changed(
      StudyContext context, Map<String, ClientSetup> setups, ObjectNode json) {
    Scenario scenario =
        Scenario.named("weights that change")
            .servers(10, Server.named("s", WORK))
            .keys(10_000, 0)
            .arrivals(Arrivals.poisson(context.isQuick() ? 100 : 1_000))
            .lasts(ofSeconds(30))
            .sampleEvery(ofSeconds(1))
            .at(ofSeconds(10), control -> control.weigh("s-1", 5))
            .at(ofSeconds(20), control -> control.weigh("s-1", 0))
            .build();
    List<Callable<List<Double>>> runs = new ArrayList<>();
    for (ClientSetup setup : setups.values()) {
      for (long seed : context.allSeeds()) {
        runs.add(
            () -> {
              SimulationResult result = scenario.run(seed, setup);
              return List.of(
                  share(result, 0, 10),
                  share(result, 10, 11),
                  share(result, 11, 20),
                  share(result, 20, 21),
                  share(result, 21, 30));
            });
      }
    }
    List<List<Double>> shares = context.runs().all(runs);
    Table table =
        new Table(1, "strategy", "weight 1", "5, 1st s", "5, later", "0, 1st s", "0, later");
    int next = 0;
    for (String name : setups.keySet()) {
      List<List<Double>> own = shares.subList(next, next + context.seeds());
      next += context.seeds();
      List<String> row = new ArrayList<>(List.of(name));
      ObjectNode one = json.putObject(name);
      List<String> keys = List.of("1", "5_first", "5", "0_first", "0");
      for (int i = 0; i < keys.size(); i++) {
        int column = i;
        double share = Figures.median(own.stream().map(each -> each.get(column)).toList());
        row.add(Figures.fixed(share, 3));
        Figures.put(one, "weight_" + keys.get(i), share);
      }
      table.row(row.toArray(new String[0]));
    }
    table.row("*by weight*", "0.100", "0.357", "0.357", "0.000", "0.000");
    return "### Changed meanwhile\n\nThe share of one of ten equal servers whose weight becomes 5 "
        + "at 10 s and 0 at 20 s: in the second after that,\nand in the nine that follow.\n\n"
        + table;
  }

  private static double share(SimulationResult result, int from, int to) {
    return result.share("s-1", ofSeconds(from), ofSeconds(to));
  }
}
