package dev.steelyard.lb.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.testing.Allocations;
import dev.steelyard.lb.testing.Threads;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyQuantileTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final long WINDOW = 10 * SECOND;

  private static LatencyQuantile quantile(int minimum) {
    return new LatencyQuantile(WINDOW, minimum, 0);
  }

  @Test
  void saysNothingUntilThereIsEnoughAndThenAtOnce() {
    LatencyQuantile latency = quantile(20);
    assertEquals(-1, latency.quantile(0.95, 0));
    for (int i = 0; i < 19; i++) {
      latency.record(50 * MILLI, i * MILLI);
    }
    assertEquals(-1, latency.quantile(0.95, SECOND));
    assertEquals(19, latency.samples(SECOND));
    latency.record(50 * MILLI, SECOND);
    assertEquals(50 * MILLI, latency.quantile(0.95, SECOND + 100 * MILLI), 3.0 * MILLI);
  }

  @Test
  void sharesAreOfTheRank() {
    LatencyQuantile latency = quantile(1);
    for (int i = 1; i <= 100; i++) {
      latency.record(i * MILLI, 0);
    }
    long now = WINDOW / 2;
    assertEquals(50 * MILLI, latency.quantile(0.5, now), 3.0 * MILLI);
    assertEquals(95 * MILLI, latency.quantile(0.95, now), 5.7 * MILLI);
    assertEquals(100 * MILLI, latency.quantile(1, now), 6.0 * MILLI);
    assertEquals(MILLI, latency.quantile(1e-9, now), 0.06 * MILLI);
  }

  @Test
  void theWindowBeforeStillCountsAndTheOneBeforeThatDoesNot() {
    LatencyQuantile latency = quantile(1);
    latency.record(MILLI, WINDOW - 1);
    latency.record(9 * MILLI, WINDOW);
    assertEquals(2, latency.samples(WINDOW));
    assertEquals(2, latency.samples(2 * WINDOW - 1));
    assertEquals(1, latency.samples(2 * WINDOW));
    assertEquals(9 * MILLI, latency.quantile(0.01, 2 * WINDOW), 0.6 * MILLI);
    assertEquals(-1, latency.quantile(0.5, 3 * WINDOW));
  }

  /** Failsafe 3.3.2 reports what is long past after a pause; reads have to age the window. */
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 5, 1_000_001, 1_000_002})
  void aPauseEmptiesIt(long windows) {
    LatencyQuantile latency = quantile(1);
    latency.record(MILLI, 0);
    assertEquals(1, latency.samples(0));
    long later = windows * WINDOW;
    assertEquals(0, latency.samples(later));
    latency.record(5 * MILLI, later);
    assertEquals(1, latency.samples(later + SECOND));
    assertEquals(5 * MILLI, latency.quantile(0.01, later + SECOND), 0.3 * MILLI);
  }

  @Test
  void timesOutOfRangeCountAsTheNearest() {
    LatencyQuantile latency = quantile(1);
    for (long nanos : new long[] {Long.MIN_VALUE, -1, 0, 1, 1_023}) {
      latency.record(nanos, 0);
    }
    assertTrue(latency.quantile(1, SECOND) < 1_200);
    latency.record(Long.MAX_VALUE, SECOND);
    latency.record(1L << 41, SECOND);
    assertEquals(1L << 40, latency.quantile(1, 2 * SECOND), 0.07 * (1L << 40));
  }

  @Test
  void aClockThatRunsBackwardsCountsAsStandingStill() {
    LatencyQuantile latency = quantile(1);
    latency.record(MILLI, 5 * WINDOW);
    latency.record(MILLI, 0);
    latency.record(MILLI, -WINDOW);
    assertEquals(3, latency.samples(5 * WINDOW));
    assertEquals(3, latency.samples(0));
  }

  @Test
  void whereTheClockBeganMeansNothing() {
    for (long origin : new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE, Long.MAX_VALUE - WINDOW}) {
      LatencyQuantile latency = new LatencyQuantile(WINDOW, 1, origin);
      latency.record(MILLI, origin + WINDOW / 2);
      latency.record(MILLI, origin + WINDOW * 3 / 2);
      assertEquals(2, latency.samples(origin + WINDOW * 3 / 2));
      assertEquals(1, latency.samples(origin + WINDOW * 5 / 2));
      assertEquals(0, latency.samples(origin + WINDOW * 7 / 2));
    }
  }

  @Test
  void badArgumentsAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> new LatencyQuantile(99 * MILLI, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> quantile(0));
    for (double share : new double[] {0, -0.1, 1.01, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> quantile(1).quantile(share, 0));
    }
  }

  @Test
  @Timeout(60)
  void threadsLoseNoSample() throws Exception {
    LatencyQuantile latency = quantile(1);
    Threads.together(
        Collections.nCopies(
            8,
            () -> {
              for (int i = 0; i < 20_000; i++) {
                // Across the border of two windows: both count at the end.
                latency.record((1 + i % 3) * MILLI, WINDOW * 3 / 2 + i * (WINDOW / 25_000));
                latency.quantile(0.9, WINDOW * 3 / 2);
              }
            }));
    assertEquals(160_000, latency.samples(WINDOW * 5 / 2));
  }

  @Test
  void nothingIsAllocatedButTheCopiesOfAWindow() throws Exception {
    LatencyQuantile latency = quantile(1);
    long[] now = {0};
    double bytes =
        Allocations.bytesPerRun(
            50_000,
            () -> {
              now[0] += MILLI / 10;
              latency.record(now[0] % (50 * MILLI), now[0]);
              latency.quantile(0.95, now[0]);
            });
    assertTrue(bytes < 2, bytes + " bytes"); // 2 kB in 6250 runs
  }
}
