package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to requests, servers and the network when something changes under way. */
class EngineTest {
  private static final ClientSetup PLAIN =
      (balancer, client) ->
          balancer.selector(Selectors.roundRobin()).failurePolicy(FailurePolicy.none());

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private static Distribution work(long millis) {
    return Distribution.fixed(ms(millis));
  }

  /** One request at 0, if nothing else is said. */
  private static Scenario.Builder one(Server... servers) {
    Scenario.Builder builder =
        Scenario.named("test").arrivals(Arrivals.even(1)).lasts(ms(1000)).balancer(PLAIN);
    List.of(servers).forEach(builder::server);
    return builder;
  }

  private static void assertTook(long millis, SimulationResult result) {
    assertEquals(millis / 1e3, result.meanSeconds(), 1e-7, result::toString);
  }

  @Test
  void workUnderWayGoesOnAtTheNewSpeed() {
    Scenario scenario =
        one(Server.named("a", work(100)))
            .at(ms(50), control -> control.speed("a", 0.5))
            .at(ms(100), control -> control.speed("a", 5))
            .build();

    assertTook(105, scenario.run()); // 50 of 100, 25 in 50 ms, 25 at five times the speed
  }

  @Test
  void pausesThatOverlapEndWithTheLast() {
    Scenario scenario =
        one(Server.named("a", work(100)))
            .at(ms(20), control -> control.pause("a", ms(100)))
            .at(ms(70), control -> control.pause("a", ms(100)))
            .at(ms(80), control -> control.speed("a", 2))
            .build();

    assertTook(170 + 40, scenario.run());
  }

  @Test
  void workThatTakesForEverDoesNotEndAtOnce() {
    Scenario scenario =
        one(Server.named("a", work(1000)).withSpeed(1e-300)).abortAfter(ms(5000)).build();

    assertEquals(Map.of("unanswered", 1L), scenario.run().failures());
  }

  @Test
  void aRunThatIsBrokenOffHasLastedUntilThen() {
    SimulationResult result =
        one(Server.named("a", Behaviour.swallows())).abortAfter(ms(5000)).build().run();

    assertEquals(ms(5000), result.lasted());
    assertEquals(5.0, result.percentile(50).toNanos() / 1e9, 0.01, result::toString);
    assertEquals(new SimulationResult.Counts(1, 0, 0, 1), result.counts());
  }

  @Test
  void whatIsBeingWorkedOnWaitsOrIsSwallowedBreaksWhenTheServerIsKilled() {
    Scenario working =
        one(Server.named("a", work(300)).withCores(1))
            .arrivals(Arrivals.even(10))
            .lasts(ms(200))
            .at(ms(250), control -> control.kill("a"))
            .build();
    Scenario swallowed =
        one(Server.named("a", Behaviour.swallows())).at(ms(250), c -> c.kill("a")).build();

    assertEquals(Map.of("Broken", 2L), working.run().failures());
    assertEquals(Map.of("Broken", 1L), swallowed.run().failures());
    assertTook(200, working.run());
    assertTook(250, swallowed.run());
  }

  @Test
  void aServerThatIsDownRefusesAndOneThatWasStartedAnswers() {
    Scenario scenario =
        one(Server.named("a", work(10)))
            .arrivals(Arrivals.even(10))
            .at(ms(150), control -> control.kill("a"))
            .at(ms(350), control -> control.start("a"))
            .build();
    SimulationResult result = scenario.run();

    assertEquals(Map.of("NotConnected", 2L), result.failures());
    assertEquals(8, result.server("a").responses());
    assertEquals(1, result.server("a").mostInFlight());
  }

  @Test
  void whatIsUnderWayWhenTheNetworkIsCutIsLost() {
    for (long cut : new long[] {50, 250}) { // to the server, and back
      Scenario scenario =
          one(Server.named("a", work(100)))
              .network(Network.of(work(100)))
              .at(ms(cut), control -> control.partition(null, "a"))
              .at(ms(700), SimulationControl::heal)
              .abortAfter(ms(2000))
              .build();
      SimulationResult result = scenario.run();

      assertEquals(Map.of("unanswered", 1L), result.failures());
      assertEquals(cut == 50 ? 0 : 1, result.server("a").responses());
    }
  }

  @Test
  void behindAPartitionNoConnectionIsMade() {
    Scenario scenario =
        one(Server.named("a", work(100)))
            .network(Network.of(work(1)).withConnectTimeout(ms(300)))
            .clientZones("east")
            .at(ms(0), control -> control.partition("east", "a"))
            .build();
    SimulationResult result = scenario.run();

    assertEquals(Map.of("NotConnected", 1L), result.failures());
    assertTook(300, result);
  }

  @Test
  void aPartitionFromAZoneWithoutClientsIsRefused() {
    Scenario scenario =
        one(Server.named("a", work(100)))
            .clientZones("east")
            .at(ms(0), control -> control.partition("eats", "a"))
            .build();

    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, scenario::run);
    assertEquals("partition.clientZone: \"eats\" (expected: one of [east])", refused.getMessage());
  }

  @Test
  void aServerThatLeavesSoonAfterItJoinedIsForgottenByAll() {
    List<Integer> endpoints = new ArrayList<>();
    Scenario scenario =
        one(Server.named("a", work(10)))
            .clients(50)
            .discoveryDelay(Distribution.uniform(ms(0), ms(200)))
            .at(ms(100), control -> control.join(Server.named("b", work(10))))
            .at(ms(120), control -> control.leave("b"))
            .at(
                ms(900),
                control -> {
                  for (int i = 0; i < 50; i++) {
                    endpoints.add(control.balancer(i).endpoints().size());
                  }
                })
            .arrivals(Arrivals.even(100))
            .build();
    scenario.run();

    assertEquals(Collections.nCopies(50, 1), endpoints);
  }

  @Test
  void aDrainedServerIsDeregisteredWhenItHasNothingMoreToDo() {
    List<Integer> endpoints = new ArrayList<>();
    Scenario scenario =
        one(Server.named("a", work(300)), Server.named("b", work(300)))
            .arrivals(Arrivals.even(100))
            .at(ms(500), control -> control.drain("a", ms(5000)))
            .at(ms(750), control -> endpoints.add(control.balancer(0).endpoints().size()))
            .at(ms(850), control -> endpoints.add(control.balancer(0).endpoints().size()))
            .build();
    SimulationResult result = scenario.run();

    assertEquals(List.of(2, 1), endpoints);
    assertEquals(100, result.successPercent());
    assertEquals(0, result.share("a", ms(600), ms(2000)));
  }

  @Test
  void samplesMayBeTakenBeforeAnyServerIsThere() {
    Scenario scenario =
        one(Server.named("a", work(10)).joiningAt(ms(500))).arrivals(Arrivals.even(10)).build();
    SimulationResult result = scenario.run();

    assertEquals(5, result.counts().succeeded(), result::toString);
    assertEquals(Map.of("NoInstanceAvailableException", 5L), result.failures());
  }

  @Test
  void anErrorAtRandomNeedNotComeAgainWhenTheRequestIsRepeated() {
    Behaviour flaky = Behaviour.answers(work(1)).withErrors(0.2, 503);
    Scenario scenario =
        one()
            .servers(5, Server.named("s", flaky))
            .arrivals(Arrivals.even(1000))
            .lasts(Duration.ofSeconds(20))
            .balancer(
                (balancer, client) ->
                    balancer
                        .selector(Selectors.roundRobin())
                        .failurePolicy(
                            FailurePolicy.none().withMaxRetries(1).withRetryBudget(1, 100)))
            .build();
    SimulationResult result = scenario.run();

    // 4 % fail twice; three standard errors
    assertEquals(96, result.successPercent(), 3 * 100 * Math.sqrt(0.04 * 0.96 / 20_000));
    assertEquals(1.2, result.attemptsPerRequest(), 0.01);
  }

  @Test
  void thatSomeRequestsFailDoesNotChangeTheWorkOfOthers() {
    Distribution work = Distribution.exponential(ms(10));
    Behaviour flaky = Behaviour.answers(work).withErrors(0.3, 500);
    Scenario.Builder well = one(Server.named("a", work)).arrivals(Arrivals.even(1000));
    Scenario.Builder badly = one(Server.named("a", flaky)).arrivals(Arrivals.even(1000));

    assertEquals(
        well.build().run().server("a").busySeconds(),
        badly.build().run().server("a").busySeconds());
  }

  @Test
  void whoWaitsWhileACacheIsFilledFindsItFuller() {
    Scenario scenario =
        one(Server.named("a", work(10)).withCores(1).startingCold(11, 1))
            .arrivals(Arrivals.even(1e6))
            .lasts(Duration.ofNanos(3_000))
            .build();

    // 11 times the work, then a 20th of the ten times more, then a 20th of that
    assertEquals((110 + 125 + 135.25) / 3 / 1e3, scenario.run().meanSeconds(), 1e-5);
  }
}
