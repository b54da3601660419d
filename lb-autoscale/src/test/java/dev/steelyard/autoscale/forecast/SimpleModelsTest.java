package dev.steelyard.autoscale.forecast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleModelsTest {
  @Test
  void theLastSeasonIsRepeatedAsOftenAsAsked() {
    double[] history = {9, 9, 9, 1, 2, 3};
    assertArrayEquals(
        new double[] {1, 2, 3, 1, 2, 3, 1}, SeasonalNaive.of(3).forecast(history, 7).values());
  }

  @Test
  void neighboursMakeAFloorThatAShiftedRampDoesNotPass() {
    double[] history = {1, 1, 5, 9, 5, 1, 1};
    Forecast forecast = SeasonalNaive.of(7).withNeighbours(1).forecast(history, 7);
    assertArrayEquals(new double[] {1, 5, 9, 9, 9, 5, 1}, forecast.values());
  }

  @Test
  void oneSeasonGivesAForecastButNoInterval() {
    Forecast forecast = SeasonalNaive.of(3).forecast(new double[] {1, 2, 3}, 1);
    assertEquals(1, forecast.value(1));
    assertEquals(Double.POSITIVE_INFINITY, forecast.upper(1));
    assertEquals(Double.NEGATIVE_INFINITY, forecast.lower(1));
  }

  @Test
  void theSeasonalIntervalWidensWithEachSeason() {
    Forecast forecast = SeasonalNaive.of(2).forecast(new double[] {1, 5, 2, 4, 1, 5}, 4);
    double width = 1.959963984540054; // every difference is 1
    assertEquals(1 + width, forecast.upper(1), 1e-12);
    assertEquals(1 - width * Math.sqrt(2), forecast.lower(3), 1e-12);
  }

  @Test
  void theWeightOfASampleGrowsWithTheGapBeforeIt() {
    assertEquals(0, Ewma.weight(0, 60));
    assertEquals(1 - Math.exp(-1), Ewma.weight(60, 60), 1e-15);
    assertEquals(1, Ewma.weight(1e9, 60), 1e-15);
    // Two samples half as far apart forget as much as one.
    double one = Ewma.average(new double[] {0, 60}, new double[] {0, 10}, 60);
    double two = Ewma.average(new double[] {0, 30, 60}, new double[] {0, 10, 10}, 60);
    assertEquals(one, two, 1e-12);
  }

  @Test
  void theAverageForecastsItsLevel() {
    Forecast forecast = Ewma.of(0.5).forecast(new double[] {0, 10, 10}, 2);
    assertArrayEquals(new double[] {7.5, 7.5}, forecast.values());
    double sigma = Math.sqrt((100 + 25) / 2.0);
    assertEquals(7.5 + 1.959963984540054 * sigma, forecast.upper(1), 1e-12);
    assertTrue(forecast.upper(2) > forecast.upper(1));
  }

  @Test
  void aPeakIsFoundWithinTheAskedSteps() {
    double[] values = {1, 7, 3, 7};
    Forecast forecast = Forecast.of(values, new double[] {0, 0, 0, 0}, new double[] {9, 9, 9, 9});
    values[0] = 100;
    assertEquals(7, forecast.max(1, 4));
    assertEquals(2, forecast.peak(1, 4));
    assertEquals(4, forecast.peak(3, 4));
    assertEquals(1, forecast.value(1));
    assertThrows(IndexOutOfBoundsException.class, () -> forecast.max(3, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> forecast.value(0));
    assertThrows(IndexOutOfBoundsException.class, () -> forecast.upper(5));
  }

  @Test
  void forecastsAreValues() {
    double[] h = {1, 2, 3, 4};
    assertEquals(SeasonalNaive.of(2).forecast(h, 3), SeasonalNaive.of(2).forecast(h, 3));
    assertNotEquals(SeasonalNaive.of(2).forecast(h, 3), SeasonalNaive.of(2).forecast(h, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> Forecast.of(new double[] {1}, new double[] {2}, new double[] {3}));
    assertThrows(
        IllegalArgumentException.class,
        () -> Forecast.of(new double[] {Double.NaN}, new double[1], new double[1]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear-trend(last=30)",
        "theil-sen(last=30)",
        "ewma(alpha=0.3)",
        "seasonal-naive(period=288)",
        "seasonal-naive(period=288,neighbours=2)",
        "holt-winters(trend=add,alpha=0.3,beta=0.01,phi=0.98)",
        "holt-winters(trend=none,alpha=0.5)",
        "holt-winters(period=48,trend=mul,season=mul,alpha=0.1,beta=0.0,gamma=0.7,phi=1.0)",
        "holt-winters(period=48,trend=none,season=add,alpha=0.1,gamma=0.7)"
      })
  void aModelIsReadBackFromItsName(String name) {
    assertEquals(name, ForecastModel.parse(name).name());
  }

  @Test
  void aNameMayLeaveDefaultsOutAndHaveSpaces() {
    assertEquals(
        HoltWinters.of(24).name(), ForecastModel.parse(" Holt-Winters( period = 24 )").name());
    assertEquals(HoltWinters.withoutSeason().name(), ForecastModel.parse("holt-winters").name());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "arima(1)",
        "ewma",
        "ewma(alpha=2)",
        "ewma(alpha=x)",
        "ewma(alpha=0.3",
        "ewma(alpha=0.3,tau=5)",
        "ewma(alpha=0.3,alpha=0.3)",
        "linear-trend(last=2.5)",
        "seasonal-naive(288)",
        "seasonal-naive(period=1)",
        "seasonal-naive(period=4,neighbours=2)",
        "holt-winters(season=mul)",
        "holt-winters(gamma=0.3)",
        "holt-winters(period=4,trend=none,phi=0.5)",
        "holt-winters(period=4,trend=cubic)"
      })
  void aNameThatIsNoneIsRefusedWithItsText(String name) {
    var e = assertThrows(IllegalArgumentException.class, () -> ForecastModel.parse(name));
    assertTrue(String.valueOf(e.getMessage()).length() > 10, e::toString);
  }

  @Test
  void refusesKnobsOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> SeasonalNaive.of(1));
    assertThrows(IllegalArgumentException.class, () -> SeasonalNaive.of(8).withNeighbours(4));
    assertThrows(IllegalArgumentException.class, () -> Ewma.of(0));
    assertThrows(IllegalArgumentException.class, () -> Ewma.weight(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> Ewma.weight(1, 0));
    var e =
        assertThrows(ForecastException.class, () -> SeasonalNaive.of(8).forecast(new double[7], 1));
    assertEquals(Reason.TOO_SHORT, e.reason());
  }
}
