package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrategiesTest {
  private static final String TWO =
      "'servers': [{'name': 's', 'count': 2, 'cores': 4, 'latency': {'kind': 'fixed', 'base_ms': 10}}]";

  static List<String> names() {
    return Strategies.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyStrategyServesHealthyServers(String name) {
    assertEquals(100, Scenarios.run(name, TWO).successPercent());
  }

  @Test
  void theCentralQueueIsTheOnlyNameThatIsNoBalancer() {
    assertEquals(
        names().stream().filter(name -> !name.equals("centralQueue")).toList(),
        List.copyOf(Strategies.all().keySet()));
  }

  @Test
  void everyNameIsThatOfItsSelector() {
    Strategies.all()
        .forEach(
            (name, setup) -> {
              List<String> used = new ArrayList<>();
              Scenario.named("which")
                  .server(Server.named("s", Distribution.fixed(Duration.ofMillis(1))))
                  .arrivals(Arrivals.even(10))
                  .lasts(Duration.ofSeconds(1))
                  .balancer(setup)
                  .at(Duration.ofMillis(500), run -> used.add(run.balancer(0).selector()))
                  .build()
                  .run();
              String expected = name.equals("default") ? "leastResponseTime" : name;
              assertTrue(used.get(0).startsWith(expected), () -> name + " is " + used);
            });
  }

  @Test
  void aStrategyPicksByItsRule() {
    assertEquals(0.5, Scenarios.run("roundRobin", TWO).share("s-1"));
    assertEquals(1, Scenarios.run("failover", TWO).share("s-1"));
  }

  @Test
  void theSettingsOfTheScenarioHoldUnderEveryStrategy() {
    String broken =
        "'servers': [{'name': 'well'}, {'name': 'broken', 'does': 'break'}], 'balancer': {'failure_policy': 'none'}";

    for (String strategy : List.of("default", "roundRobin", "random")) {
      SimulationResult result = Scenarios.run(strategy, broken);
      assertEquals(1, result.attemptsPerRequest(), strategy);
      assertTrue(result.successPercent() < 100, strategy);
    }
  }

  @Test
  void anUnknownNameIsRefusedWithTheNames() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Strategies.of("peakEWMA", (balancer, client) -> balancer))
            .getMessage();

    assertTrue(message.startsWith("strategy: \"peakEWMA\" (expected: one of default, roundRobin,"));
    assertTrue(message.endsWith("did you mean peakEwma?)"), message);
  }

  @Test
  void theCentralQueueNeedsCores() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Scenarios.run("centralQueue", "'what': 'x'"))
            .getMessage();

    assertEquals(
        "centralQueue: s: has any number of cores (expected: withCores, for a central queue)",
        message);
  }
}
