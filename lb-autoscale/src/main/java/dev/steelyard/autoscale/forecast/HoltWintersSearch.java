package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.HoltWinters.Component;
import java.util.function.DoubleFunction;

/** Chooses alpha, beta and gamma: two rounds over coarse grids, one of refinement. */
final class HoltWintersSearch {
  private static final double[] LEVELS = {0.02, 0.05, 0.1, 0.2, 0.35, 0.55, 0.8};
  private static final double[] TRENDS = {0, 0.005, 0.02, 0.07, 0.2};
  private static final double[] SEASONS = {0, 0.05, 0.1, 0.2, 0.4, 0.7};
  private static final double FINER = 1.3;

  private final double[] history;
  private final int horizon;
  private double bestLoss;
  private HoltWinters best;

  HoltWintersSearch(double[] history, int horizon) {
    this.history = history;
    this.horizon = horizon;
    this.best = HoltWinters.withoutSeason();
  }

  HoltWinters best(HoltWinters start) {
    best = start;
    bestLoss = Double.POSITIVE_INFINITY;
    start.initial(history); // a history that no parameters suit is the caller's to know
    bestLoss = loss(start);
    for (int round = 0; round < 2; round++) {
      tryAll(LEVELS, a -> best.withSmoothing(a, best.beta(), best.gamma()));
      if (start.trend() != Component.NONE) {
        tryAll(TRENDS, b -> best.withSmoothing(best.alpha(), b, best.gamma()));
      }
      if (start.season() != Component.NONE) {
        tryAll(SEASONS, g -> best.withSmoothing(best.alpha(), best.beta(), g));
      }
    }
    tryAll(around(best.alpha()), a -> best.withSmoothing(a, best.beta(), best.gamma()));
    if (start.trend() != Component.NONE) {
      tryAll(around(best.beta()), b -> best.withSmoothing(best.alpha(), b, best.gamma()));
    }
    if (start.season() != Component.NONE) {
      tryAll(around(best.gamma()), g -> best.withSmoothing(best.alpha(), best.beta(), g));
    }
    return best;
  }

  private static double[] around(double value) {
    return new double[] {value / FINER, Math.min(1, value * FINER)};
  }

  private void tryAll(double[] values, DoubleFunction<HoltWinters> change) {
    for (double value : values) {
      HoltWinters candidate = change.apply(value);
      double loss = loss(candidate);
      if (loss < bestLoss) {
        bestLoss = loss;
        best = candidate;
      }
    }
  }

  /** Squared errors of the forecasts 'horizon' steps ahead, after the first season. */
  private double loss(HoltWinters model) {
    Smoothing state = model.initial(history);
    double damped = state.dampedSteps(horizon);
    int first = Math.max(model.period(), 2);
    double sum = 0;
    try {
      for (int t = 0; t + horizon < history.length; t++) {
        state.update(history[t]);
        if (t + horizon >= first) {
          double error = history[t + horizon] - state.ahead(horizon, damped);
          sum += error * error;
        }
      }
    } catch (ForecastException e) {
      return Double.POSITIVE_INFINITY; // these parameters lead the model astray, others may not
    }
    return sum;
  }
}
