package dev.steelyard.benchmarks.simulate.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.ClientSetup;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScalePartTest {

  @Test
  void twoRunsFindTheSame() {
    PartResult result = run();

    assertEquals(result.json(), run().json());
    result.plots().forEach(plot -> assertTrue(result.markdown().contains(plot.link())));
    assertTrue(result.json().get("crowds").size() >= 5);
  }

  private static PartResult run() {
    try (Runs runs = new Runs(2)) {
      return new ScalePart().run(context(runs));
    }
  }

  private static StudyContext context(Runs runs) {
    Map<String, ClientSetup> strategies = new LinkedHashMap<>();
    strategies.put(StudyContext.DEFAULT, (balancer, client) -> balancer);
    strategies.put("roundRobin", (balancer, client) -> balancer.selector(Selectors.roundRobin()));
    return new StudyContext(1, 1, 500, true, null, strategies, runs);
  }
}
