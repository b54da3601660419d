package dev.steelyard.autoscale.forecast;

/**
 * Forecasts the coming steps of a series from the steps seen.
 *
 * <p>A model is a function: the same history gives the same forecast. It is immutable and safe for
 * many threads. A model of one's own implements this interface; those of this package can also be
 * named in a text, see {@link #parse}.
 */
public interface ForecastModel {
  /**
   * Names the model with all its parameters. For a model of this package, {@link #parse} reads it
   * back.
   *
   * @return such as {@code seasonal-naive(period=288,neighbours=2)}
   */
  String name();

  /**
   * The least number of observations from which it forecasts.
   *
   * @return at least 1
   */
  int minimumHistory();

  /**
   * Forecasts.
   *
   * @param history the observations of equal time steps, oldest first; not changed, not kept
   * @param steps how many steps ahead, at least 1
   * @return one value and interval for each step
   * @throws ForecastException if the history is too short, holds a NaN, or does not suit the model
   * @throws IllegalArgumentException if steps is below 1
   */
  Forecast forecast(double[] history, int steps);

  /**
   * The same kind of model with its smoothing parameters chosen for a history; this one itself if
   * it has none to choose. Bounded in cost and deterministic.
   *
   * @param history what to learn from
   * @param horizon how many steps ahead the model is to be good at, at least 1
   * @return a model
   * @throws ForecastException as {@link #forecast}
   */
  default ForecastModel tunedTo(double[] history, int horizon) {
    return this;
  }

  /**
   * Reads a model of this package from its name. Parameters may come in any order; those left out
   * have the defaults of the model.
   *
   * <pre>
   * linear-trend(last=30)            theil-sen(last=30)      ewma(alpha=0.3)
   * seasonal-naive(period=288)       seasonal-naive(period=288,neighbours=2)
   * holt-winters(period=288,trend=add,season=mul,alpha=0.3,beta=0.01,gamma=0.2,phi=0.98)
   * </pre>
   *
   * @param name the name
   * @return the model
   * @throws IllegalArgumentException if there is no such model or parameter, or a value is out of
   *     its range
   */
  static ForecastModel parse(String name) {
    return ModelNames.parse(name);
  }
}
