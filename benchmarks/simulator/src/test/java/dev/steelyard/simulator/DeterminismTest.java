package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One seed, one result, to the last bit, whatever else this JVM does or has done. */
class DeterminismTest {

  @Test
  void theSameSeedGivesTheSameResultInFull() {
    for (ClientSetup setup : setups()) {
      Scenario scenario = eventful();
      String first = text(scenario.run(3, setup));

      assertEquals(first, text(scenario.run(3, setup)));
      assertEquals(first, text(eventful().run(3, setup)));
      assertNotEquals(first, text(scenario.run(4, setup)));
    }
  }

  @Test
  void whatRanBeforeOrRunsBesideDoesNotMatter() {
    Scenario scenario = eventful();
    List<ClientSetup> setups = setups();
    List<String> alone = setups.stream().map(each -> text(scenario.run(5, each))).toList();
    ExecutorService two = Executors.newFixedThreadPool(2);
    try {
      List<CompletableFuture<String>> beside = new ArrayList<>();
      for (int i = setups.size() - 1; i >= 0; i--) {
        ClientSetup setup = setups.get(i);
        beside.add(0, CompletableFuture.supplyAsync(() -> text(scenario.run(5, setup)), two));
      }
      assertEquals(alone, beside.stream().map(CompletableFuture::join).toList());
    } finally {
      two.shutdown();
    }
  }

  @Test
  void allStrategiesSeeTheSameArrivalsAndTheSameWork() {
    Set<String> seen = new TreeSet<>();
    int compared = 0;
    Scenario scenario =
        Scenario.named("same")
            .clients(3)
            .servers(
                4,
                Server.named(
                    "s", Distribution.logNormal(Duration.ofMillis(5), Duration.ofMillis(50))))
            .arrivals(Arrivals.poisson(500))
            .lasts(Duration.ofSeconds(5))
            .build();
    for (ClientSetup setup : setups()) {
      SimulationResult result = scenario.run(2, setup);
      if (result.counts().attempts() == result.counts().sent()) {
        // without queues a request takes as long as its work, wherever it goes
        compared++;
        seen.add(
            result.samples().stream().map(each -> each.sent() + " ").collect(Collectors.joining())
                + result.percentile(50)
                + result.percentile(99)
                + Math.round(result.meanSeconds() * 1e12));
      }
    }
    assertEquals(1, seen.size(), seen::toString);
    assertTrue(compared >= 4, "compared " + compared);
  }

  @Test
  void aRunLeavesNoThreadBehindAndStartsNone() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Set<String> during = new TreeSet<>();
    Scenario scenario =
        Scenario.named("threads")
            .servers(3, Server.named("s", Distribution.fixed(Duration.ofMillis(20))).withCores(1))
            .arrivals(Arrivals.poisson(100))
            .lasts(Duration.ofSeconds(2))
            .every(Duration.ofMillis(100), control -> addNew(during, before))
            .build();
    for (ClientSetup setup : setups()) {
      scenario.run(1, setup);
    }
    addNew(during, before);

    assertTrue(during.isEmpty(), during::toString);
  }

  private static void addNew(Set<String> found, Set<Thread> before) {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      String name = thread.getName();
      if (!before.contains(thread)
          && name.toLowerCase(Locale.ROOT).matches(".*(steelyard|lb-|caffeine|forkjoin).*")) {
        found.add(name);
      }
    }
  }

  private static List<ClientSetup> setups() {
    return List.of(
        (balancer, client) -> balancer,
        (balancer, client) -> balancer.selector(Selectors.roundRobin()),
        (balancer, client) -> balancer.selector(Selectors.powerOfChoices(3)),
        (balancer, client) -> balancer.selector(Selectors.prequal(client.loadProbe())),
        (balancer, client) ->
            balancer
                .selector(Selectors.maglev(251))
                .slowStart(Duration.ofSeconds(1))
                .healthMonitor(client.monitor(monitor -> monitor))
                .failurePolicy(
                    FailurePolicy.standard()
                        .withHedging(0.95, 0.1)
                        .withPerTryTimeout(Duration.ofMillis(200))
                        .withOverallTimeout(Duration.ofSeconds(1))
                        .withMaxInFlight(20)
                        .withWaitQueue(10, Duration.ofMillis(50))));
  }

  /** Of everything something. */
  private static Scenario eventful() {
    Distribution work = Distribution.pareto(Duration.ofMillis(2), 1.6, Duration.ofMillis(800));
    return Scenario.named("eventful")
        .clients(3)
        .clientZones("east", "west")
        .servers(
            4,
            Server.named("s", Behaviour.answers(work).withErrors(0.02, 503))
                .withCores(2)
                .withZone("east")
                .startingCold(4, 50)
                .reportingLoad()
                .withPauses(
                    Distribution.exponential(Duration.ofSeconds(1)),
                    Distribution.fixed(Duration.ofMillis(100))))
        .server(Server.named("far", work).withCores(2).withZone("west").withWeight(2))
        .network(
            Network.of(Distribution.exponential(Duration.ofMillis(1)))
                .withAcrossZones(Distribution.fixed(Duration.ofMillis(5)))
                .withLoss(0.01, Duration.ofMillis(100)))
        .discoveryDelay(Distribution.uniform(Duration.ZERO, Duration.ofMillis(300)))
        .arrivals(
            Arrivals.bursts(
                100,
                Distribution.exponential(Duration.ofMillis(500)),
                500,
                Distribution.exponential(Duration.ofMillis(200))))
        .keys(100, 1)
        .lasts(Duration.ofSeconds(5))
        .at(Duration.ofSeconds(1), control -> control.kill("s-1"))
        .at(Duration.ofSeconds(2), control -> control.start("s-1"))
        .at(Duration.ofSeconds(2), control -> control.partition("east", "s-2"))
        .at(Duration.ofSeconds(3), SimulationControl::heal)
        .at(Duration.ofSeconds(3), control -> control.drain("s-3", Duration.ofSeconds(1)))
        .at(Duration.ofSeconds(4), control -> control.join(Server.named("new", work)))
        .build();
  }

  /** All that a result says, doubles to the last bit. */
  static String text(SimulationResult result) {
    StringBuilder text = new StringBuilder();
    text.append(result.scenario()).append(result.seed()).append(result.lasted());
    text.append(result.counts()).append(Double.doubleToLongBits(result.meanSeconds()));
    text.append(result.failures()).append(result.servers());
    for (int i = 0; i <= 1000; i++) {
      text.append(' ').append(result.percentile(i / 10.0).toNanos());
    }
    result.samples().forEach(sample -> text.append('\n').append(sample));
    return text.toString();
  }
}
