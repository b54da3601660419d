package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrendTest {
  @ParameterizedTest
  @CsvSource({ // the tables of the t distribution, 97.5 %
    "1, 12.706204736432095",
    "2, 4.302652729911275",
    "3, 3.182446305284263",
    "4, 2.776445105197799",
    "10, 2.2281388519649385",
    "30, 2.0422724563012373",
    "120, 1.9799304050824413",
    "1000, 1.9623390808264078",
    "1000000, 1.9599663568"
  })
  void theFactorOfTheIntervalIsStudentsT(int degrees, double t) {
    assertEquals(t, StudentT.twoSided95(degrees), 1e-9);
  }

  @Test
  void theTwoFormulasOfTheFactorMeet() {
    double before = StudentT.twoSided95(199) - StudentT.twoSided95(200);
    double across = StudentT.twoSided95(200) - StudentT.twoSided95(201);
    assertEquals(before, across, 1e-6);
    assertEquals(Double.POSITIVE_INFINITY, StudentT.twoSided95(0));
  }

  @Test
  void timesInEpochMillisecondsLoseNoDigits() {
    double[] times = new double[50];
    double[] values = new double[50];
    for (int i = 0; i < 50; i++) {
      times[i] = 1.7e12 + 60_000.0 * i;
      values[i] = 100 + 0.5 * i;
    }
    TrendLine line = TrendLine.fit(times, values);
    assertEquals(130, line.at(1.7e12 + 60_000.0 * 60), 1e-9);
    assertEquals(1, line.r2(), 1e-12);
  }

  @Test
  void aConstantSeriesHasNoSlopeAndNoDoubt() {
    double[] values = new double[37];
    Arrays.fill(values, 0.1);
    TrendLine line = TrendLine.fit(values);
    assertEquals(0, line.slope());
    assertEquals(1, line.r2());
    assertEquals(0, line.halfWidth95(40), 1e-15);
    Forecast forecast = LinearTrend.last(10).forecast(values, 5);
    assertEquals(0.1, forecast.value(5), 1e-15);
  }

  @Test
  void oneSpikeTurnsLeastSquaresButNotTheRobustLine() {
    double[] values = new double[20];
    for (int i = 0; i < values.length; i++) {
      values[i] = 50 + 2 * i;
    }
    values[18] = 5000;
    double robust = LinearTrend.robust(20).forecast(values, 5).value(5);
    double squares = LinearTrend.last(20).forecast(values, 5).value(5);
    assertEquals(98, robust, 1);
    assertTrue(squares > 500, () -> "was " + squares);
  }

  @Test
  void theRobustLineIgnoresEqualTimes() {
    TrendLine line = TrendLine.theilSen(new double[] {0, 0, 1, 2, 3}, new double[] {0, 0, 1, 2, 3});
    assertEquals(1, line.slope());
    assertEquals(3, line.at(3), 1e-12);
  }

  @Test
  void onlyTheLastObservationsCount() {
    double[] values = {900, 800, 700, 1, 2, 3, 4};
    assertEquals(5, LinearTrend.last(4).forecast(values, 1).value(1), 1e-12);
  }

  @Test
  void twoPointsMakeALineButNoInterval() {
    TrendLine line = TrendLine.fit(new double[] {1, 2});
    assertEquals(3, line.at(2), 1e-12);
    assertEquals(Double.POSITIVE_INFINITY, line.halfWidth95(2));
  }

  @Test
  void hugeValuesStayFinite() {
    double[] values = {1e149, 2e149, 3e149, 4.5e149};
    Forecast forecast = LinearTrend.last(4).forecast(values, 3);
    assertTrue(Double.isFinite(forecast.value(3)));
    assertTrue(Double.isFinite(forecast.upper(3)));
  }

  @Test
  void refusesWhatMakesNoLine() {
    reason(Reason.TOO_SHORT, () -> LinearTrend.last(5).forecast(new double[] {1, 2}, 1));
    reason(Reason.UNUSABLE_VALUE, () -> LinearTrend.last(5).forecast(nan(), 1));
    reason(Reason.UNUSABLE_VALUE, () -> TrendLine.fit(new double[] {1, 1e151, 2}));
    reason(Reason.DEGENERATE, () -> TrendLine.fit(new double[] {5, 5, 5}, new double[] {1, 2, 3}));
    assertThrows(IllegalArgumentException.class, () -> LinearTrend.last(2));
    assertThrows(IllegalArgumentException.class, () -> LinearTrend.robust(1001));
    assertThrows(
        IllegalArgumentException.class, () -> LinearTrend.last(3).forecast(new double[3], 0));
    assertThrows(IllegalArgumentException.class, () -> TrendLine.fit(new double[3], new double[2]));
  }

  private static double[] nan() {
    return new double[] {1, 2, Double.NaN, 4};
  }

  private static void reason(Reason reason, Runnable call) {
    assertEquals(reason, assertThrows(ForecastException.class, call::run).reason());
  }
}
