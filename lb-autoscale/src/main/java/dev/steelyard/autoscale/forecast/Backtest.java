package dev.steelyard.autoscale.forecast;

import java.util.Arrays;

/**
 * Forecasts from many points of a past series and compares with what came (rolling origin). At each
 * point the model is handed a copy of the observations before it and nothing else, so what it knows
 * is what it would have known then: changing the future never changes a forecast. {@link
 * HoltWinters} is carried on from one point to the next instead, which gives the same in one pass.
 *
 * <p>Immutable.
 */
public final class Backtest {
  private final double[] series;
  private final int[] origins;
  private final Forecast[] forecasts;
  private final int horizon;

  private Backtest(double[] series, int[] origins, Forecast[] forecasts, int horizon) {
    this.series = series;
    this.origins = origins;
    this.forecasts = forecasts;
    this.horizon = horizon;
  }

  /**
   * Runs a model over a series. Costs one forecast per origin, of Holt-Winters one pass in all.
   *
   * @param model the model, with parameters that were not chosen by looking at the judged part
   * @param series the observations, oldest first
   * @param firstOrigin how many observations the first forecast knows, at least the model's minimum
   * @param horizon how many steps each forecast covers, at least 1
   * @param stride how many steps from one origin to the next, at least 1
   * @return the outcome
   * @throws ForecastException if the series ends before the first forecast could be judged, or the
   *     model refuses it
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Backtest run(
      ForecastModel model, double[] series, int firstOrigin, int horizon, int stride) {
    Check.atLeast("firstOrigin", firstOrigin, model.minimumHistory());
    Check.atLeast("horizon", horizon, 1);
    Check.atLeast("stride", stride, 1);
    long least = (long) firstOrigin + horizon;
    Check.series(series, (int) Math.min(Integer.MAX_VALUE, least), "a back-test");
    int count = (series.length - horizon - firstOrigin) / stride + 1;
    int[] origins = new int[count];
    Forecast[] forecasts = new Forecast[count];
    for (int i = 0; i < count; i++) {
      origins[i] = firstOrigin + i * stride;
    }
    if (model instanceof HoltWinters smoothing) {
      smooth(smoothing, series, origins, forecasts, horizon);
    } else {
      for (int i = 0; i < count; i++) {
        forecasts[i] = model.forecast(Arrays.copyOf(series, origins[i]), horizon);
      }
    }
    return new Backtest(series.clone(), origins, forecasts, horizon);
  }

  /** One pass instead of one per origin: the running state has seen nothing but the past either. */
  private static void smooth(
      HoltWinters model, double[] series, int[] origins, Forecast[] forecasts, int horizon) {
    int seen = origins[0];
    Smoothing state = model.start(Arrays.copyOf(series, seen));
    for (int i = 0; i < origins.length; i++) {
      while (seen < origins[i]) {
        state.update(series[seen++]);
      }
      forecasts[i] = state.forecast(horizon);
    }
  }

  /**
   * How many forecasts were made.
   *
   * @return at least 1
   */
  public int size() {
    return origins.length;
  }

  /**
   * How many observations a forecast knew.
   *
   * @param index from 0 to below {@link #size}
   * @return the number
   * @throws IndexOutOfBoundsException if there is no such forecast
   */
  public int origin(int index) {
    return origins[index];
  }

  /**
   * One of the forecasts.
   *
   * @param index from 0 to below {@link #size}
   * @return the forecast
   * @throws IndexOutOfBoundsException if there is no such forecast
   */
  public Forecast forecast(int index) {
    return forecasts[index];
  }

  /**
   * The errors of all steps together.
   *
   * @return the errors
   */
  public ForecastError error() {
    return error(1, horizon);
  }

  /**
   * The errors of the forecasts so many steps ahead.
   *
   * @param step from 1 to the horizon
   * @return the errors
   * @throws IllegalArgumentException if out of range
   */
  public ForecastError errorAt(int step) {
    Check.within("step", step, 1, horizon);
    return error(step, step);
  }

  /**
   * The share of actual values that were within their 95 % interval; well below 0.95 the model
   * claims more than it knows.
   *
   * @return 0 to 1
   */
  public double coverage() {
    int within = 0;
    for (int i = 0; i < origins.length; i++) {
      for (int h = 1; h <= horizon; h++) {
        double actual = series[origins[i] + h - 1];
        within += forecasts[i].lower(h) <= actual && actual <= forecasts[i].upper(h) ? 1 : 0;
      }
    }
    return (double) within / ((long) origins.length * horizon);
  }

  private ForecastError error(int first, int last) {
    int width = last - first + 1;
    double[] actual = new double[origins.length * width];
    double[] expected = new double[actual.length];
    int at = 0;
    for (int i = 0; i < origins.length; i++) {
      for (int h = first; h <= last; h++) {
        actual[at] = series[origins[i] + h - 1];
        expected[at++] = forecasts[i].value(h);
      }
    }
    return ForecastError.of(actual, expected);
  }
}
