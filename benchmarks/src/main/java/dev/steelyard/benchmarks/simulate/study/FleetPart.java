package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Scenario;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Fleets with something wrong, at rising load, with each strategy. */
final class FleetPart implements StudyPart {
  private static final List<Integer> LOADS = List.of(50, 70, 90, 95);
  private static final List<Integer> QUICK_LOADS = List.of(50, 90);

  @Override
  public String key() {
    return "b";
  }

  @Override
  public String title() {
    return "Fleets with something wrong";
  }

  @Override
  public PartResult run(StudyContext context) {
    List<Fleet> fleets = Fleet.all();
    List<Integer> loads = context.isQuick() ? QUICK_LOADS : LOADS;
    List<FleetCell> cells = cells(fleets, loads, context);
    FleetText text = new FleetText(fleets, cells);
    List<Plot> plots = fleets.stream().map(fleet -> plot(fleet, cells)).toList();
    return new PartResult(text.render(plots), plots, json(cells), FleetGoals.of(cells));
  }

  /** All runs at once, then sorted into cells. */
  private static List<FleetCell> cells(
      List<Fleet> fleets, List<Integer> loads, StudyContext context) {
    Map<String, ClientSetup> setups = context.balancing();
    List<String> names = List.copyOf(setups.keySet());
    List<Callable<Tail>> runs = new ArrayList<>();
    for (Fleet fleet : fleets) {
      for (int load : loads) {
        Scenario scenario = fleet.scenario(load / 100.0, context.requests());
        for (long seed : context.allSeeds()) {
          runs.add(() -> Tail.of(scenario.runCentralQueue(seed)));
          for (ClientSetup setup : setups.values()) {
            runs.add(() -> Tail.of(scenario.run(seed, setup)));
          }
        }
      }
    }
    List<Tail> tails = context.runs().all(runs);
    List<FleetCell> cells = new ArrayList<>();
    int next = 0;
    for (Fleet fleet : fleets) {
      for (int load : loads) {
        int size = context.seeds() * (1 + names.size());
        cells.add(cell(fleet, load, names, tails.subList(next, next + size)));
        next += size;
      }
    }
    return cells;
  }

  private static FleetCell cell(Fleet fleet, int load, List<String> names, List<Tail> tails) {
    int perSeed = 1 + names.size();
    List<Tail> central = new ArrayList<>();
    for (int i = 0; i < tails.size(); i += perSeed) {
      central.add(tails.get(i));
    }
    Map<String, Tail> strategies = new LinkedHashMap<>();
    Map<String, Tail> ratios = new LinkedHashMap<>();
    for (int s = 0; s < names.size(); s++) {
      List<Tail> own = new ArrayList<>();
      List<Tail> over = new ArrayList<>();
      for (int i = 0; i < tails.size(); i += perSeed) {
        Tail tail = tails.get(i + 1 + s);
        own.add(tail);
        over.add(tail.over(tails.get(i)));
      }
      strategies.put(names.get(s), Tail.median(own));
      ratios.put(names.get(s), Tail.median(over));
    }
    return new FleetCell(fleet.title(), load, Tail.median(central), strategies, ratios);
  }

  private static Plot plot(Fleet fleet, List<FleetCell> cells) {
    Plot plot =
        new Plot(
                "b-" + fleet.key(),
                "p99 over load: " + fleet.title(),
                "load, % of what the fleet can do",
                "p99, ms")
            .logY();
    List<FleetCell> own = FleetText.of(fleet, cells);
    List<Double> loads = own.stream().map(cell -> (double) cell.loadPercent()).toList();
    plot.reference(
        "central queue", loads, own.stream().map(cell -> cell.central().p99() / 1e6).toList());
    for (String name : own.get(0).strategies().keySet()) {
      List<Double> p99 = own.stream().map(cell -> cell.tail(name).p99() / 1e6).toList();
      if (name.equals(StudyContext.DEFAULT)) {
        plot.boldLine(name, loads, p99);
      } else {
        plot.line(name, loads, p99);
      }
    }
    return plot;
  }

  private static ObjectNode json(List<FleetCell> cells) {
    ObjectNode node = Figures.object();
    ArrayNode list = node.putArray("cells");
    for (FleetCell cell : cells) {
      ObjectNode one = list.addObject().put("fleet", cell.fleet()).put("load", cell.loadPercent());
      one.put("best", cell.best());
      Figures.put(one, "default_to_best", cell.toBest(StudyContext.DEFAULT));
      one.set("centralQueue", cell.central().json());
      cell.strategies().forEach((name, tail) -> one.set(name, tail.json()));
    }
    return node;
  }
}
