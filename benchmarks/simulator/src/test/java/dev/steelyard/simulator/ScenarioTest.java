package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScenarioTest {

  @Test
  void oneOfFiveThatGoesSlowIsLeftAlone() {
    SimulationResult result = oneGoesSlow().run();

    assertEquals(100, result.successPercent(), result::toString);
    assertTrue(result.percentile(99).toMillis() < 300, result::toString);
  }

  @Test
  void theSameSeedGivesTheSameResultAndAnotherSeedAnother() {
    Scenario scenario = oneGoesSlow();

    assertEquals(scenario.run(7).toString(), scenario.run(7).toString());
    assertTrue(!scenario.run(7).toString().equals(scenario.run(8).toString()));
  }

  @Test
  void aSlowServerFillsUpUnderRoundRobin() {
    SimulationResult result =
        oneGoesSlow().run(1, (balancer, client) -> balancer.selector(Selectors.roundRobin()));

    assertTrue(result.percentile(99).toMillis() > 300, result::toString);
  }

  @Test
  void requestsThatMayNotBeRepeatedFailWithTheirConnections() {
    Scenario.Builder builder =
        Scenario.named("one of two breaks connections")
            .server(Server.named("well", Distribution.fixed(Duration.ofMillis(10))))
            .server(
                Server.named("broken", Behaviour.breaks(Distribution.fixed(Duration.ofMillis(10)))))
            .arrivals(Arrivals.even(10))
            .lasts(Duration.ofSeconds(10))
            .keys(10, 1);

    assertEquals(100, builder.build().run().successPercent());
    assertTrue(builder.idempotent(false).build().run().successPercent() < 100);
  }

  private static Scenario oneGoesSlow() {
    Distribution work = Distribution.logNormal(Duration.ofMillis(20), Duration.ofMillis(80));
    return Scenario.named("one of five goes slow")
        .clients(4)
        .servers(5, Server.named("s", work).withCores(4))
        .arrivals(Arrivals.poisson(300))
        .lasts(Duration.ofSeconds(20))
        .at(Duration.ofSeconds(5), control -> control.speed("s-1", 0.05))
        .build();
  }
}
