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
import java.util.List;

/**
 * The App Autoscaler of Cloud Foundry: the first rule that was breached for its whole breach
 * duration decides; one clock for the cooldown; no guard against flapping.
 *
 * <p>What differs: there, the cooldown belongs to the rule that fired, here to the policy; a
 * percentage below -100 is refused. A policy in Cloud Foundry's JSON: {@link CloudFoundryPolicy}.
 */
public final class CompatibleCloudFoundry {
  /** The default of the breach duration, in seconds: {@value}. */
  public static final int DEFAULT_BREACH_SECONDS = 120;

  /** The default of the cooldown, in seconds: {@value}. */
  public static final int DEFAULT_COOLDOWN_SECONDS = 300;

  private CompatibleCloudFoundry() {}

  /**
   * A policy.
   *
   * @param least {@code instance_min_count}
   * @param most {@code instance_max_count}
   * @param cooldown {@code cool_down_secs}; default {@value #DEFAULT_COOLDOWN_SECONDS} s
   * @param rules the rules in their order, at least one
   * @return a builder
   */
  public static ScalingPolicy.Builder rules(
      int least, int most, Duration cooldown, Trigger... rules) {
    return rules(least, most, cooldown, cooldown, List.of(rules));
  }

  /** With a cooldown per direction, on the one clock; without rules, nothing but bounds. */
  static ScalingPolicy.Builder rules(
      int least, int most, Duration cooldownUp, Duration cooldownDown, List<Trigger> rules) {
    ScalingPolicy.Builder policy =
        ScalingPolicy.builder()
            .confidenceToScaleIn(0)
            .name("cloud foundry")
            .bounds(least, most)
            .scaleUp(DirectionLimits.none().cooldown(cooldownUp))
            .scaleDown(DirectionLimits.none().cooldown(cooldownDown))
            .sharedCooldown(true)
            .startup(Duration.ZERO, Duration.ZERO)
            .projectionGuard(false);
    return rules.isEmpty() ? policy : policy.rule(Thresholds.of(rules).named("rules").firstOnly());
  }

  /**
   * A rule. A missing sample is no breach; other rules go on.
   *
   * @param metric {@code metric_type}
   * @param operator {@code <}, {@code <=}, {@code >=} or {@code >}
   * @param threshold {@code threshold}
   * @param breach {@code breach_duration_secs}; default {@value #DEFAULT_BREACH_SECONDS} s
   * @param adjustment {@code adjustment}, as {@link #adjustment} reads it
   * @return the rule
   */
  public static Trigger rule(
      Metric metric, String operator, double threshold, Duration breach, String adjustment) {
    Adjustment change = adjustment(adjustment);
    Operator compared = Operator.of(operator);
    Trigger trigger =
        change.value() < 0
            ? Trigger.in(metric, compared, threshold, change)
            : Trigger.out(metric, compared, threshold, change);
    return trigger.breach(Breach.during(breach)).missing(MissingData.ignore());
  }

  /**
   * Reads an adjustment.
   *
   * @param text {@code +1}, {@code -2}, {@code 10%} or {@code -60%}
   * @return the adjustment; a percentage is rounded to the nearest number, but changes it by at
   *     least 1
   * @throws IllegalArgumentException if it is none
   */
  public static Adjustment adjustment(String text) {
    boolean percent = text.endsWith("%");
    String number = percent ? text.substring(0, text.length() - 1) : text;
    try {
      return percent
          ? Adjustment.percent(Double.parseDouble(number), Rounding.NEAREST)
          : Adjustment.change(Integer.parseInt(number));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "an adjustment must be like +1, -2, 10% or -60%, was '" + text + "'", e);
    }
  }
}
