package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** Whether the share of a new server rises as the formula of slow start says. */
final class SlowStartStudy {
  private static final Distribution WORK = Distribution.fixed(ofMillis(20));
  private static final int JOINS = 5;
  private static final int WINDOW = 20;
  private static final int SECONDS = 30;
  private static final int OTHERS = 9;
  private static final double MINIMUM = 0.1;

  private final StudyContext context;
  private final Map<String, ClientSetup> setups;
  private final List<Plot> plots = new ArrayList<>();

  SlowStartStudy(StudyContext context, Map<String, ClientSetup> setups) {
    this.context = context;
    this.setups = setups;
  }

  List<Plot> plots() {
    return plots;
  }

  /** The share in the middle of a second: its weight rises linearly, the others have 1 each. */
  static double ideal(int second) {
    double since = second + 0.5 - JOINS;
    double weight = since < 0 ? 0 : Math.min(Math.max(since / WINDOW, MINIMUM), 1);
    return weight / (OTHERS + weight);
  }

  /** How far the shares are from the ideal ones in the window, in the mean. */
  static double deviation(List<Double> shares) {
    return IntStream.range(JOINS, JOINS + WINDOW)
        .mapToDouble(second -> Math.abs(shares.get(second) - ideal(second)))
        .average()
        .orElse(Double.NaN);
  }

  String run(ObjectNode json) {
    Scenario scenario =
        Scenario.named("slow start")
            .servers(OTHERS, Server.named("s", WORK))
            .server(Server.named("new", WORK).joiningAt(ofSeconds(JOINS)))
            .keys(10_000, 0)
            .arrivals(Arrivals.poisson(context.isQuick() ? 100 : 2_000))
            .lasts(ofSeconds(SECONDS))
            .sampleEvery(ofSeconds(1))
            .build();
    List<Callable<List<Double>>> runs = new ArrayList<>();
    for (ClientSetup setup : setups.values()) {
      for (long seed : context.allSeeds()) {
        runs.add(() -> shares(scenario.run(seed, ramping(setup))));
      }
    }
    List<List<Double>> found = context.runs().all(runs);
    Map<String, List<Double>> byName = new LinkedHashMap<>();
    int next = 0;
    for (String name : setups.keySet()) {
      byName.put(name, mean(found.subList(next, next + context.seeds())));
      next += context.seeds();
    }
    List<Double> ideal = IntStream.range(0, SECONDS).mapToObj(SlowStartStudy::ideal).toList();
    Plot plot = plot(byName, ideal);
    plots.add(plot);
    Table table = new Table(1, "strategy", "1st s", "6th", "11th", "16th", "after 20 s", "off");
    byName.forEach((name, shares) -> table.row(row(name, shares)));
    table.row(row("*formula*", ideal));
    byName.forEach(
        (name, shares) -> {
          ObjectNode one = json.putObject(name);
          Figures.put(one, "off", deviation(shares));
          ArrayNode list = one.putArray("shares");
          shares.forEach(share -> Figures.add(list, share));
        });
    return "### Slow start\n\nA tenth server joins nine others, which have `slowStart(20 s)`: its "
        + "share by second since then, and how far it is\noff the formula in the mean second of "
        + "the window.\n\n"
        + table
        + "\n"
        + plot.link();
  }

  private static ClientSetup ramping(ClientSetup setup) {
    return (balancer, client) ->
        setup.apply(balancer, client).slowStart(Duration.ofSeconds(WINDOW));
  }

  private static List<Double> shares(SimulationResult result) {
    return IntStream.range(0, SECONDS)
        .mapToObj(second -> result.share("new", ofSeconds(second), ofSeconds(second + 1)))
        .toList();
  }

  private static List<Double> mean(List<List<Double>> runs) {
    return IntStream.range(0, SECONDS)
        .mapToObj(
            second ->
                runs.stream().mapToDouble(run -> run.get(second)).average().orElse(Double.NaN))
        .toList();
  }

  private static String[] row(String name, List<Double> shares) {
    double after =
        shares.subList(JOINS + WINDOW, SECONDS).stream()
            .mapToDouble(Double::doubleValue)
            .average()
            .orElse(Double.NaN);
    return new String[] {
      name,
      Figures.fixed(shares.get(JOINS), 3),
      Figures.fixed(shares.get(JOINS + 5), 3),
      Figures.fixed(shares.get(JOINS + 10), 3),
      Figures.fixed(shares.get(JOINS + 15), 3),
      Figures.fixed(after, 3),
      Figures.fixed(deviation(shares), 3)
    };
  }

  private static Plot plot(Map<String, List<Double>> byName, List<Double> ideal) {
    Plot plot = new Plot("e-slow-start", "Share of a server that starts slowly", "s", "share, %");
    plot.mark(JOINS, "joins").mark(JOINS + (double) WINDOW, "window ends");
    List<Double> xs = IntStream.range(0, SECONDS).mapToObj(second -> second + 0.5).toList();
    plot.reference("formula", xs, percent(ideal));
    byName.forEach(
        (name, shares) -> {
          if (name.equals(StudyContext.DEFAULT)) {
            plot.boldLine(name, xs, percent(shares));
          } else {
            plot.line(name, xs, percent(shares));
          }
        });
    return plot;
  }

  private static List<Double> percent(List<Double> shares) {
    return shares.stream().map(share -> 100 * share).toList();
  }
}
