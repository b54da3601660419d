package dev.steelyard.autoscale;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.limits.ScaleToZero;
import java.time.Duration;

/**
 * A policy in words. For each duration: what it blocks, from when it counts, and whether
 * corrections of the bounds wait for it, because these are what users of other autoscalers take for
 * something else (kubernetes/kubernetes#101371, kedacore/keda#737).
 */
final class PolicyWords {
  private static final String BYPASS =
      " Corrections of bounds, floors and ceilings do not wait for it.";

  private final StringBuilder text = new StringBuilder(1024);

  private PolicyWords() {}

  static String describe(ScalingPolicy policy) {
    PolicyWords words = new PolicyWords();
    words.all(policy);
    return words.text.toString();
  }

  private void all(ScalingPolicy policy) {
    line(policy.name + ": " + policy.least + " to " + policy.most + " instances.");
    line(
        switch (policy.combination) {
          case MAX -> "As many as the rule says that asks for most:";
          case MIN -> "As many as the rule says that asks for fewest:";
          case PRIORITY -> "As many as the first rule says that has an opinion:";
          case VOTE -> "The direction that most rules ask for:";
        });
    for (ScalingRule rule : policy.rules) {
      line("  - " + rule.describe());
    }
    direction(policy, policy.up, true);
    direction(policy, policy.down, false);
    behaviour(policy);
    limits(policy);
  }

  private void direction(ScalingPolicy policy, DirectionLimits limits, boolean up) {
    String direction = up ? "up" : "down";
    line("Scaling " + direction + ":");
    if (limits.select() == DirectionLimits.Select.DISABLED) {
      line("  - switched off." + BYPASS);
      return;
    }
    int before = text.length();
    if (!limits.window().isZero()) {
      String window = span(limits.window());
      line(
          "  - stabilization window "
              + window
              + ": goes no further than the "
              + (up ? "smallest" : "largest")
              + " recommendation of the last "
              + window
              + ". It counts from each recommendation and is no pause between changes."
              + (up ? " An emergency does not wait for it." : "")
              + BYPASS);
    }
    if (!limits.cooldown().isZero()) {
      line("  - " + cooldown(policy, limits, up) + BYPASS);
    }
    for (RatePolicy rate : limits.rates()) {
      line(
          "  - at most "
              + (rate.unit() == RatePolicy.Unit.INSTANCES
                  ? rate.value() + " instances"
                  : rate.value() + " % of the instances at its start")
              + " "
              + (up ? "more" : "fewer")
              + " in any "
              + span(rate.period())
              + ", which counts from each applied change."
              + (up ? " An emergency keeps to it." : "")
              + BYPASS);
    }
    if (limits.rates().size() > 1) {
      line(
          "  - of the rates, the one counts that allows "
              + (limits.select() == DirectionLimits.Select.MAX ? "most." : "least."));
    }
    if (text.length() == before) {
      line("  - nothing holds it back.");
    }
  }

  private static String cooldown(ScalingPolicy policy, DirectionLimits limits, boolean up) {
    String cooldown = span(limits.cooldown());
    String from = ". It counts from the applied change, or from its completion if that is told.";
    if (policy.sharedCooldown) {
      return "cooldown "
          + cooldown
          + ": blocks both directions for so long after a change "
          + (up ? "up" : "down")
          + from
          + emergency(policy, up);
    }
    return "cooldown "
        + cooldown
        + (up
            ? ": blocks scaling up for so long after a change up, not after one down"
            : ": blocks scaling down for so long after a change in either direction")
        + from
        + (up && limits.isMoreDuringCooldown()
            ? " Only what goes beyond the instances just added is added during it."
            : "")
        + emergency(policy, up);
  }

  private static String emergency(ScalingPolicy policy, boolean up) {
    if (!up && !policy.sharedCooldown) {
      return "";
    }
    return policy.criticalCooldown == 0
        ? " An emergency does not wait for it."
        : " An emergency waits for " + Format.span(policy.criticalCooldown) + " instead.";
  }

  private void behaviour(ScalingPolicy policy) {
    if (policy.warmup > 0) {
      line(
          "Warm-up "
              + Format.span(policy.warmup)
              + ": blocks scaling down while instances are not ready, at most for so long. It"
              + " counts from the last change up."
              + BYPASS);
    }
    ScaleToZero zero = policy.zero;
    if (zero != null) {
      line(
          "Scale to "
              + (zero.idleCount() == 0 ? "zero" : Integer.toString(zero.idleCount()))
              + ": after "
              + span(zero.idle())
              + " without work, which counts from the last decision that saw some; the step "
              + (zero.isStraight()
                  ? "waits for no rate or cooldown."
                  : "keeps to rates and cooldowns.")
              + " Work wakes the service at once, to "
              + zero.wakeTo()
              + ".");
    }
    FlapBudget flap = policy.flapBudget;
    if (flap != null) {
      line(
          "Flap budget: at most "
              + flap.changes()
              + " changes of direction in any "
              + span(flap.window())
              + ", which counts from each applied change. Once spent, it blocks turning down"
              + (flap.blocksScaleUp() ? " and up, except in an emergency." : ", never up.")
              + BYPASS);
    }
    line(
        "Start-up grace "
            + Format.span(policy.startupGrace)
            + ": blocks nothing. Counted from an instance's start; samples of its start-up do not"
            + " count as load.");
    line(
        "Stale after "
            + Format.span(policy.staleAfter)
            + ": blocks nothing by itself. Counted from when a sample was taken; an older one is"
            + " missing.");
    if (policy.confidenceToScaleIn > 0) {
      line(
          "Scaling down needs a confidence of "
              + Format.number(policy.confidenceToScaleIn)
              + "; scaling up needs none.");
    }
  }

  private void limits(ScalingPolicy policy) {
    for (DownstreamBudget budget : policy.budgets) {
      line("Ceiling for everything, " + budget + ".");
    }
    CapacityMix mix = policy.mix;
    if (mix != null && mix.penalty() > 0) {
      line(
          "A scale-in must save "
              + Format.number(mix.penalty())
              + " within "
              + span(mix.horizon())
              + ", counted from the decision."
              + BYPASS);
    }
    int instances = policy.disruption.instances();
    line(
        instances == 0 && policy.disruption.percent() == 0
            ? "Unhealthy instances are not replaced."
            : "Unhealthy instances are replaced while no more than "
                + (instances > 0 ? instances + "" : policy.disruption.percent() + " %")
                + " are unavailable.");
  }

  private static String span(Duration span) {
    return Format.span(span.toMillis());
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
