package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingRule;
import java.util.Objects;

/**
 * As many instances as bring a metric to its target: Kubernetes' formula, {@code ceil(ready x
 * average / target)}, or {@code ceil(total / target)} for a total. Immutable: knobs give another
 * rule.
 *
 * <p>Not for metrics that do not fall when instances are added (response time, error rate, memory):
 * those are refused; use thresholds and steps.
 */
public final class TargetTracking implements ScalingRule {
  /** How far the ratio of value and target may be from 1 without a change: {@value}. */
  public static final double DEFAULT_TOLERANCE = 0.1;

  private final String name;
  private final Metric metric;
  private final double target;
  private final double toleranceUp;
  private final double toleranceDown;
  private final MissingData missing;

  private TargetTracking(
      String name,
      Metric metric,
      double target,
      double toleranceUp,
      double toleranceDown,
      MissingData missing) {
    this.name = name;
    this.metric = metric;
    this.target = target;
    this.toleranceUp = toleranceUp;
    this.toleranceDown = toleranceDown;
    this.missing = missing;
  }

  /**
   * Tracks a target.
   *
   * @param metric the metric; not a {@link Metric.Kind#NON_PROPORTIONAL non-proportional} one
   * @param target its target per instance, in its unit (70 for 70 % CPU), above 0
   * @return the rule
   */
  public static TargetTracking of(Metric metric, double target) {
    if (metric.kind() == Metric.Kind.NON_PROPORTIONAL) {
      throw new IllegalArgumentException(
          metric.name()
              + " does not fall in proportion when instances are added: use Thresholds or steps,"
              + " or say metric.as(kind)");
    }
    if (!(target > 0) || target == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the target of " + metric.name() + " must be finite and above 0, was " + target);
    }
    return new TargetTracking(
        "target " + metric.name(),
        metric,
        target,
        DEFAULT_TOLERANCE,
        DEFAULT_TOLERANCE,
        MissingData.blockScaleIn());
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "target" and the metric's name
   * @return the rule
   */
  public TargetTracking named(String name) {
    return new TargetTracking(
        Objects.requireNonNull(name), metric, target, toleranceUp, toleranceDown, missing);
  }

  /**
   * The same with another tolerance.
   *
   * @param down how far below 1 the ratio may be, in [0, 1); default {@value #DEFAULT_TOLERANCE}
   * @param up how far above 1 it may be, not negative; default {@value #DEFAULT_TOLERANCE}
   * @return the rule
   */
  public TargetTracking tolerance(double down, double up) {
    if (!(down >= 0 && down < 1)) {
      throw new IllegalArgumentException("the tolerance down must be in [0, 1), was " + down);
    }
    if (!(up >= 0) || up == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the tolerance up must be finite and not negative, was " + up);
    }
    return new TargetTracking(name, metric, target, up, down, missing);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}
   * @return the rule
   */
  public TargetTracking missing(MissingData missing) {
    return new TargetTracking(
        name, metric, target, toleranceUp, toleranceDown, Objects.requireNonNull(missing));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Reading reading = evaluation.reading(metric);
    if (!reading.isKnown() && missing.type() != MissingData.Type.ASSUME) {
      return Proposal.unknown(missing, String.valueOf(reading.missingWhy()));
    }
    double value = reading.isKnown() ? reading.value() : missing.value();
    boolean total = metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL;
    Proof.Step step =
        Proof.Step.of(
            Proof.Stage.PROPOSE,
            name,
            total ? Formula.TOTAL : Formula.PROPORTIONAL,
            reading.isKnown() ? null : "assumed: " + reading.missingWhy(),
            value,
            target,
            total ? evaluation.metrics().running() : reading.counted(),
            evaluation.current(),
            toleranceDown,
            toleranceUp);
    return Proposal.size(metric.reason(), step);
  }

  /**
   * The metric that it tracks.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }

  /**
   * Its target.
   *
   * @return per instance, in the metric's unit
   */
  public double target() {
    return target;
  }

  @Override
  public String describe() {
    return "keeps " + metric.name() + " at " + target + " " + metric.unit() + " per instance";
  }
}
