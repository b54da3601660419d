package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Reading;
import java.util.Objects;

/**
 * One metric of a {@link WeightedScore}: where it should be, how much it counts, and from where on
 * it is an emergency. Immutable: knobs give another one.
 */
public final class Term {
  private final Metric metric;
  private final double target;
  private final double weight;
  private final double limit;
  private final MissingData missing;

  private Term(Metric metric, double target, double weight, double limit, MissingData missing) {
    this.metric = metric;
    this.target = target;
    this.weight = weight;
    this.limit = limit;
    this.missing = missing;
  }

  /**
   * A metric.
   *
   * @param metric the metric, of any kind; a total is divided by the number of instances
   * @param target where it should be, in its unit, finite and above 0; per instance for a total
   * @param weight how much it counts beside the others, finite and not negative; 0 for a metric
   *     that only has a critical limit
   * @return the term
   */
  public static Term of(Metric metric, double target, double weight) {
    if (!(target > 0) || target == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the target of " + metric.name() + " must be finite and above 0, was " + target);
    }
    if (!(weight >= 0) || weight == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the weight of " + metric.name() + " must be finite and not negative, was " + weight);
    }
    return new Term(metric, target, weight, Double.NaN, MissingData.blockScaleIn());
  }

  /**
   * The same with a critical limit: above it, the rule scales out whatever the other metrics say,
   * so that an idle CPU cannot average away a full queue.
   *
   * @param limit above the target, finite, in the same unit; default none
   * @return the term
   */
  public Term critical(double limit) {
    if (!(limit > target) || limit == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the critical limit of "
              + metric.name()
              + " must be finite and above its target "
              + Numbers.text(target)
              + ", was "
              + limit);
    }
    return new Term(metric, target, weight, limit, missing);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}: the score is made of the
   *     others, but does not scale in; with {@link MissingData#ignore()} it may
   * @return the term
   */
  public Term missing(MissingData missing) {
    return new Term(metric, target, weight, limit, Objects.requireNonNull(missing));
  }

  /**
   * The metric.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }

  /**
   * Where it should be.
   *
   * @return the target
   */
  public double target() {
    return target;
  }

  /**
   * How much it counts.
   *
   * @return the weight
   */
  public double weight() {
    return weight;
  }

  /**
   * Above what it is an emergency.
   *
   * @return the limit; NaN if there is none
   */
  public double criticalLimit() {
    return limit;
  }

  /**
   * What happens where it is missing.
   *
   * @return the rule
   */
  public MissingData missing() {
    return missing;
  }

  boolean isTotal() {
    return metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL;
  }

  /** What it would compare if there were so many instances; the reading must be known. */
  double projected(Evaluation evaluation, Reading reading, int count) {
    double value = Projection.at(evaluation, reading, metric, count);
    return isTotal() ? Projection.per(value, count) : value;
  }

  @Override
  public String toString() {
    return metric.name()
        + " at "
        + Numbers.text(target)
        + " x "
        + Numbers.text(weight)
        + (Double.isNaN(limit) ? "" : ", critical above " + Numbers.text(limit));
  }
}
