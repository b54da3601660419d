package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Autoscale of Azure Monitor: any rule scales out, all together scale in, with the projection guard
 * against flapping and one clock for all cooldowns.
 *
 * <p>What differs: Azure's cooldown belongs to each rule, ours to each direction; {@code timeGrain}
 * and {@code timeWindow} are the business of whoever gives the metrics. How Azure rounds a
 * percentage is not documented; ours are rounded toward zero, by at least 1.
 */
public final class CompatibleAzure {
  private CompatibleAzure() {}

  /**
   * A profile.
   *
   * @param least {@code minimum}
   * @param most {@code maximum}
   * @param normal {@code default}: where the number is below it and metrics cannot be read, it is
   *     raised to it; at least 1
   * @param outCooldown the cooldown after scaling out
   * @param inCooldown the cooldown after scaling in
   * @param rules the rules, at least one
   * @return a builder
   */
  public static ScalingPolicy.Builder thresholds(
      int least,
      int most,
      int normal,
      Duration outCooldown,
      Duration inCooldown,
      Trigger... rules) {
    List<Trigger> triggers = new ArrayList<>();
    for (Trigger rule : rules) {
      triggers.add(rule.missing(MissingData.safeDefault(normal)));
    }
    return ScalingPolicy.builder()
        .confidenceToScaleIn(0)
        .name("azure")
        .bounds(least, most)
        .rule(Thresholds.of(triggers).named("rules"))
        .scaleUp(DirectionLimits.none().cooldown(outCooldown))
        .scaleDown(DirectionLimits.none().cooldown(inCooldown))
        .sharedCooldown(true)
        .startup(Duration.ZERO, Duration.ZERO)
        .projectionGuard(true);
  }
}
