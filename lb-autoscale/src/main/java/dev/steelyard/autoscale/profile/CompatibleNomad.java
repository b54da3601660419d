package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Breach;
import dev.steelyard.autoscale.rules.Operator;
import dev.steelyard.autoscale.rules.Rounding;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Nomad Autoscaler: up before none before down, of the same direction the largest number;
 * checks of a group, whose "none" does not count, are a {@link
 * dev.steelyard.autoscale.rules.Group}. The strategy {@code target-value} is target tracking with a
 * tolerance of 0.01.
 */
public final class CompatibleNomad {
  private CompatibleNomad() {}

  /**
   * A policy. One clock for the cooldown; no window, no guard against flapping.
   *
   * @param least {@code min}
   * @param most {@code max}
   * @param cooldown {@code cooldown}; Nomad's default is 5 minutes
   * @return a builder; add checks
   */
  public static ScalingPolicy.Builder policy(int least, int most, Duration cooldown) {
    DirectionLimits limits = DirectionLimits.none().cooldown(cooldown);
    return ScalingPolicy.builder()
        .confidenceToScaleIn(0)
        .name("nomad")
        .bounds(least, most)
        .scaleUp(limits)
        .scaleDown(limits)
        .sharedCooldown(true)
        .startup(Duration.ZERO, Duration.ZERO)
        .projectionGuard(false);
  }

  /**
   * A check with the strategy {@code threshold}. A missing sample is no breach, as with {@code
   * on_check_error = ignore}.
   *
   * @param name the name of the check
   * @param metric what it queries
   * @param lower {@code lower_bound}, itself inside; null if there is none
   * @param upper {@code upper_bound}, itself outside; null if there is none
   * @param trigger {@code within_bounds_trigger}: how many samples have to be inside; Nomad's
   *     default is 5
   * @param samples how many samples the query window has; at least {@code trigger}
   * @param action what happens
   * @return the rule
   */
  public static Thresholds threshold(
      String name,
      Metric metric,
      @Nullable Double lower,
      @Nullable Double upper,
      int trigger,
      int samples,
      Action action) {
    if (lower == null && upper == null) {
      throw new IllegalArgumentException("the check '" + name + "' must have a bound");
    }
    List<Trigger> triggers = new ArrayList<>();
    if (action.adjustment.neverRemoves()) {
      triggers.add(bounded(true, metric, lower, upper, action.adjustment));
    }
    if (action.adjustment.neverAdds()) {
      triggers.add(bounded(false, metric, lower, upper, action.adjustment));
    }
    Breach breach = Breach.of(trigger, samples);
    triggers.replaceAll(one -> one.breach(breach).missing(MissingData.ignore()));
    return Thresholds.of(triggers).named(name).abstaining(false);
  }

  private static Trigger bounded(
      boolean out,
      Metric metric,
      @Nullable Double lower,
      @Nullable Double upper,
      Adjustment adjustment) {
    Operator operator = lower == null ? Operator.LESS : Operator.AT_LEAST;
    double threshold = lower != null ? lower : upper != null ? upper : Double.NaN;
    Trigger trigger =
        out
            ? Trigger.out(metric, operator, threshold, adjustment)
            : Trigger.in(metric, operator, threshold, adjustment);
    return lower != null && upper != null ? trigger.below(upper) : trigger;
  }

  /** What a check does. */
  public static final class Action {
    private final Adjustment adjustment;

    private Action(Adjustment adjustment) {
      this.adjustment = adjustment;
    }

    /**
     * Reads an action: exactly one of the three.
     *
     * @param delta {@code delta}: so many more or, negative, fewer; null if absent
     * @param percentage {@code percentage}: so many percent more or fewer, rounded up; null if
     *     absent
     * @param value {@code value}: exactly so many; null if absent
     * @return the action
     * @throws IllegalArgumentException if none or several are given
     */
    public static Action of(
        @Nullable Integer delta, @Nullable Double percentage, @Nullable Integer value) {
      int given = (delta != null ? 1 : 0) + (percentage != null ? 1 : 0) + (value != null ? 1 : 0);
      if (given > 1) {
        throw new IllegalArgumentException(
            "an action must have only one of \"delta\", \"percentage\" or \"value\"");
      }
      if (delta != null) {
        return new Action(Adjustment.change(delta));
      }
      if (percentage != null) {
        return new Action(Adjustment.percent(percentage, Rounding.UP));
      }
      if (value != null) {
        return new Action(Adjustment.exact(value));
      }
      throw new IllegalArgumentException(
          "an action must have either \"delta\", \"percentage\" or \"value\"");
    }
  }
}
