package dev.steelyard.lb.weigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.testing.Threads;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReportedWeightTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long BLACKOUT = 10 * SECOND;
  private static final long EXPIRY = 180 * SECOND;

  private final ReportedWeight weight = new ReportedWeight();

  private static LoadReport report(double cpu, double qps, double eps) {
    return new LoadReport(0, cpu, 0, qps, eps, Map.of());
  }

  private boolean accept(double cpu, double qps, long now) {
    return weight.accept(report(cpu, qps, 0), now, 1);
  }

  private double at(long now) {
    return weight.weightAt(now, BLACKOUT, EXPIRY);
  }

  @Test
  void theFirstReportBeginsTheBlackoutAndTheLastOneCountsAfterIt() {
    assertEquals(0, at(0));
    assertTrue(accept(0.5, 100, 0));
    assertEquals(0, at(0));
    assertTrue(accept(0.5, 300, 9 * SECOND));
    assertEquals(0, at(BLACKOUT - 1));
    assertEquals(600, at(BLACKOUT));
    assertEquals(600, at(9 * SECOND + EXPIRY - 1));
  }

  @Test
  void anExpiredWeightBeginsAgainWithABlackout() {
    accept(0.5, 100, 0);
    assertEquals(200, at(EXPIRY - 1));
    assertEquals(0, at(EXPIRY));
    accept(0.5, 100, EXPIRY + SECOND);
    assertEquals(0, at(EXPIRY + SECOND + BLACKOUT - 1));
    assertEquals(200, at(EXPIRY + SECOND + BLACKOUT));
  }

  @Test
  void reportsThatSayNothingChangeNothing() {
    assertFalse(accept(0, 100, 0));
    assertFalse(accept(0.5, 0, 0));
    assertFalse(weight.accept(report(1, 1e-300, 1e300), 0, 1e300), "a weight of 0");
    assertFalse(weight.accept(report(Double.MAX_VALUE, Double.MIN_VALUE, 0), 0, 1));
    accept(0.5, 100, 5);
    assertFalse(accept(0, 100, EXPIRY - 1));
    assertEquals(200, at(EXPIRY - 1));
    assertEquals(0, at(EXPIRY + 5), "it does not put off the expiry, either");
  }

  @Test
  void errorsLowerTheWeightByThePenalty() {
    assertEquals(1000 / 0.7, ReportedWeight.weight(report(0.5, 1000, 100), List.of(), 2));
    assertEquals(2000, ReportedWeight.weight(report(0.5, 1000, 100), List.of(), 0));
    assertEquals(2, ReportedWeight.weight(report(0.5, 1, Double.MAX_VALUE), List.of(), 0));
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> weight.accept(report(0.5, 1, 0), 0, bad));
    }
  }

  @Test
  void theConfiguredMetricIsTheUtilisation() {
    LoadReport report = new LoadReport(0.5, 0.6, 0, 10, 0, Map.of("queue", 0.25));
    assertTrue(weight.accept(report, List.of("named_metrics.queue"), 0, 1));
    assertEquals(40, weight.weightAt(0, 0, EXPIRY));
  }

  @Test
  void aWriterWhoseTimeIsBehindTheReportSeesNoTimePassed() {
    long early = Long.MAX_VALUE - 5;
    long late = Long.MIN_VALUE + 5; // 11 ns later: the counter wraps
    accept(0.5, 100, late);
    assertEquals(0, at(early));
    assertEquals(200, weight.weightAt(early, 0, EXPIRY));
    assertEquals(200, at(early + BLACKOUT + 20));
  }

  @Test
  void aResetBeginsAgain() {
    accept(0.5, 100, 0);
    weight.reset();
    assertEquals(0, at(BLACKOUT));
  }

  @Test
  void aReportThatRacesWithTheExpiryIsNotLost() throws Exception {
    // The writer lets the old one expire at the moment at which a new one arrives: afterwards the
    // new one is known, whichever came first.
    AtomicLong clock = new AtomicLong();
    for (int round = 0; round < 300; round++) {
      long now = clock.addAndGet(2 * EXPIRY);
      Threads.together(List.of(() -> accept(0.5, 100, now), () -> weight.weightAt(now, 0, EXPIRY)));
      assertEquals(200, weight.weightAt(now, 0, EXPIRY));
    }
  }

  @Test
  void factorsAreRelativeToTheMeanOfTheKnown() {
    assertArrayEquals(
        new double[] {4.0 / 3, 2.0 / 3, 1}, ReportedWeights.factors(new double[] {2, 1, 0}), 1e-15);
    assertArrayEquals(new double[] {1, 1}, ReportedWeights.factors(new double[] {7, 0}));
    assertArrayEquals(new double[] {1, 1}, ReportedWeights.factors(new double[2]));
    assertArrayEquals(new double[0], ReportedWeights.factors(new double[0]));
  }

  @Test
  void weightsThatAreNoneAreRefused() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Exception refused =
          assertThrows(
              IllegalArgumentException.class, () -> ReportedWeights.factors(new double[] {1, bad}));
      assertEquals("weights[1]: " + bad + " (expected: finite and >= 0)", refused.getMessage());
    }
  }
}
