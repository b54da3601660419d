package dev.steelyard.autoscale.forecast;

import dev.steelyard.autoscale.forecast.ForecastException.Reason;
import dev.steelyard.autoscale.forecast.HoltWinters.Component;

/**
 * The running state of {@link HoltWinters} over one series: an observation costs O(1), a forecast
 * O(steps), memory is one number per step of the season.
 *
 * <p>Mutable and not safe for several threads.
 */
public final class Smoothing {
  private final HoltWinters model;
  private final double[] seasons;
  private final int unjudged;
  private double level;
  private double slope;
  private int next;
  private long seen;
  private double sumOfSquares;
  private double judgedSquares;

  /**
   * The state before an observation.
   *
   * @param unjudged how many first errors say nothing of the model's quality, because the starting
   *     values were made from those very observations
   */
  Smoothing(HoltWinters model, double level, double slope, double[] seasons, int unjudged) {
    this.model = model;
    this.level = Check.value(level);
    this.slope = model.trend() == Component.NONE ? 0 : Check.value(slope);
    this.seasons = Check.series(seasons, 0, "a season");
    this.unjudged = unjudged;
    if (model.trend() == Component.MULTIPLICATIVE) {
      HoltWinters.positive(level);
      HoltWinters.positive(slope);
    }
    if (model.season() == Component.MULTIPLICATIVE) {
      for (double factor : seasons) {
        HoltWinters.positive(factor);
      }
    }
  }

  /**
   * Takes the next observation.
   *
   * @param value the observation
   * @return the error of the forecast that was made for it: value - forecast
   * @throws ForecastException if the value is not usable, is not above zero in a multiplicative
   *     model, or leaves the level without meaning; the state is then unchanged
   */
  public double update(double value) {
    Check.value(value);
    double base = base(model.phi());
    double newLevel = base;
    double error = value - base;
    double judged = error;
    double newSeason = 0;
    switch (model.season()) {
      case NONE -> newLevel = model.alpha() * value + (1 - model.alpha()) * base;
      case ADDITIVE -> {
        double season = seasons[next];
        error = value - (base + season);
        judged = error;
        newLevel = model.alpha() * (value - season) + (1 - model.alpha()) * base;
        newSeason = model.gamma() * (value - base) + (1 - model.gamma()) * season;
      }
      case MULTIPLICATIVE -> {
        HoltWinters.positive(value);
        double season = seasons[next];
        error = value - above0(base) * season;
        judged = error / season;
        newLevel = model.alpha() * (value / season) + (1 - model.alpha()) * base;
        newSeason = model.gamma() * (value / base) + (1 - model.gamma()) * season;
      }
    }
    double newSlope = slope(newLevel);
    if (!Check.usable(newLevel) || !Check.usable(newSlope) || !Check.usable(newSeason)) {
      throw new ForecastException(Reason.DEGENERATE, "the level has left the range of numbers");
    }
    level = newLevel;
    slope = newSlope;
    if (seasons.length > 0) {
      seasons[next] = newSeason;
      next = next + 1 == seasons.length ? 0 : next + 1;
    }
    sumOfSquares += error * error;
    if (seen >= unjudged) {
      judgedSquares += judged * judged;
    }
    seen++;
    return error;
  }

  /**
   * The forecast of one coming step.
   *
   * @param steps how many steps ahead, at least 1
   * @return the value
   * @throws IllegalArgumentException if steps is below 1
   */
  public double ahead(int steps) {
    return ahead(Check.steps(steps), dampedSteps(steps));
  }

  /**
   * The forecast of the coming steps with their 95 % intervals, which are infinite until there are
   * more errors to judge by than parameters.
   *
   * @param steps how many, at least 1
   * @return the forecast
   * @throws IllegalArgumentException if steps is below 1
   * @throws ForecastException if a multiplicative forecast leaves the range of numbers
   */
  public Forecast forecast(int steps) {
    Check.steps(steps);
    double[] values = new double[steps];
    double[] widths = new double[steps];
    double sigma = sigma();
    double variance = 1;
    double damped = 0;
    double power = 1;
    for (int h = 1; h <= steps; h++) {
      power *= model.phi();
      damped += power;
      values[h - 1] = ahead(h, damped);
      if (!Check.usable(values[h - 1])) {
        throw new ForecastException(
            Reason.DEGENERATE, "the forecast of step " + h + " has left the range of numbers");
      }
      double scale = model.season() == Component.MULTIPLICATIVE ? seasons[place(h)] : 1;
      widths[h - 1] = StudentT.NORMAL * sigma * scale * Math.sqrt(variance);
      double weight = model.alpha();
      if (model.trend() != Component.NONE) {
        weight += model.alpha() * model.beta() * damped;
      }
      if (seasons.length > 0 && h % seasons.length == 0) {
        weight += model.gamma();
      }
      variance += weight * weight;
    }
    return Forecast.around(values, widths);
  }

  /**
   * The level after the last observation.
   *
   * @return the level
   */
  public double level() {
    return level;
  }

  /**
   * The trend after the last observation: per step, or its factor if multiplicative; 0 without one.
   *
   * @return the trend
   */
  public double slope() {
    return slope;
  }

  /**
   * The sum of the squared one-step errors of all observations.
   *
   * @return the sum
   */
  public double sumOfSquaredErrors() {
    return sumOfSquares;
  }

  /** phi + ... + phi^steps. */
  double dampedSteps(int steps) {
    double phi = model.phi();
    return phi == 1 ? steps : phi * (1 - Math.pow(phi, steps)) / (1 - phi);
  }

  double ahead(int steps, double damped) {
    double base = base(damped);
    return switch (model.season()) {
      case NONE -> base;
      case ADDITIVE -> base + seasons[place(steps)];
      case MULTIPLICATIVE -> base * seasons[place(steps)];
    };
  }

  private double base(double damped) {
    return switch (model.trend()) {
      case NONE -> level;
      case ADDITIVE -> level + damped * slope;
      case MULTIPLICATIVE -> level * Math.pow(slope, damped);
    };
  }

  private double slope(double newLevel) {
    double beta = model.beta();
    return switch (model.trend()) {
      case NONE -> 0;
      case ADDITIVE -> beta * (newLevel - level) + (1 - beta) * model.phi() * slope;
      case MULTIPLICATIVE ->
          beta * (above0(newLevel) / level) + (1 - beta) * Math.pow(slope, model.phi());
    };
  }

  private int place(int steps) {
    return (int) ((next + (steps - 1L)) % seasons.length);
  }

  private double sigma() {
    int parameters =
        1 + (model.trend() == Component.NONE ? 0 : 1) + (model.season() == Component.NONE ? 0 : 1);
    long judged = seen - unjudged;
    return judged > parameters
        ? Math.sqrt(judgedSquares / (judged - parameters))
        : Double.POSITIVE_INFINITY;
  }

  private static double above0(double level) {
    if (!(level > 0)) {
      throw new ForecastException(
          Reason.DEGENERATE, "a multiplicative model's level fell to " + level);
    }
    return level;
  }
}
