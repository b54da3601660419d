package dev.steelyard.simulator;

import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The library's own selectors against published and computed figures of others. */
class SelectorFiguresTest {
  private static final String SHARED = "steelyard.shared";

  /** Vectors, statistical_bounds.json, p2c-gap: balls into bins, which stay there. */
  @Test
  void fullestServersAreAsFullAsBallsIntoBins() throws IOException {
    String expected = vector("statistical_bounds.json", "p2c-gap");
    Matcher row = Pattern.compile("\\[([^\\[\\]\"]+)\\]").matcher(expected);
    int rows = 0;
    while (row.find()) {
      List<String> cells =
          Pattern.compile(",").splitAsStream(row.group(1)).map(String::strip).collect(toList());
      int bins = Integer.parseInt(cells.get(0));
      int balls = Integer.parseInt(cells.get(1));
      int choices = Integer.parseInt(cells.get(2));
      double mean = Double.parseDouble(cells.get(4));
      double worst = Double.parseDouble(cells.get(5));
      Selector selector =
          choices == 1
              ? Selectors.random()
              : choices == 2 ? Selectors.powerOfTwoChoices() : Selectors.powerOfChoices(choices);
      double gap = mostOverMean(neverEnding(bins, balls, selector).build().run(rows));

      // rows with replacement, too: ours draws without, which is no worse
      assertTrue(gap <= Math.max(worst * 1.3, worst + 1), () -> cells + ": " + gap);
      assertTrue(gap >= mean * 0.4, () -> cells + ": " + gap);
      rows++;
    }
    assertEquals(12, rows);
  }

  /** Vectors, peak_ewma.json, finagle-ewma-even (twitter/finagle, P2CPeakEwmaTest). */
  @Test
  void peakEwmaIsEvenAcrossEqualServers() throws IOException {
    String expected = vector("peak_ewma.json", "finagle-ewma-even");
    int nodes = number(expected, "nodes");
    SimulationResult result =
        neverEnding(nodes, number(expected, "requests"), Selectors.peakEwma()).build().run();
    LongStream attempts = result.servers().stream().mapToLong(ServerResult::attempts);
    LongStream again = result.servers().stream().mapToLong(ServerResult::attempts);

    long spread = attempts.max().orElseThrow() - again.min().orElseThrow();
    assertTrue(spread <= number(expected, "max_count_spread"), () -> "spread " + spread);
  }

  /** Vectors, peak_ewma.json, finagle-revive (twitter/finagle, P2CLeastLoadedTest). */
  @Test
  void anEmptyServerGetsWhatItIsDrawnFor() throws IOException {
    String expected = vector("peak_ewma.json", "finagle-revive");
    int nodes = number(expected, "nodes");
    int requests = number(expected, "requests_per_phase");
    SimulationResult result =
        neverEnding(nodes, 3 * requests, Selectors.powerOfTwoChoices())
            .at(Duration.ofSeconds(10), control -> control.leave("s-1"))
            .at(
                Duration.ofSeconds(20),
                control -> control.join(Server.named("again", Behaviour.swallows())))
            .build()
            .run();

    double revived = 2.0 * requests / nodes;
    assertEquals(0, result.share("s-1", Duration.ofSeconds(10), Duration.ofSeconds(40)));
    assertEquals(revived, result.server("again").attempts(), 5 * Math.sqrt(revived));
  }

  /**
   * Research of servicetalk, armeria and finagle, 8.3: five servers of weight 3 and five of weight
   * 1, of which the heavy ones should get 0.750. The best formula there gets 0.730, 0.737, 0.750.
   */
  @Test
  void heavyServersGetTheirShareHoweverManyAreInFlight() {
    double[] published = {0.730, 0.737, 0.750};
    int[] inFlight = {1, 10, 100};
    for (int i = 0; i < inFlight.length; i++) {
      Distribution work = Distribution.fixed(Duration.ofMillis(20));
      SimulationResult result =
          Scenario.named("weights")
              .servers(5, Server.named("heavy", work).withWeight(3))
              .servers(5, Server.named("light", work))
              .arrivals(Arrivals.even(inFlight[i] * 50.0))
              .lasts(Duration.ofSeconds(Math.max(40_000 / (inFlight[i] * 50), 4)))
              .balancer(
                  (balancer, client) ->
                      balancer
                          .selector(Selectors.powerOfTwoChoices())
                          .failurePolicy(FailurePolicy.none()))
              .build()
              .run();
      double heavy = result.servers().subList(0, 5).stream().mapToDouble(ServerResult::share).sum();
      assertEquals(0.75, heavy, 0.75 - published[i] + 0.01, inFlight[i] + " in flight");
    }
  }

  /** The same, 8.4: one of ten equal servers fails in 1 ms, where others take 20 ms. */
  @Test
  void oneThatFailsFastGetsHardlyAnything() {
    for (int perSecond : new int[] {50, 500, 2000}) {
      Distribution work = Distribution.fixed(Duration.ofMillis(20));
      SimulationResult result =
          Scenario.named("black hole")
              .server(
                  Server.named(
                      "bad",
                      Behaviour.answers(Distribution.fixed(Duration.ofMillis(1))).withStatus(500)))
              .servers(9, Server.named("good", work))
              .arrivals(Arrivals.poisson(perSecond))
              .lasts(Duration.ofSeconds(30))
              .build()
              .run();
      double share = result.share("bad", Duration.ofSeconds(1), Duration.ofSeconds(60));

      assertTrue(share < 0.01, () -> perSecond + "/s: " + share);
    }
  }

  /** Requests that stay where they are, 10 s for 100 000 of them or a third of all. */
  private static Scenario.Builder neverEnding(int servers, int requests, Selector selector) {
    Duration lasts = requests > 100_000 ? Duration.ofSeconds(30) : Duration.ofSeconds(10);
    return Scenario.named("never ending")
        .servers(servers, Server.named("s", Behaviour.swallows()))
        .arrivals(Arrivals.even(requests / (double) lasts.toSeconds()))
        .lasts(lasts)
        .abortAfter(lasts.plusSeconds(1))
        .balancer(
            (balancer, client) -> balancer.selector(selector).failurePolicy(FailurePolicy.none()));
  }

  private static double mostOverMean(SimulationResult result) {
    long most = result.servers().stream().mapToLong(ServerResult::attempts).max().orElseThrow();
    return most - (double) result.counts().attempts() / result.servers().size();
  }

  private static int number(String json, String name) {
    Matcher found = Pattern.compile('"' + name + "\":\\s*(\\d+)").matcher(json);
    assertTrue(found.find(), name);
    return Integer.parseInt(found.group(1));
  }

  /** What stands in a case. */
  private static String vector(String file, String id) throws IOException {
    String shared = System.getProperty(SHARED);
    assumeTrue(shared != null, "-D" + SHARED + " is not set");
    String json = Files.readString(Path.of(shared, "vectors", file));
    int from = json.indexOf('"' + id + '"');
    assertTrue(from >= 0, id);
    return json.substring(from, json.indexOf("\"hash\"", from));
  }
}
