package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;

/**
 * Minimum and maximum. Schedules may replace them, floors raise the minimum; a floor above the
 * maximum ends at the maximum. A fleet outside of them is brought inside at once, whatever
 * cooldowns and rates say.
 */
final class Bounds {
  private Bounds() {}

  static int apply(Frame frame, int desired) {
    replaced(frame);
    frame.least = Math.min(Math.max(frame.least, frame.awake), frame.most);
    int result = floors(frame, desired);
    int bounded =
        frame.step(Stage.BOUNDS, "bounds", Formula.BETWEEN, null, result, frame.least, frame.most);
    if (bounded != result) {
      frame.because(ScalingReason.BOUND);
    }
    return bounded;
  }

  /** A fleet outside of the policy's bounds goes to the nearest one first, if it is to. */
  static int first(Frame frame, int desired) {
    ScalingPolicy policy = frame.policy;
    boolean inside = policy.least <= frame.current && frame.current <= policy.most;
    boolean off = policy.zeroIsOff && frame.current == 0;
    if (!policy.boundsFirst || frame.overridden || inside || off) {
      return desired;
    }
    frame.overridden = true;
    frame.reasons.clear();
    return frame.step(Stage.OVERRIDE, "bounds first", Formula.GIVEN, null, desired, frame.current);
  }

  /** The first rule that replaces the bounds does; rules order them themselves. */
  private static void replaced(Frame frame) {
    for (Proposal proposal : frame.proposals) {
      if (proposal.type() == Proposal.Type.BOUNDS) {
        frame.least = proposal.size();
        frame.most = proposal.most();
        frame.reasons.addAll(proposal.reasons());
        return;
      }
    }
  }

  private static int floors(Frame frame, int desired) {
    int result = desired;
    for (int i = 0; i < frame.proposals.length; i++) {
      Proposal proposal = frame.proposals[i];
      if (proposal.type() != Proposal.Type.FLOOR) {
        continue;
      }
      int before = result;
      result =
          frame.step(
              Stage.BOUNDS,
              frame.policy.rules.get(i).name(),
              Formula.AT_LEAST,
              null,
              result,
              proposal.size());
      if (result != before) {
        frame.reasons.addAll(proposal.reasons());
      }
    }
    return result;
  }
}
