package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** What holds in every run: no request is lost or counted twice, and no lease is left open. */
class ConservationPropertyTest {
  private static final Duration BUSY = Duration.ofSeconds(2);
  private static final Duration QUIET = Duration.ofSeconds(29);

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void nothingIsLost(@ForAll long seed) {
    Random random = new Random(seed);
    int clients = 1 + random.nextInt(3);
    List<String> leftOpen = new ArrayList<>();
    Scenario.Builder builder = scenario(random, clients, leftOpen);
    FailurePolicy policy = policy(random);
    Selector selector = selector(random);
    boolean monitored = random.nextInt(4) == 0;
    SimulationResult result =
        builder
            .balancer(
                (balancer, client) ->
                    monitored
                        ? balancer
                            .selector(selector)
                            .failurePolicy(policy)
                            .healthMonitor(client.monitor(monitor -> monitor))
                        : balancer.selector(selector).failurePolicy(policy))
            .build()
            .run(seed);

    String told = "seed " + seed + ", " + selector + ", " + policy + "\n" + result;
    SimulationResult.Counts counts = result.counts();
    long failed = result.failures().values().stream().mapToLong(Long::longValue).sum();
    long answered = result.samples().stream().mapToLong(Sample::answered).sum();
    long attempts = result.servers().stream().mapToLong(ServerResult::attempts).sum();
    long responses = result.servers().stream().mapToLong(ServerResult::responses).sum();
    assertEquals(counts.sent(), counts.answered(), told); // there is a limit to all calls
    assertEquals(counts.answered(), counts.succeeded() + failed, told);
    assertEquals(counts.answered(), answered, told);
    assertEquals(counts.attempts(), attempts, told);
    assertTrue(attempts >= counts.succeeded(), told);
    assertTrue(responses <= attempts, told);
    assertTrue(responses >= counts.succeeded(), told);
    assertEquals(List.of(), leftOpen, told);
  }

  private static Scenario.Builder scenario(Random random, int clients, List<String> leftOpen) {
    int servers = 1 + random.nextInt(5);
    Scenario.Builder builder =
        Scenario.named("random")
            .clients(clients)
            .arrivals(ConservationPropertyTest::busyThenOne)
            .lasts(Duration.ofSeconds(30))
            .sampleEvery(Duration.ofSeconds(5))
            .network(
                Network.of(Distribution.exponential(Duration.ofMillis(random.nextInt(5) + 1)))
                    .withLoss(random.nextInt(2) * 0.02, Duration.ofMillis(50)));
    if (random.nextBoolean()) {
      builder.discoveryDelay(Distribution.uniform(Duration.ZERO, Duration.ofMillis(500)));
    }
    for (int i = 0; i < servers; i++) {
      builder.server(server(random, "s-" + i));
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      String server = "s-" + random.nextInt(servers);
      Duration at = Duration.ofMillis(random.nextInt(2000));
      switch (random.nextInt(7)) {
        case 0 -> builder.at(at, control -> control.kill(server));
        case 1 -> builder.at(at, control -> control.start(server));
        case 2 -> builder.at(at, control -> control.partition(null, server));
        case 3 -> builder.at(at, SimulationControl::heal);
        case 4 -> builder.at(at, control -> control.speed(server, 0.02));
        case 5 -> {
          Server joining = server(random, "new-" + i);
          builder.at(at, control -> control.join(joining));
        }
        default -> builder.at(at, control -> drainOnce(control, server));
      }
    }
    return builder.at(
        QUIET,
        control -> {
          for (int client = 0; client < clients; client++) {
            control.balancer(client).endpoints().stream()
                .filter(each -> each.inFlight() != 0)
                .forEach(each -> leftOpen.add(each.toString()));
          }
        });
  }

  private static void drainOnce(SimulationControl control, String server) {
    if (control.servers().contains(server)) {
      control.drain(server, Duration.ofMillis(300));
    }
  }

  private static Server server(Random random, String name) {
    Distribution work = Distribution.exponential(Duration.ofMillis(1 + random.nextInt(40)));
    Behaviour behaviour =
        switch (random.nextInt(6)) {
          case 0 ->
              Behaviour.answers(work).withErrors(0.3, 503).withRetryAfter(Duration.ofMillis(80));
          case 1 -> Behaviour.breaks(work);
          case 2 -> Behaviour.swallows();
          case 3 -> Behaviour.answers(work).withErrorsAbove(2, 500);
          default -> Behaviour.answers(work);
        };
    Server server = Server.named(name, behaviour).withCores(1 + random.nextInt(3));
    return random.nextInt(3) == 0 ? server.withMaxInFlight(4, 429) : server;
  }

  private static FailurePolicy policy(Random random) {
    FailurePolicy policy =
        (random.nextBoolean() ? FailurePolicy.standard() : FailurePolicy.none())
            .withOverallTimeout(Duration.ofSeconds(1 + random.nextInt(4)));
    if (random.nextBoolean()) {
      policy = policy.withHedging(0.9, 0.5, Duration.ofMillis(5));
    }
    if (random.nextBoolean()) {
      policy = policy.withPerTryTimeout(Duration.ofMillis(20 + random.nextInt(200)));
    }
    if (random.nextBoolean()) {
      policy = policy.withMaxInFlight(1 + random.nextInt(8));
      if (random.nextBoolean()) {
        policy = policy.withWaitQueue(5, Duration.ofMillis(100), random.nextBoolean());
      }
    } else if (random.nextBoolean()) {
      policy = policy.withAdaptiveConcurrency(1, 20);
    }
    return random.nextInt(4) == 0 ? policy.withRateLimit(80, 5) : policy;
  }

  private static Selector selector(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Selectors.roundRobin();
      case 1 -> Selectors.leastRequests();
      case 2 -> Selectors.leastResponseTime();
      case 3 -> Selectors.powerOfChoices(3);
      case 4 -> Selectors.powerOfTwoChoices();
      default -> Selectors.peakEwma();
    };
  }

  /** Two busy seconds, and one request long afterwards, so that there is a look at the end. */
  private static Arrivals.Course busyThenOne(RandomSource random) {
    Arrivals.Course busy = Arrivals.poisson(100).begin(random);
    return now -> {
      long next = busy.next(now);
      if (next < BUSY.toNanos()) {
        return next;
      }
      return now < QUIET.toNanos() ? QUIET.toNanos() + 1_000 : Long.MAX_VALUE;
    };
  }
}
