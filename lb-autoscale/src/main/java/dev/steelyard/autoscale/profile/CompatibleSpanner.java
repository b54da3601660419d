package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;

/** The Spanner autoscaler's method {@code STEPWISE}. */
public final class CompatibleSpanner {
  /** How far a value may be from its threshold without a change, in points: {@value}. */
  public static final double MARGIN = 5;

  /** The utilization above which the database is overloaded, in percent: {@value}. */
  public static final double OVERLOAD = 90;

  private CompatibleSpanner() {}

  /**
   * One step out or in where the value is farther than {@value #MARGIN} points from its threshold;
   * a larger one above {@value #OVERLOAD} %. Processing units are counted in hundreds, and above
   * ten of those in whole nodes: {@code multipleOf(10, 10)}.
   *
   * @param metric a utilization in percent, given for the pool
   * @param threshold its target, in (5, 85)
   * @param step the usual step, at least 1
   * @param overloadStep the step when overloaded, at least {@code step}
   * @return the rule, under the name "stepwise" and the metric's
   */
  public static Thresholds stepwise(Metric metric, double threshold, int step, int overloadStep) {
    if (!(threshold > MARGIN && threshold < OVERLOAD - MARGIN)) {
      throw new IllegalArgumentException(
          "the threshold must be in (5, 85) percent, was " + threshold);
    }
    if (step < 1 || overloadStep < step) {
      throw new IllegalArgumentException(
          "the steps must be 1 <= step <= overloadStep, were " + step + " and " + overloadStep);
    }
    return Thresholds.of(
            Trigger.out(metric, Operator.GREATER, threshold + MARGIN, Adjustment.change(step)),
            Trigger.out(metric, Operator.GREATER, OVERLOAD, Adjustment.change(overloadStep)),
            Trigger.in(metric, Operator.LESS, threshold - MARGIN, Adjustment.change(-step)))
        .named("stepwise " + metric.name());
  }
}
