package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import dev.steelyard.autoscale.forecast.HoltWinters.Component;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HoltWintersTest {
  private static final double[] DAY = {10, 12, 30, 60, 80, 60, 30, 12};

  @Test
  void aPureSeasonIsContinuedExactly() {
    for (Component season : new Component[] {Component.ADDITIVE, Component.MULTIPLICATIVE}) {
      Forecast forecast = HoltWinters.of(8).withSeason(season).forecast(days(5, 0), 16);
      for (int h = 1; h <= 16; h++) {
        assertEquals(DAY[(h - 1) % 8], forecast.value(h), 1e-9);
        assertEquals(0, forecast.upper(h) - forecast.value(h), 1e-9);
      }
    }
  }

  @Test
  void aGrowingSeasonIsContinuedWithItsTrend() {
    Forecast forecast =
        HoltWinters.of(8).withDamping(1).withSmoothing(0.3, 0.1, 0.2).forecast(days(40, 1), 8);
    for (int h = 1; h <= 8; h++) {
      assertEquals(DAY[h - 1] + 320 + h - 1, forecast.value(h), 2);
    }
  }

  @Test
  void theSeasonIsUpdatedByTheLevelBeforeTheObservation() {
    // Worked by hand: base = 10 + 1 = 11, level = 0.5*(14-2) + 0.5*11 = 11.5,
    // trend = 0.5*1.5 + 0.5*1 = 1.25, season = 0.5*(14-11) + 0.5*2 = 2.5. Winters' original: 2.25.
    Smoothing state =
        HoltWinters.of(2)
            .withDamping(1)
            .withSmoothing(0.5, 0.5, 0.5)
            .startFrom(10, 1, new double[] {2, -2});
    assertEquals(1, state.update(14), 1e-12);
    assertEquals(11.5, state.level(), 1e-12);
    assertEquals(1.25, state.slope(), 1e-12);
    assertEquals(11.5 + 2 * 1.25 + 2.5, state.ahead(2), 1e-12);
  }

  @Test
  void dampingFlattensTheTrend() {
    double[] ramp = new double[30];
    Arrays.setAll(ramp, i -> 100 + 5 * i);
    Forecast damped = HoltWinters.withoutSeason().withDamping(0.8).forecast(ramp, 100);
    Forecast straight = HoltWinters.withoutSeason().withDamping(1).forecast(ramp, 100);
    assertEquals(ramp[29] + 500, straight.value(100), 5); // it starts at y[0] with a step too many
    assertTrue(damped.value(100) < ramp[29] + 40);
    assertEquals(damped.value(99), damped.value(100), 1e-6);
  }

  @Test
  void theIntervalGrowsWithTheHorizonAndHoldsWhatItSays() {
    double[] series = noisyDays(60);
    HoltWinters model = HoltWinters.of(8).withSmoothing(0.1, 0.0, 0.1);
    Forecast one = model.forecast(Arrays.copyOf(series, 240), 40);
    assertTrue(one.upper(40) - one.value(40) > one.upper(1) - one.value(1));
    double coverage = Backtest.run(model, series, 80, 4, 1).coverage();
    assertEquals(0.95, coverage, 0.04);
  }

  @Test
  void tuningFindsParametersThatForecastBetter() {
    double[] series = noisyDays(60);
    HoltWinters start = HoltWinters.of(8).withSmoothing(0.9, 0.2, 0.7);
    HoltWinters tuned = start.tunedTo(Arrays.copyOf(series, 240), 3);
    ForecastError before = Backtest.run(start, series, 240, 3, 1).errorAt(3);
    ForecastError after = Backtest.run(tuned, series, 240, 3, 1).errorAt(3);
    assertTrue(after.mae() < 0.8 * before.mae(), () -> after + " against " + before);
    assertEquals(tuned.name(), start.tunedTo(Arrays.copyOf(series, 240), 3).name());
  }

  @Test
  void tuningKeepsItsParametersWhereThereIsNothingToJudgeBy() {
    HoltWinters model = HoltWinters.of(8);
    assertEquals(model.name(), model.tunedTo(days(3, 0), 100).name());
  }

  @Test
  void zerosAreFineForAnAdditiveSeasonAndRefusedByAMultiplicativeOne() {
    double[] nights = new double[48];
    Arrays.setAll(nights, i -> i % 8 < 4 ? 0 : 50);
    assertEquals(0, HoltWinters.of(8).forecast(nights, 1).value(1), 1e-9);
    HoltWinters ratio = HoltWinters.of(8).withSeason(Component.MULTIPLICATIVE);
    reason(Reason.NOT_POSITIVE, () -> ratio.forecast(nights, 1));
    reason(Reason.NOT_POSITIVE, () -> ratio.tunedTo(nights, 1));
    reason(Reason.NOT_POSITIVE, () -> ratio.start(days(3, 0)).update(0));
  }

  @Test
  void aRefusedObservationLeavesTheStateAsItWas() {
    Smoothing state = HoltWinters.of(8).withSeason(Component.MULTIPLICATIVE).start(days(3, 0));
    double before = state.ahead(5);
    reason(Reason.NOT_POSITIVE, () -> state.update(-1));
    reason(Reason.UNUSABLE_VALUE, () -> state.update(Double.NaN));
    assertEquals(before, state.ahead(5));
  }

  @Test
  void aLevelThatFallsToZeroEndsAMultiplicativeModel() {
    Smoothing state =
        HoltWinters.of(2)
            .withDamping(1)
            .withSeason(Component.MULTIPLICATIVE)
            .startFrom(10, -6, new double[] {1, 1});
    state.update(4);
    reason(Reason.DEGENERATE, () -> state.update(1));
  }

  @Test
  void aConstantSeriesStaysConstant() {
    double[] flat = new double[30];
    Arrays.fill(flat, 7);
    for (Component season : new Component[] {Component.ADDITIVE, Component.MULTIPLICATIVE}) {
      for (Component trend : Component.values()) {
        HoltWinters model = HoltWinters.of(5).withSeason(season).withTrend(trend);
        assertEquals(7, model.tunedTo(flat, 3).forecast(flat, 12).value(12), 1e-9);
      }
    }
  }

  @Test
  void hugeValuesStayFiniteOrAreRefused() {
    double[] huge = days(4, 0);
    Arrays.setAll(huge, i -> huge[i] * 1e147);
    assertTrue(Double.isFinite(HoltWinters.of(8).forecast(huge, 8).upper(8)));
    Smoothing explosive =
        HoltWinters.withoutSeason()
            .withTrend(Component.MULTIPLICATIVE)
            .withDamping(1)
            .startFrom(1, 10, new double[0]);
    reason(Reason.DEGENERATE, () -> explosive.forecast(400));
  }

  @Test
  void refusesKnobsOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> HoltWinters.of(1));
    HoltWinters model = HoltWinters.of(4);
    assertThrows(IllegalArgumentException.class, () -> model.withSmoothing(0, 0.1, 0.1));
    assertThrows(IllegalArgumentException.class, () -> model.withSmoothing(0.1, 1.1, 0.1));
    assertThrows(IllegalArgumentException.class, () -> model.withSmoothing(0.1, 0.1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> model.withDamping(0));
    assertThrows(IllegalArgumentException.class, () -> model.withSeason(Component.NONE));
    assertThrows(
        IllegalArgumentException.class,
        () -> HoltWinters.withoutSeason().withSeason(Component.ADDITIVE));
    assertThrows(
        IllegalArgumentException.class, () -> model.startFrom(1, 0, new double[] {1, 2, 3}));
    assertThrows(IllegalArgumentException.class, () -> model.start(days(2, 0)).ahead(0));
    reason(Reason.TOO_SHORT, () -> model.forecast(new double[13], 1));
  }

  private static double[] days(int count, double growth) {
    double[] values = new double[8 * count];
    Arrays.setAll(values, i -> DAY[i % 8] + growth * i);
    return values;
  }

  /** Normal noise of deviation 3, from a fixed sequence. */
  private static double[] noisyDays(int count) {
    var noise = new java.util.Random(7);
    double[] values = days(count, 0);
    Arrays.setAll(values, i -> values[i] + 3 * noise.nextGaussian());
    return values;
  }

  private static void reason(Reason reason, Runnable call) {
    assertEquals(reason, assertThrows(ForecastException.class, call::run).reason());
  }
}
