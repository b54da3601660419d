package dev.steelyard.benchmarks.simulate;

import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.ClientEnvironment;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The strategies by name. */
final class Strategies {
  /** The name of what a scenario sets up, and nothing else. */
  static final String DEFAULT = "default";

  /** The name of one queue for all servers in place of balancers, as a bound. */
  static final String CENTRAL_QUEUE = "centralQueue";

  private static final Map<String, Function<ClientEnvironment, Selector>> SELECTORS = selectors();

  private Strategies() {}

  private static Map<String, Function<ClientEnvironment, Selector>> selectors() {
    Map<String, Function<ClientEnvironment, Selector>> byName = new LinkedHashMap<>();
    byName.put("roundRobin", client -> Selectors.roundRobin());
    byName.put("random", client -> Selectors.random());
    byName.put("powerOfTwoChoices", client -> Selectors.powerOfTwoChoices());
    byName.put("peakEwma", client -> Selectors.peakEwma());
    byName.put("leastRequests", client -> Selectors.leastRequests());
    byName.put("leastResponseTime", client -> Selectors.leastResponseTime());
    byName.put("prequal", client -> Selectors.prequal(client.loadProbe()));
    byName.put("maglev", client -> Selectors.maglev());
    byName.put("rendezvous", client -> Selectors.rendezvous());
    byName.put("ringHash", client -> Selectors.ringHash());
    byName.put("boundedLoad", client -> Selectors.boundedLoad(Selectors.maglev()));
    byName.put("failover", client -> Selectors.failover());
    return byName;
  }

  /** All names, the central queue last. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(DEFAULT);
    names.addAll(SELECTORS.keySet());
    names.add(CENTRAL_QUEUE);
    return names;
  }

  /** All that are balancers, by name, each on balancers as they are by default. */
  static Map<String, ClientSetup> all() {
    Map<String, ClientSetup> all = new LinkedHashMap<>();
    for (String name : names()) {
      if (!name.equals(CENTRAL_QUEUE)) {
        all.put(name, of(name, (balancer, client) -> balancer));
      }
    }
    return all;
  }

  /** Returns the name if there is a strategy of that name. */
  static String checked(String name) {
    if (!names().contains(name)) {
      String near = Nearest.of(name, names());
      throw new IllegalArgumentException(
          "strategy: \""
              + name
              + "\" (expected: one of "
              + String.join(", ", names())
              + (near == null ? "" : "; did you mean " + near + "?")
              + ")");
    }
    return name;
  }

  /** The strategy on balancers that are set up somehow. */
  static ClientSetup of(String name, ClientSetup base) {
    checked(name);
    if (name.equals(DEFAULT)) {
      return base;
    }
    Function<ClientEnvironment, Selector> selector = SELECTORS.get(name);
    if (selector == null) {
      throw new IllegalArgumentException(name + ": is no strategy of a balancer");
    }
    return (balancer, client) -> base.apply(balancer, client).selector(selector.apply(client));
  }

  /** Runs the scenario of an entry, whose own set-up holds under every strategy. */
  static SimulationResult run(ScenarioFile.Entry entry, String name, long seed) {
    return run(entry.scenario(), name, seed);
  }

  /** Runs a scenario, whose own set-up holds under every strategy. */
  static SimulationResult run(Scenario scenario, String name, long seed) {
    if (!name.equals(CENTRAL_QUEUE)) {
      return scenario.run(seed, of(name, scenario.setup()));
    }
    try {
      return scenario.runCentralQueue(seed);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(CENTRAL_QUEUE + ": " + e.getMessage(), e);
    }
  }
}
