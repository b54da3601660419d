package dev.steelyard.autoscale.forecast;

/**
 * The exponentially weighted average, which forecasts that things stay as they are: l = a·y +
 * (1-a)·l.
 *
 * <p>It lags behind every ramp by about 1/a steps, so it is the model of a noisy load without trend
 * or season, and otherwise only a yardstick for the others.
 */
public final class Ewma implements ForecastModel {
  private final double alpha;

  private Ewma(double alpha) {
    this.alpha = alpha;
  }

  /**
   * With a fixed weight for the newest observation.
   *
   * @param alpha in (0, 1]; 1 repeats the last observation
   * @return the model
   * @throws IllegalArgumentException if out of range
   */
  public static Ewma of(double alpha) {
    return new Ewma(Check.share("alpha", alpha, false));
  }

  /**
   * The weight of an observation that comes after a gap: 1 - exp(-gap/tau). With it an average over
   * irregular samples forgets by time and not by count.
   *
   * @param gap the time since the previous observation, at least 0
   * @param tau the time constant, above 0, in the same unit: after it 63 % of a step is seen
   * @return in [0, 1]
   * @throws IllegalArgumentException if out of range
   */
  public static double weight(double gap, double tau) {
    if (!(gap >= 0)) {
      throw new IllegalArgumentException("gap must be at least 0, was " + gap);
    }
    if (!(tau > 0)) {
      throw new IllegalArgumentException("tau must be above 0, was " + tau);
    }
    return -Math.expm1(-gap / tau);
  }

  /**
   * The average of irregular samples at the time of the last one, each weighted by {@link #weight}.
   *
   * @param times never falling, oldest first
   * @param values as many, at least 1
   * @param tau the time constant, above 0
   * @return the average
   * @throws ForecastException if there is no value, or one is not usable
   * @throws IllegalArgumentException if a time is before its predecessor or tau out of range
   */
  public static double average(double[] times, double[] values, double tau) {
    Check.sameLength(times, values, "times and values");
    Check.series(values, 1, "an average");
    double level = values[0];
    for (int i = 1; i < values.length; i++) {
      level += weight(times[i] - times[i - 1], tau) * (values[i] - level);
    }
    return level;
  }

  @Override
  public String name() {
    return ModelNames.EWMA + "(alpha=" + alpha + ")";
  }

  @Override
  public int minimumHistory() {
    return 2;
  }

  @Override
  public Forecast forecast(double[] history, int steps) {
    Check.steps(steps);
    Check.series(history, minimumHistory(), name());
    double level = history[0];
    double squares = 0;
    for (int i = 1; i < history.length; i++) {
      double error = history[i] - level;
      squares += error * error;
      level += alpha * error;
    }
    double sigma = Math.sqrt(squares / (history.length - 1));
    double[] values = new double[steps];
    double[] widths = new double[steps];
    for (int h = 1; h <= steps; h++) {
      values[h - 1] = level;
      widths[h - 1] = StudentT.NORMAL * sigma * Math.sqrt(1 + (h - 1) * alpha * alpha);
    }
    return Forecast.around(values, widths);
  }

  @Override
  public String toString() {
    return name();
  }
}
