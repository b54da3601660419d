package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;

/**
 * Exponential smoothing of level, trend and season (Holt 1957, Winters 1960; damping after Gardner
 * and McKenzie 1985). The model of a load with a daily or weekly curve.
 *
 * <p>Two forms of the season's update are in use and give different forecasts. This is the <b>error
 * correction</b> form, which compares the observation with the level <i>before</i> it (statsmodels,
 * R's {@code ets}); Winters' original compares with the level after it. With the forecast base p =
 * l + φb (no trend: l; multiplicative trend: l·b^φ):
 *
 * <pre>
 *           additive season             multiplicative season
 * level     l' = α(y - s) + (1-α)p      l' = α·y/s + (1-α)p
 * trend     b' = β(l' - l) + (1-β)φb    (multiplicative trend: β·l'/l + (1-β)b^φ)
 * season    s' = γ(y - p) + (1-γ)s      s' = γ·y/p + (1-γ)s
 * ahead h   l + (φ+...+φ^h)b + s        (l + (φ+...+φ^h)b)·s
 * </pre>
 *
 * <p>It starts with the first season's mean as level, the difference between the means of the first
 * two seasons divided by the period as trend, and y - level or y / level as seasons; without a
 * season with y[0] and y[1] - y[0]. Then all observations are smoothed from the first on. Additive
 * seasons are not renormalised, which does not change forecasts.
 *
 * <p><b>Not for</b> a load whose season it has seen fewer than two times, nor one without a season:
 * compare it with {@link SeasonalNaive} in a {@link Backtest} first. A multiplicative season
 * refuses zeros; a load that is idle at night needs the additive one. An undamped trend overshoots
 * beyond two or three steps, hence the default of 0.98. The 95 % interval is exact for the additive
 * model with normal errors (Hyndman et al. 2008, class 1) and an approximation for the others.
 */
public final class HoltWinters implements ForecastModel {
  private final int period;
  private final Component trend;
  private final Component season;
  private final double alpha;
  private final double beta;
  private final double gamma;
  private final double phi;

  /** How a trend or a season enters. */
  public enum Component {
    /** Not at all. */
    NONE,
    /** Added: the swing stays the same when the load grows. */
    ADDITIVE,
    /** Multiplied: the swing grows with the load. For positive observations only. */
    MULTIPLICATIVE
  }

  HoltWinters(
      int period,
      Component trend,
      Component season,
      double alpha,
      double beta,
      double gamma,
      double phi) {
    this.period = period;
    this.trend = trend;
    this.season = season;
    this.alpha = Check.share("alpha", alpha, false);
    this.beta = Check.share("beta", beta, true);
    this.gamma = Check.share("gamma", gamma, true);
    this.phi = Check.share("phi", phi, false);
  }

  /**
   * With an additive season, an additive damped trend, alpha 0.3, beta 0.01, gamma 0.2, phi 0.98.
   *
   * @param period steps of a season, at least 2: 288 for a day of five-minute steps
   * @return the model
   * @throws IllegalArgumentException if below 2
   */
  public static HoltWinters of(int period) {
    return new HoltWinters(
        Check.atLeast("period", period, 2),
        Component.ADDITIVE,
        Component.ADDITIVE,
        0.3,
        0.01,
        0.2,
        0.98);
  }

  /**
   * Holt's model: level and damped trend only, alpha 0.3, beta 0.01, phi 0.98.
   *
   * @return the model
   */
  public static HoltWinters withoutSeason() {
    return new HoltWinters(0, Component.ADDITIVE, Component.NONE, 0.3, 0.01, 0, 0.98);
  }

  /**
   * Changes the smoothing parameters.
   *
   * @param level alpha, in (0, 1]: how fast the level follows
   * @param trendShare beta, in [0, 1]; without effect if there is no trend
   * @param seasonShare gamma, in [0, 1]; without effect if there is no season
   * @return the changed model
   * @throws IllegalArgumentException if one is out of range
   */
  public HoltWinters withSmoothing(double level, double trendShare, double seasonShare) {
    return new HoltWinters(period, trend, season, level, trendShare, seasonShare, phi);
  }

  /**
   * Changes the damping of the trend.
   *
   * @param factor phi, in (0, 1]; 1 does not damp
   * @return the changed model
   * @throws IllegalArgumentException if out of range
   */
  public HoltWinters withDamping(double factor) {
    return new HoltWinters(period, trend, season, alpha, beta, gamma, factor);
  }

  /**
   * Changes how the trend enters.
   *
   * @param component none, additive or multiplicative
   * @return the changed model
   */
  public HoltWinters withTrend(Component component) {
    return new HoltWinters(period, component, season, alpha, beta, gamma, phi);
  }

  /**
   * Changes how the season enters.
   *
   * @param component additive or multiplicative
   * @return the changed model
   * @throws IllegalArgumentException if the model has no period, or the component is NONE: see
   *     {@link #withoutSeason}
   */
  public HoltWinters withSeason(Component component) {
    if (period == 0 || component == Component.NONE) {
      throw new IllegalArgumentException(
          "season must be additive or multiplicative, of a model with a period, was "
              + component
              + " with period "
              + period);
    }
    return new HoltWinters(period, trend, component, alpha, beta, gamma, phi);
  }

  /**
   * Starts a running state from a history: the starting values as described above, then every
   * observation smoothed. O(n).
   *
   * @param history at least {@link #minimumHistory} observations, oldest first
   * @return the state after the last observation
   * @throws ForecastException if the history is too short or does not suit the model
   */
  public Smoothing start(double[] history) {
    Smoothing state = initial(history);
    for (double value : history) {
      state.update(value);
    }
    return state;
  }

  /**
   * Starts a running state from known values, before the first observation.
   *
   * @param level the level; above zero for a multiplicative trend
   * @param slope the trend per step, or its factor if multiplicative; ignored without a trend
   * @param seasons one value per step of the period, that of the first observation first; empty
   *     without a season. Above zero for a multiplicative season
   * @return the state
   * @throws IllegalArgumentException if the number of seasons is not the period
   * @throws ForecastException if a value is not usable
   */
  public Smoothing startFrom(double level, double slope, double[] seasons) {
    if (seasons.length != period) {
      throw new IllegalArgumentException(
          "seasons must hold " + period + " values, one per step, were " + seasons.length);
    }
    return new Smoothing(this, level, slope, seasons.clone(), 0);
  }

  @Override
  public String name() {
    return ModelNames.of(this);
  }

  /**
   * {@inheritDoc}
   *
   * <p>With a season two of them, and 10 + 2·⌊period/2⌋ if that is more, as PHPA and statsmodels
   * demand; without a season 3.
   */
  @Override
  public int minimumHistory() {
    return period == 0 ? 3 : Math.max(2 * period, 10 + 2 * (period / 2));
  }

  @Override
  public Forecast forecast(double[] history, int steps) {
    Check.steps(steps);
    return start(history).forecast(steps);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Alpha, beta and gamma by a search along one coordinate after the other over fixed grids, for
   * the least squared error of the forecast {@code horizon} steps ahead within the history, its
   * first season left out. At most 50 passes over the history. They stay as they are where the
   * history is too short to judge.
   */
  @Override
  public HoltWinters tunedTo(double[] history, int horizon) {
    return new HoltWintersSearch(history, Check.atLeast("horizon", horizon, 1)).best(this);
  }

  /** The state before the first observation of a history. */
  Smoothing initial(double[] history) {
    Check.series(history, minimumHistory(), name());
    if (period == 0) {
      double slope = 0;
      if (trend == Component.MULTIPLICATIVE) {
        slope = positive(history[1]) / positive(history[0]);
      } else if (trend == Component.ADDITIVE) {
        slope = history[1] - history[0];
      }
      return new Smoothing(this, history[0], slope, new double[0], 2);
    }
    double first = mean(history, 0);
    double second = mean(history, period);
    double slope = 0;
    if (trend == Component.MULTIPLICATIVE) {
      slope = Math.pow(positive(second) / positive(first), 1.0 / period);
    } else if (trend == Component.ADDITIVE) {
      slope = (second - first) / period;
    }
    double[] seasons = new double[period];
    for (int i = 0; i < period; i++) {
      seasons[i] =
          season == Component.MULTIPLICATIVE
              ? positive(history[i]) / positive(first)
              : history[i] - first;
    }
    return new Smoothing(this, first, slope, seasons, period);
  }

  static double positive(double value) {
    if (!(value > 0)) {
      throw new ForecastException(
          Reason.NOT_POSITIVE,
          "a multiplicative trend or season needs observations above 0, was "
              + value
              + "; use the additive one");
    }
    return value;
  }

  private double mean(double[] history, int from) {
    double sum = 0;
    for (int i = from; i < from + period; i++) {
      sum += history[i];
    }
    return sum / period;
  }

  int period() {
    return period;
  }

  Component trend() {
    return trend;
  }

  Component season() {
    return season;
  }

  /**
   * How fast the level follows.
   *
   * @return alpha
   */
  public double alpha() {
    return alpha;
  }

  /**
   * How fast the trend follows.
   *
   * @return beta
   */
  public double beta() {
    return beta;
  }

  /**
   * How fast the season follows.
   *
   * @return gamma
   */
  public double gamma() {
    return gamma;
  }

  double phi() {
    return phi;
  }

  @Override
  public String toString() {
    return name();
  }
}
