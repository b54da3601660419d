package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.forecast.HoltWinters.Component;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class ForecastPropertyTest {
  @Property(tries = 300)
  void changingTheFutureNeverChangesAnEarlierForecast(
      @ForAll("models") ForecastModel model,
      @ForAll("series") double[] series,
      @ForAll @IntRange(min = 30, max = 59) int now,
      @ForAll @DoubleRange(min = 1, max = 1e6) double other) {
    double[] changed = series.clone();
    Arrays.fill(changed, now, changed.length, other);
    Backtest one = Backtest.run(model, series, 24, 3, 1);
    Backtest two = Backtest.run(model, changed, 24, 3, 1);
    for (int i = 0; i < one.size(); i++) {
      if (one.origin(i) <= now) {
        assertEquals(one.forecast(i), two.forecast(i));
      }
    }
    double[] past = Arrays.copyOf(series, now);
    assertEquals(model.tunedTo(past, 2).name(), model.tunedTo(past, 2).name());
  }

  @Property(tries = 300)
  void theUnitOfTheSeriesDoesNotMatter(
      @ForAll("models") ForecastModel model, @ForAll("series") double[] series) {
    double factor = 1024; // exact in binary
    double[] scaled = Arrays.stream(series).map(y -> factor * y).toArray();
    Forecast one = model.forecast(series, 5);
    Forecast two = model.forecast(scaled, 5);
    double tolerance = 1e-9 * factor * (1 + Arrays.stream(one.values()).map(Math::abs).sum());
    for (int h = 1; h <= 5; h++) {
      assertEquals(factor * one.value(h), two.value(h), tolerance);
      assertEquals(factor * one.upper(h), two.upper(h), 1e6 * tolerance);
    }
  }

  @Property(tries = 300)
  void boundsEncloseTheValueAndTheHistoryIsLeftAlone(
      @ForAll("models") ForecastModel model, @ForAll("series") double[] series) {
    double[] before = series.clone();
    Forecast forecast = model.forecast(series, 7);
    assertArrayEquals(before, series);
    for (int h = 1; h <= 7; h++) {
      assertTrue(Double.isFinite(forecast.value(h)));
      assertTrue(forecast.lower(h) <= forecast.value(h));
      assertTrue(forecast.value(h) <= forecast.upper(h));
    }
    assertEquals(forecast, model.forecast(series, 7));
    assertEquals(forecast.value(3), model.forecast(series, 3).value(3));
  }

  @Property(tries = 300)
  void oneObservationAfterAnotherGivesWhatTheWholeHistoryGives(
      @ForAll("series") double[] series, @ForAll @IntRange(min = 30, max = 59) int split) {
    HoltWinters model = HoltWinters.of(6);
    Smoothing state = model.start(Arrays.copyOf(series, split));
    for (int i = split; i < series.length; i++) {
      state.update(series[i]);
    }
    assertEquals(model.forecast(series, 9), state.forecast(9));
  }

  @Property(tries = 300)
  void leastSquaresIsNotImprovedByAnyOtherLine(
      @ForAll("series") double[] y,
      @ForAll @DoubleRange(min = -1, max = 1) double shift,
      @ForAll @DoubleRange(min = -0.1, max = 0.1) double turn) {
    TrendLine line = TrendLine.fit(y);
    double best = 0;
    double other = 0;
    for (int i = 0; i < y.length; i++) {
      best += Math.pow(y[i] - line.at(i), 2);
      other += Math.pow(y[i] - line.at(i) - shift - turn * i, 2);
    }
    assertTrue(best <= other + 1e-6 * (1 + best));
    assertEquals(Math.sqrt(best / (y.length - 2)), line.residualStdErr(), 1e-6);
  }

  @Property(tries = 300)
  void aCommonShiftOfTimesMovesNothing(
      @ForAll("series") double[] y, @ForAll @IntRange(min = 0, max = 1_000_000) int shift) {
    double[] times = TrendLine.steps(y.length);
    double[] later = Arrays.stream(times).map(t -> t + shift).toArray();
    assertEquals(TrendLine.fit(times, y).at(70), TrendLine.fit(later, y).at(70.0 + shift), 1e-3);
    assertEquals(
        TrendLine.theilSen(times, y).at(70), TrendLine.theilSen(later, y).at(70.0 + shift), 1e-3);
  }

  @Provide
  Arbitrary<ForecastModel> models() {
    return Arbitraries.of(
        LinearTrend.last(10),
        LinearTrend.robust(10),
        Ewma.of(0.3),
        SeasonalNaive.of(6),
        SeasonalNaive.of(6).withNeighbours(2),
        HoltWinters.of(6),
        HoltWinters.of(6).withTrend(Component.NONE),
        HoltWinters.of(6).withTrend(Component.NONE).withSeason(Component.MULTIPLICATIVE),
        HoltWinters.withoutSeason());
  }

  @Provide
  Arbitrary<double[]> series() {
    return Arbitraries.doubles().between(0.5, 10_000).array(double[].class).ofSize(60);
  }
}
