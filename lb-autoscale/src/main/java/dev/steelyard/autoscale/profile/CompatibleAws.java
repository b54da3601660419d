package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Rounding;
import dev.steelyard.autoscale.rules.Step;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Step scaling as Amazon EC2 Auto Scaling and Application Auto Scaling do it, in their words.
 *
 * <pre>{@code
 * Step[] steps = CompatibleAws.steps(PERCENT_CHANGE_IN_CAPACITY, null,
 *     List.of(new StepAdjustment(0.0, 10.0, 0), new StepAdjustment(10.0, null, 10)));
 *
 * CompatibleAws.stepScaling(1, 10)
 *     .rule(StepScaling.of(Metric.CPU).out(50, steps).abstaining(true).warmup(ofMinutes(3)))
 *     .build();
 * }</pre>
 *
 * <p>An alarm's "3 of 5 datapoints" is {@link dev.steelyard.autoscale.rules.StepScaling#breach}. Of
 * several policies that want a change the largest number wins; a policy whose alarm is silent has
 * no say, hence {@code abstaining(true)}.
 */
public final class CompatibleAws {
  /** AWS' adjustment types. */
  public enum AdjustmentType {
    /** So many instances more or fewer. */
    CHANGE_IN_CAPACITY("ChangeInCapacity"),
    /** So many instances. */
    EXACT_CAPACITY("ExactCapacity"),
    /** So many percent more or fewer. */
    PERCENT_CHANGE_IN_CAPACITY("PercentChangeInCapacity");

    private final String text;

    AdjustmentType(String text) {
      this.text = text;
    }

    /**
     * The type that AWS writes so.
     *
     * @param text {@code ChangeInCapacity}, {@code ExactCapacity} or {@code
     *     PercentChangeInCapacity}
     * @return the type
     * @throws IllegalArgumentException if it is none of these
     */
    public static AdjustmentType of(String text) {
      for (AdjustmentType type : values()) {
        if (type.text.equals(text)) {
          return type;
        }
      }
      throw new IllegalArgumentException(
          "the adjustment type must be ChangeInCapacity, ExactCapacity or"
              + " PercentChangeInCapacity, was '"
              + text
              + "'");
    }
  }

  /**
   * A step adjustment.
   *
   * @param lower {@code MetricIntervalLowerBound}, null if open
   * @param upper {@code MetricIntervalUpperBound}, null if open
   * @param adjustment {@code ScalingAdjustment}; a whole number unless it is a percentage
   */
  public record StepAdjustment(@Nullable Double lower, @Nullable Double upper, double adjustment) {}

  private CompatibleAws() {}

  /**
   * A policy without what AWS does not have: no window, no projection guard.
   *
   * @param least {@code MinSize}
   * @param most {@code MaxSize}
   * @return a builder; add rules
   */
  public static ScalingPolicy.Builder stepScaling(int least, int most) {
    return ScalingPolicy.builder()
        .confidenceToScaleIn(0)
        .name("aws steps")
        .bounds(least, most)
        .scaleDown(DirectionLimits.none())
        .startup(Duration.ZERO, Duration.ZERO)
        .projectionGuard(false);
  }

  /**
   * Steps.
   *
   * @param type what adjustments count
   * @param minMagnitude {@code MinAdjustmentMagnitude}, null if there is none; only for percentages
   * @param adjustments the steps
   * @return the steps, to be given to a rule, which checks that there is neither a gap nor an
   *     overlap
   * @throws IllegalArgumentException if a step is open at both ends, or its bounds cross, or its
   *     adjustment is not a whole number of instances
   */
  public static Step[] steps(
      AdjustmentType type, @Nullable Integer minMagnitude, List<StepAdjustment> adjustments) {
    Step[] steps = new Step[adjustments.size()];
    for (int i = 0; i < steps.length; i++) {
      StepAdjustment step = adjustments.get(i);
      Double lower = step.lower();
      Double upper = step.upper();
      steps[i] =
          new Step(
              lower == null ? Double.NEGATIVE_INFINITY : lower,
              upper == null ? Double.POSITIVE_INFINITY : upper,
              adjustment(type, minMagnitude, step.adjustment()));
    }
    return steps;
  }

  private static Adjustment adjustment(
      AdjustmentType type, @Nullable Integer minMagnitude, double value) {
    if (type == AdjustmentType.PERCENT_CHANGE_IN_CAPACITY) {
      Adjustment percent = Adjustment.percent(value, Rounding.TOWARD_ZERO);
      return minMagnitude == null || value == 0 ? percent : percent.byAtLeast(minMagnitude);
    }
    if (minMagnitude != null) {
      throw new IllegalArgumentException(
          "MinAdjustmentMagnitude is only for PercentChangeInCapacity, was " + minMagnitude);
    }
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an adjustment must be a whole number of instances, was " + value);
    }
    return type == AdjustmentType.EXACT_CAPACITY
        ? Adjustment.exact((int) value)
        : Adjustment.change((int) value);
  }
}
