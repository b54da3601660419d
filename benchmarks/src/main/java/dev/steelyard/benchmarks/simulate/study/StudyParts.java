package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.ClientSetup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parts there are, and the strategies that they compare. */
final class StudyParts {
  private StudyParts() {}

  static List<StudyPart> all() {
    return List.of(new FleetPart(), new TroublePart(), new WeightsPart(), new BadInstancePart());
  }

  static Map<String, ClientSetup> strategies() {
    Map<String, ClientSetup> strategies = new LinkedHashMap<>();
    strategies.put(StudyContext.DEFAULT, (balancer, client) -> balancer);
    strategies.put("random", (balancer, client) -> balancer.selector(Selectors.random()));
    strategies.put("roundRobin", (balancer, client) -> balancer.selector(Selectors.roundRobin()));
    strategies.put(
        "leastRequests", (balancer, client) -> balancer.selector(Selectors.leastRequests()));
    strategies.put(
        "powerOfTwoChoices",
        (balancer, client) -> balancer.selector(Selectors.powerOfTwoChoices()));
    strategies.put("peakEwma", (balancer, client) -> balancer.selector(Selectors.peakEwma()));
    strategies.put(
        "leastResponseTime",
        (balancer, client) -> balancer.selector(Selectors.leastResponseTime()));
    strategies.put(
        "prequal", (balancer, client) -> balancer.selector(Selectors.prequal(client.loadProbe())));
    strategies.put("learned", (balancer, client) -> balancer.selector(Selectors.learned()));
    return strategies;
  }
}
