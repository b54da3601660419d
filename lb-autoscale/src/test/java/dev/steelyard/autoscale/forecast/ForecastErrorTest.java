package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ForecastErrorTest {
  private static final double[] ACTUAL = {10, 20, 30, 40};
  private static final double[] EXPECTED = {12, 20, 27, 35};

  @Test
  void theErrorsAreThoseOfTheBooks() {
    ForecastError error = ForecastError.of(ACTUAL, EXPECTED);
    assertEquals(4, error.count());
    assertEquals(2.5, error.mae());
    assertEquals(Math.sqrt(38 / 4.0), error.rmse(), 1e-15);
    assertEquals(0.1, error.wape(), 1e-15);
    assertEquals((0.2 + 0 + 0.1 + 0.125) / 4, error.mape(), 1e-15);
    assertEquals(-1.5, error.bias());
    assertEquals(0.5, error.underPredictionShare());
  }

  @Test
  void zerosSpoilThePercentagesButNotTheWeightedOne() {
    ForecastError error = ForecastError.of(new double[] {0, 100}, new double[] {1, 99});
    assertEquals(Double.POSITIVE_INFINITY, error.mape());
    assertEquals(0.02, error.wape(), 1e-15);
    assertEquals(0, ForecastError.of(new double[2], new double[2]).wape());
    assertEquals(
        Double.POSITIVE_INFINITY, ForecastError.of(new double[2], new double[] {1, 0}).wape());
  }

  @Test
  void aScaledErrorComparesWithTheSeasonalNaiveOfTheHistory() {
    double[] history = {1, 5, 3, 7}; // period 2: differences 2 and 2
    assertEquals(1.25, ForecastError.of(ACTUAL, EXPECTED).mase(history, 2), 1e-15);
    assertThrows(
        ForecastException.class, () -> ForecastError.of(ACTUAL, EXPECTED).mase(history, 4));
  }

  @Test
  void aBaselineWithoutErrorIsBeatenByNobody() {
    ForecastError perfect = ForecastError.of(ACTUAL, ACTUAL);
    ForecastError other = ForecastError.of(ACTUAL, EXPECTED);
    assertEquals(1, perfect.relativeTo(perfect));
    assertEquals(0, perfect.relativeTo(other));
    assertEquals(Double.POSITIVE_INFINITY, other.relativeTo(perfect));
  }

  @Test
  void fallingShortOfAHighQuantileCostsMost() {
    double[] one = {100};
    assertEquals(9.5, ForecastError.pinball(one, new double[] {90}, 0.95), 1e-12);
    assertEquals(0.5, ForecastError.pinball(one, new double[] {110}, 0.95), 1e-12);
    assertThrows(IllegalArgumentException.class, () -> ForecastError.pinball(one, one, 1));
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThrows(ForecastException.class, () -> ForecastError.of(new double[0], new double[0]));
    assertThrows(
        IllegalArgumentException.class, () -> ForecastError.of(new double[2], new double[3]));
    assertThrows(
        ForecastException.class,
        () -> ForecastError.of(new double[] {1}, new double[] {Double.NaN}));
  }

  @Test
  void aBacktestJudgesEachOriginByWhatCameAfterIt() {
    double[] series = {1, 2, 3, 4, 1, 2, 3, 4, 2, 2, 3, 4};
    Backtest test = Backtest.run(SeasonalNaive.of(4), series, 4, 2, 3);
    assertEquals(3, test.size());
    assertEquals(10, test.origin(2));
    assertEquals(
        ForecastError.of(new double[] {1, 2, 4, 2, 3, 4}, new double[] {1, 2, 4, 1, 3, 4}),
        test.error());
    assertEquals(1.0 / 3, test.errorAt(2).mae(), 1e-15);
    assertEquals(0, test.errorAt(1).mae());
  }

  @Test
  void aBacktestCountsWhatTheIntervalsHold() {
    double[] flat = new double[20];
    Arrays.fill(flat, 5);
    flat[19] = 6;
    Backtest test = Backtest.run(SeasonalNaive.of(2), flat, 10, 1, 1);
    assertEquals(0.9, test.coverage(), 1e-12);
  }

  @Test
  void aBacktestThatCouldJudgeNothingIsRefused() {
    SeasonalNaive model = SeasonalNaive.of(4);
    double[] series = new double[8];
    assertEquals(1, Backtest.run(model, series, 4, 4, 1).size());
    assertThrows(ForecastException.class, () -> Backtest.run(model, series, 4, 5, 1));
    assertThrows(IllegalArgumentException.class, () -> Backtest.run(model, series, 3, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> Backtest.run(model, series, 4, 1, 0));
    assertThrows(
        IllegalArgumentException.class, () -> Backtest.run(model, series, 4, 1, 1).errorAt(2));
    assertTrue(Backtest.run(model, series, 4, 1, 1).coverage() >= 0);
  }
}
