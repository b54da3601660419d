package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.select.Routing;
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

  @Test
  void messagesBetweenZonesTakeTheirOwnTime() {
    Distribution work = Distribution.fixed(Duration.ofMillis(10));
    Scenario.Builder scenario =
        Scenario.named("two zones")
            .clientZones("a")
            .network(
                Network.of(Distribution.fixed(Duration.ofMillis(1)))
                    .withAcrossZones(Distribution.fixed(Duration.ofMillis(20))))
            .arrivals(Arrivals.even(10))
            .lasts(Duration.ofSeconds(2));

    assertEquals(
        0.050,
        scenario.server(Server.named("far", work).withZone("b")).build().run().meanSeconds(),
        1e-9);
    assertEquals(
        0.012,
        scenario
            .server(Server.named("near", work).withZone("a"))
            .balancer((balancer, client) -> balancer.routing(Routing.none().zone("a")))
            .build()
            .run()
            .meanSeconds(),
        1e-9);
  }

  @Test
  void theCentralQueueTakesTheFastestFreeServer() {
    Server slow = Server.named("slow", Distribution.fixed(Duration.ofMillis(100))).withCores(1);
    SimulationResult result =
        Scenario.named("two speeds")
            .server(slow)
            .server(slow.withName("fast").withSpeed(4))
            .arrivals(Arrivals.even(20))
            .lasts(Duration.ofSeconds(1))
            .build()
            .runCentralQueue(1);

    assertEquals(20, result.server("fast").attempts());
    assertEquals(0.025, result.meanSeconds(), 1e-9);
  }

  @Test
  void sharesOfATimeCountTheSamplesThatBeginInIt() {
    Server server = Server.named("a", Distribution.fixed(Duration.ofMillis(10)));
    SimulationResult result =
        Scenario.named("one for another")
            .server(server)
            .at(Duration.ofMillis(990), control -> control.join(server.withName("b")))
            .at(Duration.ofMillis(995), control -> control.leave("a"))
            .arrivals(Arrivals.even(10))
            .lasts(Duration.ofSeconds(2))
            .sampleEvery(Duration.ofMillis(995))
            .build()
            .run();

    assertEquals(1, result.share("a", Duration.ZERO, Duration.ofMillis(995)));
    assertEquals(1, result.share("b", Duration.ofMillis(995), Duration.ofMillis(1_990)));
    assertEquals(0.5, result.share("b"));
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
