package dev.steelyard.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancerBuilder;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * How the balancer behaves, as a text: whoever changes behaviour sees the change as a diff of
 * {@code golden.txt}, and commits it with the reason. CONTRIBUTING.md has the command that writes
 * it anew.
 */
class GoldenTest {
  private static final String FILE = "golden.txt";

  @Test
  void theBehaviourIsTheOneThatWasCommitted() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Scenario scenario : scenarios()) {
      setups().forEach((name, setup) -> append(text, name, scenario.run(1, setup)));
    }
    if ("write".equals(System.getProperty("steelyard.golden"))) {
      Files.writeString(
          Path.of(
              System.getProperty("basedir"), "src/test/resources/dev/steelyard/simulator", FILE),
          text);
      return;
    }
    try (InputStream file = GoldenTest.class.getResourceAsStream(FILE)) {
      assertEquals(new String(file.readAllBytes(), UTF_8), text.toString());
    }
  }

  private static void append(StringBuilder text, String strategy, SimulationResult result) {
    text.append(
        String.format(
            Locale.ROOT,
            "%-24s %-14s success %7.3f %%, mean %8.3f, p50 %8.3f, p99 %8.3f ms, %.4f attempts\n",
            result.scenario(),
            strategy,
            result.successPercent(),
            result.meanSeconds() * 1e3,
            result.percentile(50).toNanos() / 1e6,
            result.percentile(99).toNanos() / 1e6,
            result.attemptsPerRequest()));
    text.append(
        result.servers().stream()
            .map(each -> String.format(Locale.ROOT, "%s %.2f", each.name(), 100 * each.share()))
            .collect(Collectors.joining(", ", "  shares: ", " %\n")));
    if (!result.failures().isEmpty()) {
      text.append("  failures: ").append(result.failures()).append('\n');
    }
  }

  private static Map<String, ClientSetup> setups() {
    Map<String, ClientSetup> setups = new LinkedHashMap<>();
    setups.put("default", (balancer, client) -> balancer);
    setups.put("guarded", (balancer, client) -> guarded(balancer));
    setups.put("sticky", (balancer, client) -> sticky(balancer, client));
    setups.put("leastRequests", (balancer, client) -> balancer.selector(Selectors.leastRequests()));
    setups.put("roundRobin", (balancer, client) -> balancer.selector(Selectors.roundRobin()));
    setups.put("maglev", (balancer, client) -> balancer.selector(Selectors.maglev()));
    return setups;
  }

  private static LoadBalancerBuilder guarded(LoadBalancerBuilder balancer) {
    return balancer
        .slowStart(Duration.ofSeconds(2))
        .failurePolicy(
            FailurePolicy.standard()
                .withPerTryTimeout(Duration.ofMillis(500))
                .withOverallTimeout(Duration.ofSeconds(2))
                .withHedging(0.95, 0.05)
                .withMaxInFlight(20)
                .withWaitQueue(100, Duration.ofMillis(500)));
  }

  private static LoadBalancerBuilder sticky(
      LoadBalancerBuilder balancer, ClientEnvironment client) {
    return balancer
        .stickySessions(
            StickySessionTable.builder().maximumSize(1_000).ticker(client.ticker()).build())
        .healthMonitor(client.monitor(settings -> settings.interval(Duration.ofSeconds(1))));
  }

  private static List<Scenario> scenarios() {
    Distribution work = Distribution.logNormal(Duration.ofMillis(20), Duration.ofMillis(80));
    Server server = Server.named("s", work).withCores(2);
    Duration third = Duration.ofSeconds(3);
    return List.of(
        base("all well").servers(4, server).build(),
        base("unequal").servers(2, server).server(server.withName("f").withSpeed(3)).build(),
        base("one slow").servers(4, server).at(third, c -> c.speed("s-1", 0.05)).build(),
        base("one killed, back")
            .servers(4, server)
            .at(third, control -> control.kill("s-1"))
            .at(Duration.ofSeconds(6), control -> control.start("s-1"))
            .build(),
        base("one cut off")
            .servers(4, server)
            .at(third, control -> control.partition(null, "s-1"))
            .at(Duration.ofSeconds(6), SimulationControl::heal)
            .build(),
        base("fast errors")
            .servers(4, server)
            .at(
                third,
                control ->
                    control.behave(
                        "s-1",
                        Behaviour.answers(Distribution.fixed(Duration.ofMillis(1)))
                            .withStatus(500)))
            .build(),
        base("overloaded")
            .servers(
                2,
                server
                    .withMaxInFlight(10, 503)
                    .withPauses(
                        Distribution.exponential(Duration.ofSeconds(1)),
                        Distribution.fixed(Duration.ofMillis(100))))
            .build(),
        base("deploy")
            .servers(3, server)
            .at(third, control -> control.join(server.withName("new").startingCold(5, 50)))
            .at(third, control -> control.drain("s-1", Duration.ofSeconds(5)))
            .build());
  }

  private static Scenario.Builder base(String name) {
    return Scenario.named(name)
        .clients(3)
        .keys(200, 0.8)
        .network(
            Network.of(Distribution.exponential(Duration.ofMillis(1)))
                .withLoss(0.001, Duration.ofMillis(200)))
        .arrivals(Arrivals.poisson(150))
        .discoveryDelay(Distribution.uniform(Duration.ofMillis(100), Duration.ofMillis(900)))
        .lasts(Duration.ofSeconds(10));
  }
}
