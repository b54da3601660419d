package dev.steelyard.simulator;

import static dev.steelyard.simulator.QueueingTheoryTest.assertWithin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Draws against what they are said to be drawn from (Kolmogorov and Smirnov), and their means. */
class DistributionTest {
  private static final int DRAWS = 100_000;

  /** The critical value at a level of 0.1 %. */
  private static final double CRITICAL = 1.95 / Math.sqrt(DRAWS);

  @Test
  void drawsAreDistributedAsTheySay() {
    assertDrawn(
        Distribution.uniform(Duration.ofMillis(2), Duration.ofMillis(4)),
        millis -> (millis - 2) / 2,
        3);
    assertDrawn(
        Distribution.exponential(Duration.ofMillis(10)), millis -> 1 - Math.exp(-millis / 10), 10);
    assertDrawn(
        Distribution.pareto(Duration.ofMillis(1), 1.5, Duration.ofMillis(1000)),
        millis -> (1 - Math.pow(millis, -1.5)) / (1 - Math.pow(1000, -1.5)),
        3 * (1 - Math.pow(1000, -0.5)) / (1 - Math.pow(1000, -1.5)));
    assertDrawn(
        Distribution.pareto(Duration.ofMillis(1), 1, Duration.ofMillis(1000)),
        millis -> (1 - 1 / millis) / (1 - 1e-3),
        Math.log(1000) / (1 - 1e-3));
    assertDrawn(
        Distribution.exponential(Duration.ofMillis(10)).times(0.3),
        millis -> 1 - Math.exp(-millis / 3),
        3);
  }

  @Test
  void logNormalDrawsHaveTheQuantilesTheyAreMadeOf() {
    Distribution work = Distribution.logNormal(Duration.ofMillis(20), Duration.ofMillis(80));
    double sigma = Math.log(4) / 2.3263478740408408;
    long[] draws = draws(work);
    Arrays.sort(draws);

    assertQuantile(0.5, 20, draws);
    assertQuantile(0.99, 80, draws);
    assertQuantile(0.84134474606, 20 * Math.exp(sigma), draws);
    assertQuantile(0.02275013195, 20 * Math.exp(-2 * sigma), draws);
    assertEquals(20 * Math.exp(sigma * sigma / 2), work.meanNanos() / 1e6, 1e-9);
    assertMean(work, draws);
  }

  @Test
  void theNormalQuantileIsThatOfTheTables() {
    assertEquals(0, Normal.quantile(0.5), 1e-9);
    assertEquals(1.959963984540054, Normal.quantile(0.975), 1e-8);
    assertEquals(-3.090232306167814, Normal.quantile(0.001), 1e-8);
    assertEquals(4.753424308822899, Normal.quantile(1 - 1e-6), 1e-7);
  }

  @Test
  void whatWasRecordedComesEquallyOften() {
    long[] counts = new long[4];
    Distribution recorded =
        Distribution.recorded(
            List.of(Duration.ofNanos(3), Duration.ofNanos(1), Duration.ofNanos(2), Duration.ZERO));
    for (long each : draws(recorded)) {
      counts[(int) each]++;
    }
    double chiSquare = 0;
    for (long count : counts) {
      chiSquare += (count - DRAWS / 4.0) * (count - DRAWS / 4.0) / (DRAWS / 4.0);
    }
    assertTrue(chiSquare < 16.27, () -> Arrays.toString(counts)); // 3 degrees of freedom, 0.1 %
    assertEquals(1.5, recorded.meanNanos());
  }

  @Test
  void aServerThatFillsUpTakesLonger() {
    Distribution linear = Distribution.linear(Duration.ofNanos(100), 10);
    Stream random = new Stream(1);

    assertEquals(110, linear.draw(random, 1));
    assertEquals(200, linear.draw(random, 10));
    assertEquals(500, linear.draw(random, 11));
  }

  @Test
  void lostMessagesAreSentAgainAfterTwiceTheTime() {
    Network network =
        Network.of(Distribution.fixed(Duration.ofMillis(1))).withLoss(0.25, Duration.ofMillis(200));
    Stream random = new Stream(1);
    long[] byTimes = new long[4];
    for (int i = 0; i < DRAWS; i++) {
      long millis = network.delay(false, random) / 1_000_000;
      int times = Long.numberOfTrailingZeros((millis - 1) / 200 + 1); // 200 * (2^k - 1)
      assertEquals(1 + 200 * ((1L << times) - 1), millis);
      byTimes[Math.min(times, 3)]++;
    }
    for (int k = 0; k < 3; k++) {
      double expected = 0.75 * Math.pow(0.25, k);
      double error = Math.sqrt(expected * (1 - expected) / DRAWS);
      assertEquals(expected, (double) byTimes[k] / DRAWS, 4 * error);
    }
  }

  private static long[] draws(Distribution of) {
    Stream random = Stream.of(1, 1);
    long[] draws = new long[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      draws[i] = of.draw(random, 1);
    }
    return draws;
  }

  private static void assertDrawn(
      Distribution of, DoubleUnaryOperator distributionOfMillis, double meanMillis) {
    long[] draws = draws(of);
    assertEquals(meanMillis, of.meanNanos() / 1e6, 1e-9 * meanMillis);
    assertMean(of, draws);
    Arrays.sort(draws);
    for (int i = 0; i < DRAWS; i++) {
      double expected = distributionOfMillis.applyAsDouble(draws[i] / 1e6);
      assertEquals(expected, (i + 0.5) / DRAWS, CRITICAL, of::toString);
    }
  }

  private static void assertMean(Distribution of, long[] draws) {
    double[] means = new double[100];
    for (int i = 0; i < DRAWS; i++) {
      means[i % 100] += draws[i] / (DRAWS / 100.0);
    }
    assertWithin(of.meanNanos(), means, 0.02);
  }

  private static void assertQuantile(double share, double millis, long[] sorted) {
    int below = Arrays.binarySearch(sorted, Math.round(millis * 1e6));
    double found = (double) (below < 0 ? -below - 1 : below) / sorted.length;
    assertEquals(share, found, 4 * Math.sqrt(share * (1 - share) / sorted.length));
  }
}
