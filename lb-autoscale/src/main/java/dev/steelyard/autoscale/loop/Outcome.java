package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingReason;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a decision says about itself, in the words of the history. */
final class Outcome {
  /** The reasons that hold something back; the others ask for something. */
  private static final Set<ScalingReason> LIMITS =
      EnumSet.of(
          ScalingReason.BOUND,
          ScalingReason.CEILING,
          ScalingReason.COOLDOWN,
          ScalingReason.STABILIZATION,
          ScalingReason.RATE_LIMIT,
          ScalingReason.DISABLED,
          ScalingReason.MISSING_METRICS);

  private Outcome() {}

  /** What was asked for: by hand, or by the rules before any limit. */
  static int wanted(ScalingDecision decision) {
    return decision.reasons().contains(ScalingReason.MANUAL)
        ? decision.desired()
        : decision.recommended();
  }

  /** What the target is asked for. */
  static String asks(ScalingDecision decision) {
    String number = decision.desired() + " instances";
    return decision.replacements().isEmpty()
        ? number
        : number + ", " + decision.replacements() + " replaced";
  }

  /** What held it back. */
  static String limits(ScalingDecision decision) {
    List<ScalingReason> limits = decision.reasons().stream().filter(LIMITS::contains).toList();
    return limits.isEmpty()
        ? "by the policy"
        : limits.stream().map(Enum::name).collect(Collectors.joining(", "));
  }
}
