package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import java.util.Arrays;

/**
 * A straight line through observations, with what is needed to say how far to trust it.
 *
 * <p>The position is kept relative to the mean of the times, so that times in epoch milliseconds
 * lose no digits.
 *
 * @param observations how many points, at least 2
 * @param meanX the mean of the times
 * @param centre the line's value at the mean time; for least squares, the mean of the values
 * @param slope the change per unit of time
 * @param spread the sum of squared deviations of the times from their mean
 * @param r2 the share of the variance that the line explains; 1 if all values are equal. Negative
 *     only for a robust line that an outlier contradicts
 * @param residualStdErr the standard error of the residuals: sqrt(SSE / (n - 2)) for least squares,
 *     1.4826 times their median size for the robust line; zero for two points
 */
public record TrendLine(
    int observations,
    double meanX,
    double centre,
    double slope,
    double spread,
    double r2,
    double residualStdErr) {

  /** The most points of a robust line: its cost is quadratic. */
  static final int ROBUST_LIMIT = 1000;

  /**
   * Least squares over steps 0, 1, 2 ...
   *
   * @param values at least 2, oldest first
   * @return the line
   * @throws ForecastException if there are fewer, or one is not usable
   */
  public static TrendLine fit(double[] values) {
    return fit(steps(values.length), values);
  }

  /**
   * Least squares over irregular times, O(n).
   *
   * @param times in any unit and order, not all equal
   * @param values as many, at least 2
   * @return the line
   * @throws ForecastException if there are fewer, one is not usable, or all times are equal
   */
  public static TrendLine fit(double[] times, double[] values) {
    check(times, values);
    int n = values.length;
    double meanX = mean(times);
    double meanY = mean(values);
    double sxx = 0;
    double sxy = 0;
    for (int i = 0; i < n; i++) {
      double dx = times[i] - meanX;
      sxx += dx * dx;
      sxy += dx * (values[i] - meanY);
    }
    double slope = constant(values) ? 0 : sxy / spreadOf(sxx);
    return judged(times, values, meanX, meanY, slope, spreadOf(sxx), false);
  }

  /**
   * The robust line of Theil and Sen: the median of all pairwise slopes, through the median of what
   * is left. Up to 29 % of the values may be arbitrary spikes. O(n² log n) time, O(n²) memory.
   *
   * @param times in any unit and order, not all equal
   * @param values as many, 2 to 1000
   * @return the line
   * @throws ForecastException if there are fewer, one is not usable, or all times are equal
   * @throws IllegalArgumentException if there are more than 1000
   */
  public static TrendLine theilSen(double[] times, double[] values) {
    check(times, values);
    int n = values.length;
    Check.within("the number of observations of a robust line", n, 2, ROBUST_LIMIT);
    double meanX = mean(times);
    double sxx = 0;
    double[] slopes = new double[n * (n - 1) / 2];
    int count = 0;
    for (int i = 0; i < n; i++) {
      double dx = times[i] - meanX;
      sxx += dx * dx;
      for (int j = 0; j < i; j++) {
        if (times[i] != times[j]) {
          slopes[count++] = (values[i] - values[j]) / (times[i] - times[j]);
        }
      }
    }
    double spread = spreadOf(sxx);
    double slope = median(Arrays.copyOf(slopes, count));
    double[] rest = new double[n];
    for (int i = 0; i < n; i++) {
      rest[i] = values[i] - slope * (times[i] - meanX);
    }
    return judged(times, values, meanX, median(rest), slope, spread, true);
  }

  /**
   * The value of the line.
   *
   * @param time a time, in the unit of the fit
   * @return the value
   */
  public double at(double time) {
    return centre + slope * (time - meanX);
  }

  /**
   * The value of the line at time 0.
   *
   * @return the intercept
   */
  public double intercept() {
    return at(0);
  }

  /**
   * Half the width of the 95 % prediction interval: t(n-2) · s · sqrt(1 + 1/n + (x-x̄)²/Sxx). Where
   * it exceeds the value itself, the trend says nothing.
   *
   * @param time a time, in the unit of the fit
   * @return the distance from the line to either bound; infinite for two points
   */
  public double halfWidth95(double time) {
    if (observations == 2) {
      return Double.POSITIVE_INFINITY;
    }
    double dx = time - meanX;
    return StudentT.twoSided95(observations - 2)
        * residualStdErr
        * Math.sqrt(1 + 1.0 / observations + dx * dx / spread);
  }

  static double[] steps(int n) {
    double[] steps = new double[n];
    for (int i = 0; i < n; i++) {
      steps[i] = i;
    }
    return steps;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
  }

  private static void check(double[] times, double[] values) {
    Check.sameLength(times, values, "times and values");
    Check.series(values, 2, "a trend");
    Check.series(times, 2, "a trend");
  }

  private static double spreadOf(double sxx) {
    if (!(sxx > 0)) {
      throw new ForecastException(Reason.DEGENERATE, "a trend needs times that differ");
    }
    return sxx;
  }

  private static TrendLine judged(
      double[] times,
      double[] values,
      double meanX,
      double centre,
      double slope,
      double spread,
      boolean robust) {
    int n = values.length;
    double meanY = mean(values);
    double sse = 0;
    double sst = 0;
    double[] sizes = new double[n];
    for (int i = 0; i < n; i++) {
      double residual = values[i] - centre - slope * (times[i] - meanX);
      sizes[i] = Math.abs(residual);
      sse += residual * residual;
      sst += (values[i] - meanY) * (values[i] - meanY);
    }
    double r2 = constant(values) || sst == 0 ? 1 : 1 - sse / sst;
    double error = 0;
    if (n > 2) {
      error = robust ? 1.4826 * median(sizes) : Math.sqrt(sse / (n - 2));
    }
    return new TrendLine(n, meanX, centre, slope, spread, r2, error);
  }

  /** Rounding of the mean must not give a flat line a slope. */
  private static boolean constant(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  /** Relative to the first value, which keeps the digits of large times. */
  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value - values[0];
    }
    return values[0] + sum / values.length;
  }
}
