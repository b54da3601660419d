package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import org.jspecify.annotations.Nullable;

/**
 * The projection guard, as Azure has it: a scale-in after which a rule would scale out at once,
 * with the load of now, goes no further than to the least number at which none would; where there
 * is no such number, it does not happen. It looks at all rules, whatever the combination: one
 * rule's scale-in may trip another one's scale-out.
 */
final class Project {
  private Project() {}

  static int apply(Frame frame, int desired) {
    if (!frame.policy.projectionGuard || desired >= frame.current) {
      return desired;
    }
    int asked = Math.min(Math.max(desired, floor(frame)), frame.current);
    if (asked == frame.current || tripped(frame, asked) < 0) {
      return frame.step(
          Stage.PROJECT, "projection guard", Formula.AT_LEAST, null, desired, desired);
    }
    int trips = asked;
    int safe = frame.current;
    while (safe - trips > 1) {
      int middle = (trips + safe) >>> 1;
      if (tripped(frame, middle) >= 0) {
        trips = middle;
      } else {
        safe = middle;
      }
    }
    frame.because(ScalingReason.STABILIZATION);
    String note = note(frame, asked, safe);
    return frame.step(Stage.PROJECT, "projection guard", Formula.AT_LEAST, note, desired, safe);
  }

  /** The least number that bounds and floors will allow: nothing below it needs to be judged. */
  private static int floor(Frame frame) {
    int least = -1;
    int floor = 0;
    for (Proposal proposal : frame.proposals) {
      if (proposal.type() == Proposal.Type.BOUNDS && least < 0) {
        least = proposal.size();
      } else if (proposal.type() == Proposal.Type.FLOOR) {
        floor = Math.max(floor, proposal.size());
      }
    }
    return Math.max(least < 0 ? frame.policy.least : least, floor);
  }

  /** The position of a rule that would scale out there, or -1. */
  private static int tripped(Frame frame, int count) {
    for (int i = 0; i < frame.proposals.length; i++) {
      if (trips(frame, frame.policy.rules.get(i), count)) {
        return i;
      }
    }
    return -1;
  }

  /** A rule that throws cannot say; doubt may not lower the number. */
  private static boolean trips(Frame frame, ScalingRule rule, int count) {
    try {
      return rule.wouldScaleOutAt(frame.evaluation(rule), count);
    } catch (RuntimeException e) {
      return true;
    }
  }

  private static String note(Frame frame, int asked, int safe) {
    ScalingRule rule = frame.policy.rules.get(tripped(frame, asked));
    @Nullable String why;
    try {
      why = rule.whyScaleOutAt(frame.evaluation(rule), asked);
    } catch (RuntimeException e) {
      why = rule.name() + " threw " + e;
    }
    return safe == frame.current
        ? "flapping, no scale-in: " + why
        : "flapping, " + safe + " instead of " + asked + ": " + why;
  }
}
