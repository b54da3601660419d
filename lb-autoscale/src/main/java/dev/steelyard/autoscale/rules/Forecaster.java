package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Series;
import dev.steelyard.autoscale.forecast.Backtest;
import dev.steelyard.autoscale.forecast.Ewma;
import dev.steelyard.autoscale.forecast.Forecast;
import dev.steelyard.autoscale.forecast.ForecastError;
import dev.steelyard.autoscale.forecast.ForecastException;
import dev.steelyard.autoscale.forecast.ForecastModel;
import dev.steelyard.autoscale.forecast.HoltWinters;
import dev.steelyard.autoscale.forecast.SeasonalNaive;
import dev.steelyard.autoscale.rules.LoadHistory.Verdict;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among models by their errors over the last season, decides how far the best is to be
 * trusted, and forecasts with it.
 *
 * <p>Models are tuned on what lies before the judged season and are judged on it, so none has seen
 * what it is judged by.
 */
final class Forecaster {
  /** How many forecasts of the judged season are made: enough to see every hour of a day. */
  private static final int ORIGINS = 24;

  /**
   * An error so small is good enough even where the season before had none at all, as in a load
   * that repeats itself exactly.
   */
  private static final double NEGLIGIBLE = 0.05;

  private final List<ForecastModel> models;
  private final String[] names;
  private final int season;
  private final int horizon;
  private final int steps;
  private final long judgeEvery;
  private final double maxError;
  private final double maxRatio;

  /**
   * All lengths in buckets.
   *
   * @param horizon how far ahead forecasts are judged
   * @param steps how many steps a forecast that is kept has
   * @param judgeEvery milliseconds from one judgement to the next
   */
  Forecaster(
      List<ForecastModel> models,
      int season,
      int horizon,
      int steps,
      long judgeEvery,
      double maxError,
      double maxRatio) {
    this.models = models;
    this.names = models.stream().map(ForecastModel::name).toArray(String[]::new);
    this.season = season;
    this.horizon = horizon;
    this.steps = steps;
    this.judgeEvery = judgeEvery;
    this.maxError = maxError;
    this.maxRatio = maxRatio;
  }

  /** How many buckets it takes until a model can be judged. */
  int needed() {
    int least = Integer.MAX_VALUE;
    for (ForecastModel model : models) {
      least = Math.min(least, model.minimumHistory());
    }
    return judgedFrom(least) + judgedSteps();
  }

  void refit(LoadHistory history) {
    double[] values = history.values(season);
    history.fitted = history.end();
    history.forecast = Series.EMPTY;
    if (history.judged == Long.MIN_VALUE || history.end() - history.judged >= judgeEvery) {
      history.judged = history.end();
      judge(history, values);
    }
    if (history.verdict != Verdict.JUDGED || history.trust == 0) {
      return;
    }
    try {
      Forecast forecast = tuned(history, history.model).forecast(values, steps);
      Series kept = Series.EMPTY;
      for (int h = 1; h <= steps; h++) {
        // A falling trend goes below zero; a load does not.
        kept =
            kept.append(history.end() + (h - 1) * history.bucket, Math.max(0, forecast.value(h)));
      }
      history.forecast = kept;
    } catch (ForecastException e) {
      history.verdict = Verdict.REFUSED;
    }
  }

  private void judge(LoadHistory history, double[] values) {
    history.verdict = Verdict.LEARNING;
    history.trust = 0;
    history.error = Double.NaN;
    history.ratio = Double.NaN;
    if (history.tuned == Long.MIN_VALUE
        || history.end() - history.tuned >= season * history.bucket) {
      tune(history, values);
    }
    boolean refused = false;
    for (int i = 0; i < models.size(); i++) {
      int first = values.length - judgedSteps();
      if (first < judgedFrom(models.get(i).minimumHistory())) {
        continue;
      }
      try {
        ForecastError error = errors(tuned(history, i), values, first);
        if (history.verdict != Verdict.JUDGED || error.wape() < history.error) {
          history.verdict = Verdict.JUDGED;
          history.model = i;
          history.error = error.wape();
          history.ratio = ratio(models.get(i), error, values, first);
        }
      } catch (ForecastException e) {
        refused = true;
      }
    }
    if (history.verdict == Verdict.JUDGED) {
      history.trust = trust(history.error, history.ratio);
    } else if (refused) {
      history.verdict = Verdict.REFUSED;
    }
  }

  /** Full up to half of the error that is allowed, from there in a straight line to none. */
  private double trust(double error, double ratio) {
    boolean worse = error > NEGLIGIBLE && !(ratio <= maxRatio);
    if (!(error < maxError) || worse) {
      return 0;
    }
    return Math.min(1, 2 * (1 - error / maxError));
  }

  private ForecastError errors(ForecastModel model, double[] values, int first) {
    int stride = Math.max(1, (values.length - first - horizon) / ORIGINS);
    return Backtest.run(model, values, first, horizon, stride).error();
  }

  /** The season before is the baseline itself; its neighbours make it too high on purpose. */
  private double ratio(ForecastModel model, ForecastError error, double[] values, int first) {
    return model instanceof SeasonalNaive
        ? 1
        : error.relativeTo(errors(baseline(first), values, first));
  }

  /** Seasonal naive, or, before a whole season is known, "as it is now". */
  private ForecastModel baseline(int known) {
    return known >= season ? SeasonalNaive.of(season) : Ewma.of(1);
  }

  private int judgedSteps() {
    return Math.max(season, horizon + 1);
  }

  private static int judgedFrom(int minimum) {
    return Math.max(2, minimum);
  }

  private void tune(LoadHistory history, double[] values) {
    int first = values.length - judgedSteps();
    for (int i = 0; i < models.size(); i++) {
      ForecastModel model = models.get(i);
      if (!(model instanceof HoltWinters) || first < judgedFrom(model.minimumHistory())) {
        continue;
      }
      try {
        ForecastModel tuned = model.tunedTo(Arrays.copyOf(values, first), horizon);
        if (tuned instanceof HoltWinters smoothing) {
          history.parameters[3 * i] = smoothing.alpha();
          history.parameters[3 * i + 1] = smoothing.beta();
          history.parameters[3 * i + 2] = smoothing.gamma();
          history.tuned = history.end();
        }
      } catch (ForecastException e) {
        history.parameters[3 * i] = Double.NaN; // it is judged, and refused, as it was given
      }
    }
  }

  ForecastModel tuned(LoadHistory history, int index) {
    ForecastModel model = models.get(index);
    double alpha = history.parameters[3 * index];
    return model instanceof HoltWinters smoothing && !Double.isNaN(alpha)
        ? smoothing.withSmoothing(
            alpha, history.parameters[3 * index + 1], history.parameters[3 * index + 2])
        : model;
  }

  /** Why nothing is forecast; null if something is. */
  @Nullable String whyNot(LoadHistory history) {
    return switch (history.verdict) {
      case LEARNING ->
          "still learning: "
              + Words.span(history.closed.size() * history.bucket)
              + " of "
              + Words.span(needed() * history.bucket);
      case REFUSED -> "no model could work with this history";
      case JUDGED -> {
        if (history.trust > 0) {
          yield null;
        }
        yield history.error < maxError
            ? errorText(history) + ", which is worse than the season before"
            : errorText(history) + ", limit " + Words.percent(maxError);
      }
    };
  }

  String errorText(LoadHistory history) {
    return names[history.model]
        + " was off by "
        + Words.percent(history.error)
        + " (WAPE) lately, "
        + Words.number(history.ratio)
        + " x the season before";
  }
}
