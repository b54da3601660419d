package dev.steelyard.autoscale.forecast;

/**
 * How far forecasts were from what came. Errors are forecast - actual.
 *
 * @param count how many pairs were compared, at least 1
 * @param mae the mean size of an error, in the unit of the series
 * @param rmse the root of the mean squared error; large errors weigh more
 * @param wape the sum of the sizes of the errors divided by the sum of the sizes of the actual
 *     values; 0.18 is 18 %. Safe with zeros. Infinite if all actual values are zero and a forecast
 *     is not
 * @param mape the mean of |error / actual|. <b>Do not decide by it</b>: a few actual values near
 *     zero dominate it (225 % where the WAPE is 84 %), and one that is zero makes it infinite
 * @param bias the mean error: above zero where forecasts are too high
 * @param underPredictionShare the share of forecasts that were below the actual value, 0 to 1
 */
public record ForecastError(
    int count,
    double mae,
    double rmse,
    double wape,
    double mape,
    double bias,
    double underPredictionShare) {

  /**
   * Compares.
   *
   * @param actual what came, at least one value
   * @param forecast what was expected, as many
   * @return the errors
   * @throws ForecastException if there is no pair, or a value is not usable
   * @throws IllegalArgumentException if lengths differ
   */
  public static ForecastError of(double[] actual, double[] forecast) {
    check(actual, forecast);
    int n = actual.length;
    double sizes = 0;
    double squares = 0;
    double volume = 0;
    double shares = 0;
    double sum = 0;
    int under = 0;
    for (int i = 0; i < n; i++) {
      double error = forecast[i] - actual[i];
      sizes += Math.abs(error);
      squares += error * error;
      volume += Math.abs(actual[i]);
      shares += ratio(Math.abs(error), Math.abs(actual[i]), 0);
      sum += error;
      under += error < 0 ? 1 : 0;
    }
    return new ForecastError(
        n,
        sizes / n,
        Math.sqrt(squares / n),
        ratio(sizes, volume, 0),
        shares / n,
        sum / n,
        (double) under / n);
  }

  /**
   * The mean error divided by that of a baseline over the same steps: below 1 where this is better.
   *
   * @param baseline the error of, say, {@link SeasonalNaive}
   * @return the ratio; 1 if both are without error
   */
  public double relativeTo(ForecastError baseline) {
    return ratio(mae, baseline.mae, 1);
  }

  /**
   * The mean absolute scaled error (Hyndman and Koehler 2006): the mean error divided by that of
   * the seasonal naive forecast within a history. Below 1 it beats that baseline. Comparable over
   * series of different size.
   *
   * @param history the observations before the first compared one, longer than the period
   * @param period steps of a season; 1 compares with "as the last"
   * @return the ratio; 1 if both are without error
   * @throws ForecastException if the history is too short, or a value is not usable
   * @throws IllegalArgumentException if the period is below 1
   */
  public double mase(double[] history, int period) {
    Check.atLeast("period", period, 1);
    Check.series(history, period + 1, "a scaled error of period " + period);
    double sum = 0;
    for (int i = period; i < history.length; i++) {
      sum += Math.abs(history[i] - history[i - period]);
    }
    return ratio(mae, sum / (history.length - period), 1);
  }

  /**
   * The mean pinball loss of forecasts of a quantile: falling short costs {@code quantile} per
   * unit, exceeding 1 - quantile. Least for the true quantile.
   *
   * @param actual what came
   * @param forecast the forecast quantile, as many
   * @param quantile in (0, 1), such as 0.95
   * @return the loss, in the unit of the series
   * @throws ForecastException if there is no pair, or a value is not usable
   * @throws IllegalArgumentException if lengths differ or the quantile is out of range
   */
  public static double pinball(double[] actual, double[] forecast, double quantile) {
    check(actual, forecast);
    if (!(quantile > 0 && quantile < 1)) {
      throw new IllegalArgumentException("quantile must be in (0, 1), was " + quantile);
    }
    double sum = 0;
    for (int i = 0; i < actual.length; i++) {
      double shortfall = actual[i] - forecast[i];
      sum += shortfall >= 0 ? quantile * shortfall : (quantile - 1) * shortfall;
    }
    return sum / actual.length;
  }

  private static void check(double[] actual, double[] forecast) {
    Check.sameLength(actual, forecast, "actual and forecast values");
    Check.series(actual, 1, "a comparison");
    Check.series(forecast, 1, "a comparison");
  }

  private static double ratio(double value, double by, double ofZeros) {
    return value == 0 && by == 0 ? ofZeros : value / by;
  }
}
