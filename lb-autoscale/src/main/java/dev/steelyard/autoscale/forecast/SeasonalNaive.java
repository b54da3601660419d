package dev.steelyard.autoscale.forecast;

/**
 * Repeats the last season: f(t+h) = y(t+h-m). The baseline that every other model has to beat.
 *
 * <p>With neighbours it forecasts the largest of the k steps on either side, which makes a safe
 * floor of a season whose ramps shift by a few minutes from day to day. <b>Not for</b> a load
 * without a season: it then costs money and gives nothing.
 */
public final class SeasonalNaive implements ForecastModel {
  private final int period;
  private final int neighbours;

  private SeasonalNaive(int period, int neighbours) {
    this.period = period;
    this.neighbours = neighbours;
  }

  /**
   * Repeats the season.
   *
   * @param period steps of a season, at least 2
   * @return the model
   * @throws IllegalArgumentException if below 2
   */
  public static SeasonalNaive of(int period) {
    return new SeasonalNaive(Check.atLeast("period", period, 2), 0);
  }

  /**
   * Repeats the largest of the steps around the same place in the season.
   *
   * @param steps how many on either side, 0 to less than half a period
   * @return the model
   * @throws IllegalArgumentException if out of range
   */
  public SeasonalNaive withNeighbours(int steps) {
    return new SeasonalNaive(period, Check.within("neighbours", steps, 0, (period - 1) / 2));
  }

  @Override
  public String name() {
    return ModelNames.SEASONAL
        + "(period="
        + period
        + (neighbours == 0 ? "" : ",neighbours=" + neighbours)
        + ")";
  }

  @Override
  public int minimumHistory() {
    return period;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The interval comes from the differences between one season and the next, widened with each
   * further season; with less than a season and a step of history its bounds are infinite.
   */
  @Override
  public Forecast forecast(double[] history, int steps) {
    Check.steps(steps);
    Check.series(history, minimumHistory(), name());
    int n = history.length;
    double squares = 0;
    for (int i = period; i < n; i++) {
      double error = history[i] - history[i - period];
      squares += error * error;
    }
    double sigma = n > period ? Math.sqrt(squares / (n - period)) : Double.POSITIVE_INFINITY;
    double[] values = new double[steps];
    double[] lower = new double[steps];
    double[] upper = new double[steps];
    for (int h = 1; h <= steps; h++) {
      int seasons = (h - 1) / period + 1;
      int same = (int) (n - 1L + h - (long) seasons * period);
      double width = StudentT.NORMAL * sigma * Math.sqrt(seasons);
      values[h - 1] = largest(history, same);
      lower[h - 1] = history[same] - width;
      upper[h - 1] = Math.max(values[h - 1], history[same] + width);
    }
    return Forecast.of(values, lower, upper);
  }

  private double largest(double[] history, int same) {
    double most = history[same];
    int end = Math.min(history.length - 1, same + neighbours);
    for (int i = Math.max(0, same - neighbours); i <= end; i++) {
      most = Math.max(most, history[i]);
    }
    return most;
  }

  @Override
  public String toString() {
    return name();
  }
}
