package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Arrivals per second: how many, and how uneven (variance over mean: 1 for a Poisson process). */
class ArrivalsTest {
  private static final int SECONDS = 2_000;

  @Test
  void evenArrivalsComeAtEvenDistances() {
    Arrivals.Course process = Arrivals.even(3).begin(new Stream(1));

    assertEquals(0, process.next(0));
    assertEquals(333_333_333, process.next(0));
    assertEquals(666_666_667, process.next(0));
    assertEquals(1_000_000_000, process.next(0));
  }

  @Test
  void poissonArrivalsAreAsManyAndAsUnevenAsTheySay() {
    double[] counts = perSecond(Arrivals.poisson(50));

    assertEquals(50, mean(counts), 4 * Math.sqrt(50.0 / SECONDS));
    assertEquals(1, dispersion(counts), 4 * Math.sqrt(2.0 / SECONDS));
  }

  @Test
  void arrivalsThatAreSplitAtRandomArePoissonAgain() {
    Scenario scenario =
        Scenario.named("split")
            .servers(4, Server.named("s", Distribution.fixed(Duration.ofMillis(1))))
            .arrivals(Arrivals.poisson(200))
            .lasts(Duration.ofSeconds(SECONDS))
            .sampleEvery(Duration.ofSeconds(1))
            .balancer(
                (balancer, client) ->
                    balancer.selector(Selectors.random()).failurePolicy(FailurePolicy.none()))
            .build();
    SimulationResult result = scenario.run();

    for (int server = 0; server < 4; server++) {
      double[] counts = new double[SECONDS];
      for (int i = 0; i < SECONDS; i++) {
        counts[i] = result.samples().get(i).attempts().get(server);
      }
      assertEquals(50, mean(counts), 4 * Math.sqrt(50.0 / SECONDS));
      assertEquals(1, dispersion(counts), 4 * Math.sqrt(2.0 / SECONDS));
    }
  }

  @Test
  void burstsHaveTheMeanOfBothTimesAndAreMoreUneven() {
    // half of the time 10, half of the time 90; a time is exponential of 5 s
    Distribution time = Distribution.exponential(Duration.ofSeconds(5));
    double[] counts = perSecond(Arrivals.bursts(10, time, 90, time));

    // the rate is a telegraph signal: variance 40^2, correlation time 2.5 s
    double error = Math.sqrt(40 * 40 * 2 * 2.5 / SECONDS);
    assertEquals(50, mean(counts), 4 * error);
    // in a second: 1 + 1600 / 50 * 2 * (x - 1 + e^-x) / x^2 with x = 1 / 2.5
    double x = 0.4;
    double expected = 1 + 1600.0 / 50 * 2 * (x - 1 + Math.exp(-x)) / (x * x);
    assertEquals(expected, dispersion(counts), 0.15 * expected);
  }

  @Test
  void burstsWithoutQuietRequestsBeginAfterTheQuietTime() {
    Distribution quiet = Distribution.fixed(Duration.ofSeconds(1));
    Arrivals.Course process = Arrivals.bursts(0, quiet, 1000, quiet).begin(new Stream(3));
    long now = 0;
    for (int i = 0; i < 5_000; i++) {
      now = process.next(now);
      assertEquals(1, now / 1_000_000_000L % 2, "in which second");
    }
  }

  @Test
  void recordedRatesAreFollowedAndThenNothingComes() {
    double[] rates = new double[SECONDS];
    for (int i = 0; i < SECONDS; i++) {
      rates[i] = i % 4 * 30; // 0, 30, 60, 90
    }
    double[] counts = perSecond(Arrivals.recorded(Duration.ofSeconds(1), rates));
    double[] sums = new double[4];
    for (int i = 0; i < SECONDS; i++) {
      sums[i % 4] += counts[i];
    }

    assertEquals(0, sums[0]);
    for (int i = 1; i < 4; i++) {
      double expected = i * 30.0 * SECONDS / 4;
      assertEquals(expected, sums[i], 4 * Math.sqrt(expected));
    }
    Arrivals.Course process = Arrivals.recorded(Duration.ofSeconds(1), 5).begin(new Stream(1));
    assertEquals(Long.MAX_VALUE, process.next(Duration.ofSeconds(1).toNanos()));
  }

  @Test
  void arrivalsThatHardlyEverComeDoNotComeBeforeTime() {
    Arrivals.Course process = Arrivals.poisson(1e-300).begin(new Stream(1));

    assertTrue(process.next(5) > 5);
  }

  private static double[] perSecond(Arrivals arrivals) {
    Arrivals.Course process = arrivals.begin(Stream.of(1, 1));
    double[] counts = new double[SECONDS];
    for (long now = process.next(0); now < SECONDS * 1_000_000_000L; now = process.next(now)) {
      counts[(int) (now / 1_000_000_000L)]++;
    }
    return counts;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double each : values) {
      sum += each;
    }
    return sum / values.length;
  }

  private static double dispersion(double[] counts) {
    double mean = mean(counts);
    double squares = 0;
    for (double each : counts) {
      squares += (each - mean) * (each - mean);
    }
    return squares / (counts.length - 1) / mean;
  }
}
