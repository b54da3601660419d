package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;

/** What people have set: a number with an expiry, or scaling switched off. */
final class ByHand {
  private ByHand() {}

  /** A number set by hand replaces what the rules ask for until it expires. */
  static int apply(Frame frame, int desired) {
    ScalingState state = frame.state;
    if (state.manualCount < 0) {
      return desired;
    }
    if (frame.now >= state.manualUntil) {
      frame.next.manualCount = -1;
      frame.next.manualUntil = ScalingMetrics.UNKNOWN;
      frame.next.manualWhy = null;
      return desired;
    }
    frame.overridden = true;
    frame.reasons.clear();
    frame.because(ScalingReason.MANUAL);
    frame.lookAgain(state.manualUntil);
    String note = state.manualWhy + ", until " + Format.time(state.manualUntil);
    return frame.step(Stage.OVERRIDE, "manual", Formula.GIVEN, note, desired, state.manualCount);
  }

  /** Scaling that is switched off changes nothing, but the chain before says what it would do. */
  static int disable(Frame frame, int desired) {
    boolean off = frame.policy.zeroIsOff && frame.current == 0 && frame.least > 0;
    if (frame.state.enabled && !(off && !frame.overridden)) {
      return desired;
    }
    frame.because(ScalingReason.DISABLED);
    String note = off ? "at 0 with a minimum above 0: switched off by hand" : null;
    return frame.step(Stage.ACTION, "disabled", Formula.GIVEN, note, desired, frame.current);
  }
}
