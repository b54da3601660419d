package dev.steelyard.autoscale.forecast;

import java.util.Arrays;

/**
 * Continues a straight line through the last observations.
 *
 * <p>Good for a few steps ahead of a ramp. <b>Not for</b> a load that turns, as every daily curve
 * does: the line overshoots each peak. The interval tells when there is no trend at all; where its
 * half-width exceeds the forecast, do not use it.
 *
 * @see TrendLine the line itself, also over irregular times
 */
public final class LinearTrend implements ForecastModel {
  /** The most observations that may be asked for, {@value}. */
  public static final int LIMIT = 1_000_000;

  private final int last;
  private final boolean robust;

  private LinearTrend(int last, boolean robust) {
    this.last = last;
    this.robust = robust;
  }

  /**
   * Least squares.
   *
   * @param observations how many of the latest observations count, 3 to {@value #LIMIT}; of a
   *     shorter history all do
   * @return the model
   * @throws IllegalArgumentException if out of range
   */
  public static LinearTrend last(int observations) {
    return new LinearTrend(Check.within("last", observations, 3, LIMIT), false);
  }

  /**
   * The line of Theil and Sen, which resists spikes: up to 29 % of the observations may be wild.
   *
   * @param observations how many of the latest observations count, 3 to 1000
   * @return the model
   * @throws IllegalArgumentException if out of range
   */
  public static LinearTrend robust(int observations) {
    return new LinearTrend(Check.within("last", observations, 3, TrendLine.ROBUST_LIMIT), true);
  }

  @Override
  public String name() {
    return (robust ? ModelNames.THEIL_SEN : ModelNames.LINEAR) + "(last=" + last + ")";
  }

  @Override
  public int minimumHistory() {
    return 3;
  }

  @Override
  public Forecast forecast(double[] history, int steps) {
    Check.steps(steps);
    Check.series(history, minimumHistory(), name());
    int n = Math.min(last, history.length);
    double[] recent = Arrays.copyOfRange(history, history.length - n, history.length);
    TrendLine line =
        robust ? TrendLine.theilSen(TrendLine.steps(n), recent) : TrendLine.fit(recent);
    double[] values = new double[steps];
    double[] widths = new double[steps];
    for (int h = 1; h <= steps; h++) {
      double x = n - 1.0 + h;
      values[h - 1] = line.at(x);
      widths[h - 1] = line.halfWidth95(x);
    }
    return Forecast.around(values, widths);
  }

  @Override
  public String toString() {
    return name();
  }
}
