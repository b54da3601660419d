package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Reading;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One threshold of a {@link Thresholds} rule: a metric, compared with a number, that scales out or
 * in. Immutable: knobs give another one.
 */
public final class Trigger {
  private final boolean out;
  private final Metric metric;
  private final Operator operator;
  private final double threshold;
  private final Adjustment adjustment;
  private final boolean perInstance;
  private final Breach breach;
  private final MissingData missing;
  private final double below;

  private Trigger(
      boolean out,
      Metric metric,
      Operator operator,
      double threshold,
      Adjustment adjustment,
      boolean perInstance,
      Breach breach,
      MissingData missing,
      double below) {
    this.out = out;
    this.metric = metric;
    this.operator = operator;
    this.threshold = threshold;
    this.adjustment = adjustment;
    this.perInstance = perInstance;
    this.breach = breach;
    this.missing = missing;
    this.below = below;
  }

  /**
   * Scales out.
   *
   * @param metric the metric, of any kind
   * @param operator how it is compared
   * @param threshold with what, finite and not negative, in the metric's unit
   * @param adjustment what happens; not a decrease. An exact number that is not above the present
   *     one changes nothing
   * @return the trigger
   */
  public static Trigger out(
      Metric metric, Operator operator, double threshold, Adjustment adjustment) {
    if (!adjustment.neverRemoves() || adjustment.isNothing()) {
      throw new IllegalArgumentException(
          "the adjustment of a trigger that scales out must add instances, was " + adjustment);
    }
    return new Trigger(
        true,
        Objects.requireNonNull(metric),
        Objects.requireNonNull(operator),
        checked(metric, threshold),
        adjustment,
        false,
        Breach.once(),
        MissingData.blockScaleIn(),
        Double.NaN);
  }

  /**
   * Scales in.
   *
   * @param metric the metric, of any kind
   * @param operator how it is compared
   * @param threshold with what, finite and not negative, in the metric's unit
   * @param adjustment what happens; not an increase. An exact number that is not below the present
   *     one changes nothing
   * @return the trigger
   */
  public static Trigger in(
      Metric metric, Operator operator, double threshold, Adjustment adjustment) {
    if (!adjustment.neverAdds() || adjustment.isNothing()) {
      throw new IllegalArgumentException(
          "the adjustment of a trigger that scales in must remove instances, was " + adjustment);
    }
    return new Trigger(
        false,
        Objects.requireNonNull(metric),
        Objects.requireNonNull(operator),
        checked(metric, threshold),
        adjustment,
        false,
        Breach.once(),
        MissingData.blockScaleIn(),
        Double.NaN);
  }

  private static double checked(Metric metric, double threshold) {
    if (!(threshold >= 0) || threshold == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the threshold of "
              + metric.name()
              + " must be finite and not negative, was "
              + threshold);
    }
    return threshold;
  }

  /**
   * The same, but the breach has to last.
   *
   * @param breach how long; default {@link Breach#once()}
   * @return the trigger
   */
  public Trigger breach(Breach breach) {
    return new Trigger(
        out,
        metric,
        operator,
        threshold,
        adjustment,
        perInstance,
        Objects.requireNonNull(breach),
        missing,
        below);
  }

  /**
   * The same, but the total is divided by the number of instances that exist before it is compared:
   * a queue of 100 is 50 per instance of two. Azure's {@code dividePerInstance}.
   *
   * @return the trigger
   * @throws IllegalArgumentException if the metric is not a {@link Metric.Kind#PROPORTIONAL_TOTAL
   *     total}
   */
  public Trigger perInstance() {
    if (metric.kind() != Metric.Kind.PROPORTIONAL_TOTAL) {
      throw new IllegalArgumentException(
          "only a total can be divided by the number of instances, "
              + metric.name()
              + " is "
              + metric.kind());
    }
    return new Trigger(out, metric, operator, threshold, adjustment, true, breach, missing, below);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}; with {@link
   *     MissingData#ignore()} the others decide without this one
   * @return the trigger
   */
  public Trigger missing(MissingData missing) {
    return new Trigger(
        out,
        metric,
        operator,
        threshold,
        adjustment,
        perInstance,
        breach,
        Objects.requireNonNull(missing),
        below);
  }

  /**
   * The same with an end: the value must be below it, too. Nomad's {@code upper_bound}.
   *
   * @param end above the threshold, in the metric's unit; itself outside
   * @return the trigger
   * @throws IllegalArgumentException if the trigger is not one with {@link Operator#AT_LEAST}
   */
  public Trigger below(double end) {
    if (operator != Operator.AT_LEAST) {
      throw new IllegalArgumentException(
          "only a range that begins with >= has an end, not '" + this + "'");
    }
    if (!(end > threshold)) {
      throw new IllegalArgumentException(
          "the end of the range of "
              + metric.name()
              + " must be above "
              + Numbers.text(threshold)
              + ", was "
              + end);
    }
    return new Trigger(
        out, metric, operator, threshold, adjustment, perInstance, breach, missing, end);
  }

  /**
   * Whether it scales out.
   *
   * @return whether; otherwise it scales in
   */
  public boolean isOut() {
    return out;
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
   * How it is compared.
   *
   * @return the operator
   */
  public Operator operator() {
    return operator;
  }

  /**
   * With what it is compared.
   *
   * @return the threshold
   */
  public double threshold() {
    return threshold;
  }

  /**
   * The end of the range in which the value must be.
   *
   * @return the end, itself outside; NaN if there is none
   */
  public double end() {
    return below;
  }

  /**
   * What happens.
   *
   * @return the adjustment
   */
  public Adjustment adjustment() {
    return adjustment;
  }

  /**
   * Whether a total is divided by the number of instances.
   *
   * @return whether
   */
  public boolean isPerInstance() {
    return perInstance;
  }

  /**
   * How long the breach has to last.
   *
   * @return how long
   */
  public Breach breach() {
    return breach;
  }

  /**
   * What happens where the metric is missing.
   *
   * @return the rule
   */
  public MissingData missing() {
    return missing;
  }

  /** Whether the condition holds; never for NaN. */
  boolean holds(double value) {
    return operator.holds(value, threshold) && (Double.isNaN(below) || value < below);
  }

  /** The step that compares. */
  Proof.Step compare(String rule, @Nullable String note, double value) {
    return Double.isNaN(below)
        ? Proof.Step.of(Proof.Stage.READ, rule, operator.formula(), note, value, threshold)
        : Proof.Step.of(Proof.Stage.READ, rule, Formula.IS_WITHIN, note, value, threshold, below);
  }

  /** What it would compare if there were so many instances; NaN if it is not known. */
  double projected(Evaluation evaluation, int count) {
    Reading reading = evaluation.reading(metric);
    if (!reading.isKnown()) {
      return Double.NaN;
    }
    double value = Projection.at(evaluation, reading, metric, count);
    return perInstance ? Projection.per(value, count) : value;
  }

  /** Whether, at that number, it would scale out from it. */
  boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return out && holds(projected(evaluation, count)) && adjustment.wouldAddTo(count);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Trigger that
        && out == that.out
        && metric.equals(that.metric)
        && metric.kind() == that.metric.kind()
        && operator == that.operator
        && Double.compare(threshold, that.threshold) == 0
        && Double.compare(below, that.below) == 0
        && adjustment.equals(that.adjustment)
        && perInstance == that.perInstance
        && breach.equals(that.breach)
        && missing.equals(that.missing);
  }

  @Override
  public int hashCode() {
    return Objects.hash(out, metric, operator.name(), threshold, adjustment, breach, missing);
  }

  /** What it does, in words that no other trigger of a rule may share. */
  String words() {
    return (out ? "out " : "in ") + adjustment + " if " + this;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(40).append(metric.name());
    if (perInstance) {
      text.append(" per instance");
    }
    text.append(' ').append(operator.sign()).append(' ').append(Numbers.text(threshold));
    if (!Double.isNaN(below)) {
      text.append(" and < ").append(Numbers.text(below));
    }
    if (breach.remembers()) {
      text.append(' ').append(breach);
    }
    return text.toString();
  }
}
