package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Against the formulas of queueing theory. A mean is that of several independent runs, and has to
 * be within four of its own standard errors of what theory says, and those are to be small.
 */
class QueueingTheoryTest {
  private static final int RUNS = 10;
  private static final double REQUESTS = 20_000;
  private static final Duration MEAN = Duration.ofMillis(10);
  private static final ClientSetup PLAIN =
      (balancer, client) ->
          balancer.selector(Selectors.roundRobin()).failurePolicy(FailurePolicy.none());

  @Test
  void oneCoreWithExponentialWork() { // M/M/1
    for (double rho : new double[] {0.3, 0.7, 0.9}) {
      assertMean(0.01 / (1 - rho), 1, rho, Distribution.exponential(MEAN), 0.1);
    }
  }

  @Test
  void severalCoresWithExponentialWork() { // M/M/k, Erlang C
    for (int cores : new int[] {2, 4, 16}) {
      double waits = erlangC(cores, 0.8 * cores) * 0.01 / (cores * (1 - 0.8));
      assertMean(0.01 + waits, cores, 0.8, Distribution.exponential(MEAN), 0.04);
    }
  }

  @Test
  void oneCoreWithFixedWork() { // M/D/1
    assertMean(0.01 + pollaczekKhinchine(0.8, 0), 1, 0.8, Distribution.fixed(MEAN), 0.04);
  }

  @Test
  void oneCoreWithLogNormalWork() { // M/G/1
    Distribution work = Distribution.logNormal(Duration.ofMillis(8), Duration.ofMillis(33));
    double sigma = Math.log(33 / 8.0) / 2.3263478740408408;
    double mean = 0.008 * Math.exp(sigma * sigma / 2);
    double wait = mean * pollaczekKhinchine(0.7, Math.exp(sigma * sigma) - 1) / 0.01;

    assertEquals(mean, work.meanNanos() / 1e9, 1e-9);
    assertMean(mean + wait, 1, 0.7, work, 0.04);
  }

  @Test
  void oneCoreWithParetoWork() { // M/G/1
    double alpha = 2.2;
    double ratio = 1.0 / 50;
    Distribution work = Distribution.pareto(Duration.ofMillis(5), alpha, Duration.ofMillis(250));
    double norm = 1 - Math.pow(ratio, alpha);
    double mean = 0.005 * alpha / (alpha - 1) * (1 - Math.pow(ratio, alpha - 1)) / norm;
    double square = 0.005 * 0.005 * alpha / (alpha - 2) * (1 - Math.pow(ratio, alpha - 2)) / norm;
    double rho = 0.6;

    assertEquals(mean, work.meanNanos() / 1e9, 1e-9);
    assertMean(mean + rho / mean * square / (2 * (1 - rho)), 1, rho, work, 0.06);
  }

  @Test
  void joiningTheBetterOfTwoQueuesMakesTailsDoublyExponential() {
    // M. Mitzenmacher, "The power of two choices in randomized load balancing", 2001
    int servers = 500;
    double rho = 0.9;
    long[] atLeast = new long[8];
    long[] seen = {0};
    Scenario scenario =
        Scenario.named("supermarket")
            .servers(servers, Server.named("s", Distribution.exponential(MEAN)).withCores(1))
            .arrivals(Arrivals.poisson(rho * servers * 100))
            .lasts(Duration.ofSeconds(6))
            .balancer(
                (balancer, client) ->
                    balancer
                        .selector(Selectors.powerOfTwoChoices())
                        .failurePolicy(FailurePolicy.none()))
            .every(
                Duration.ofMillis(50),
                control -> {
                  if (control.now().toMillis() >= 1500) {
                    for (String server : control.servers()) {
                      int there = control.inFlight(server);
                      seen[0]++;
                      for (int k = 1; k < atLeast.length && k <= there; k++) {
                        atLeast[k]++;
                      }
                    }
                  }
                })
            .build();
    scenario.run(1);

    for (int k = 1; k <= 5; k++) {
      double expected = Math.pow(rho, Math.pow(2, k) - 1);
      assertEquals(expected, (double) atLeast[k] / seen[0], 0.012 + 0.03 * expected, "k = " + k);
    }
  }

  private static double pollaczekKhinchine(double rho, double squaredVariation) {
    return rho / (1 - rho) * (1 + squaredVariation) / 2 * 0.01;
  }

  private static double erlangC(int cores, double load) {
    double blocked = 1;
    for (int k = 1; k <= cores; k++) {
      blocked = load * blocked / (k + load * blocked);
    }
    return blocked / (1 - load / cores * (1 - blocked));
  }

  private static void assertMean(
      double expected, int cores, double rho, Distribution work, double precision) {
    double perSecond = rho * cores * 1e9 / work.meanNanos();
    List<Double> utilisations = new ArrayList<>();
    Scenario scenario =
        Scenario.named("theory")
            .server(Server.named("a", work).withCores(cores))
            .arrivals(Arrivals.poisson(perSecond))
            .lasts(Duration.ofNanos((long) (REQUESTS / perSecond * 1e9)))
            .measureFrom(Duration.ofNanos((long) (REQUESTS / perSecond * 1e8)))
            .every(
                Duration.ofNanos((long) (REQUESTS / perSecond * 0.99e9)),
                control -> utilisations.add(control.utilisation("a")))
            .sampleEvery(Duration.ofNanos((long) (REQUESTS / perSecond * 1e9 / 1000)))
            .balancer(PLAIN)
            .build();
    double[] means = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      SimulationResult result = scenario.run(i + 1);
      means[i] = result.meanSeconds();
      assertLittlesLaw(result);
      // a queue is the same whether a balancer or nothing is before it
      assertEquals(means[i], scenario.runCentralQueue(i + 1).meanSeconds(), means[i] * 1e-9);
      utilisations.remove(utilisations.size() - 1);
    }
    assertWithin(expected, means, precision);
    assertWithin(rho, utilisations.stream().mapToDouble(Double::doubleValue).toArray(), precision);
  }

  /** Looked at often, as many are there as come in a second times the seconds that they stay. */
  private static void assertLittlesLaw(SimulationResult result) {
    double there =
        result.samples().stream().mapToInt(each -> each.inFlight().get(0)).average().orElseThrow();
    double expected = result.server("a").busySeconds() / (result.lasted().toNanos() / 1e9);

    assertEquals(expected, there, 0.2 * expected, result::toString);
  }

  static void assertWithin(double expected, double[] values, double precision) {
    double mean = 0;
    for (double each : values) {
      mean += each / values.length;
    }
    double squares = 0;
    for (double each : values) {
      squares += (each - mean) * (each - mean);
    }
    double error = Math.sqrt(squares / (values.length - 1) / values.length);
    String told = "expected " + expected + ", got " + mean + " with an error of " + error;
    assertTrue(error < precision * expected, told);
    assertEquals(expected, mean, 4 * error, told);
  }
}
