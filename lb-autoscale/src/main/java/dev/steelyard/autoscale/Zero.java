package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.ScalingState.ZeroPhase;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.ScaleToZero;
import org.jspecify.annotations.Nullable;

/**
 * Scale to zero as a state machine: whether there is work decides over the phase, the phase over
 * whether the number is the rules' affair. Zero that was not decided here was set by hand, and
 * stays.
 */
final class Zero {
  private enum Work {
    YES,
    NO,
    UNKNOWN
  }

  private Zero() {}

  static int apply(Frame frame, int desired) {
    @Nullable ScaleToZero zero = frame.policy.zero;
    if (zero == null) {
      return desired;
    }
    boolean first = frame.state.lastDecision == ScalingMetrics.UNKNOWN;
    if (first) {
      enter(frame, frame.current <= zero.idleCount() ? ZeroPhase.ZERO : ZeroPhase.RUNNING);
    } else if (frame.next.zeroSince == ScalingMetrics.UNKNOWN) {
      frame.next.zeroSince = frame.now;
    }
    if (frame.overridden) {
      frame.next.lastActive = frame.now;
      enter(frame, desired <= zero.idleCount() ? ZeroPhase.ZERO : ZeroPhase.RUNNING);
      return desired;
    }
    return switch (frame.next.zeroPhase) {
      case RUNNING, IDLE_COUNTDOWN ->
          frame.current == 0 && !first
              ? byHand(frame, desired)
              : awake(frame, zero, desired, work(frame));
      case ZERO -> zero(frame, zero, desired, work(frame));
      case WAKING -> waking(frame, zero, desired, work(frame));
    };
  }

  /** Any zero that a decision leads to is its own; it counts only once it is applied. */
  static void remember(Frame frame, int desired) {
    @Nullable ScaleToZero zero = frame.policy.zero;
    if (zero == null || desired > zero.idleCount()) {
      return;
    }
    if (desired != frame.current) {
      frame.phaseIfApplied = ZeroPhase.ZERO;
    } else if (frame.zeroing) {
      enter(frame, ZeroPhase.ZERO);
    }
  }

  private static void enter(Frame frame, ZeroPhase phase) {
    if (frame.next.zeroPhase != phase || frame.next.zeroSince == ScalingMetrics.UNKNOWN) {
      frame.next.zeroPhase = phase;
      frame.next.zeroSince = frame.now;
    }
  }

  /**
   * A rule that does not say whether there is work says so by asking for instances; a floor above
   * zero is work, too. Where a rule cannot say, or is doubted, and no other has work, nobody knows.
   */
  private static Work work(Frame frame) {
    Work work = Work.NO;
    for (Proposal proposal : frame.proposals) {
      boolean asks =
          switch (proposal.type()) {
            case SIZE -> proposal.size() > 0 && (proposal.activity() < 0 || proposal.isCritical());
            case FLOOR, BOUNDS -> proposal.size() > 0;
            case NONE, UNKNOWN -> false;
          };
      @Nullable MissingData missing = proposal.missing();
      MissingData.Type type = missing == null ? MissingData.Type.IGNORE : missing.type();
      if (asks || proposal.activity() > 0 || type == MissingData.Type.SAFE_DEFAULT) {
        return Work.YES;
      }
      if (type != MissingData.Type.IGNORE) {
        work = Work.UNKNOWN;
      }
    }
    return frame.confidence < frame.policy.confidenceToScaleIn ? Work.UNKNOWN : work;
  }

  private static int byHand(Frame frame, int desired) {
    frame.overridden = true;
    frame.reasons.clear();
    frame.because(ScalingReason.MANUAL);
    frame.next.lastActive = frame.now;
    enter(frame, ZeroPhase.RUNNING);
    return frame.step(
        Stage.ZERO,
        "zero by hand",
        Formula.GIVEN,
        "not zero by this policy: it stays until somebody raises it",
        desired,
        0);
  }

  private static int awake(Frame frame, ScaleToZero zero, int desired, Work work) {
    if (work != Work.NO) {
      frame.next.lastActive = frame.now;
      enter(frame, ZeroPhase.RUNNING);
      String note = work == Work.YES ? null : "nobody can say whether there is work";
      return keep(frame, "running", note, desired, zero.minimumAwake());
    }
    boolean never = frame.next.lastActive == ScalingMetrics.UNKNOWN;
    long since = never ? frame.next.zeroSince : frame.next.lastActive;
    enter(frame, ZeroPhase.IDLE_COUNTDOWN);
    if (never) {
      frame.next.zeroSince = since;
    }
    long wait = (never ? zero.initialCooldown() : zero.idle()).toMillis();
    long grace = zero.grace().toMillis();
    @Nullable Metric path = frame.policy.wakePath;
    @Nullable String unproven = null;
    if (path != null) {
      Reading proven = Readings.read(frame.metrics, path, 0, 0, frame.policy.staleAfter);
      unproven = proven.missingWhy();
      grace = proven.value() * 1000 >= grace ? 0 : grace;
    }
    wait += Math.max(grace, zero.retention().toMillis());
    double needed = unproven == null ? wait / 1000.0 : Double.POSITIVE_INFINITY;
    double idle = (frame.now - since) / 1000.0;
    int result =
        frame.step(
            Stage.ZERO,
            "idle countdown",
            Formula.ZERO_AFTER,
            unproven == null ? null : "nothing proves that it can be woken: " + unproven,
            desired,
            idle,
            needed,
            zero.minimumAwake(),
            zero.idleCount());
    if (idle >= needed) {
      goes(frame, zero);
      because(frame, result != desired, 0);
      return result;
    }
    floor(frame, zero.minimumAwake());
    if (result != desired) {
      frame.because(ScalingReason.COOLDOWN);
    }
    if (unproven == null) {
      frame.lookAgain(since + wait);
    }
    return result;
  }

  private static int zero(Frame frame, ScaleToZero zero, int desired, Work work) {
    if (frame.current > zero.idleCount()) {
      frame.next.lastActive = frame.now;
      enter(frame, ZeroPhase.RUNNING);
      return awake(frame, zero, desired, work);
    }
    if (work == Work.YES) {
      enter(frame, ZeroPhase.WAKING);
      frame.next.lastActive = frame.now;
      int result = wake(frame, zero, desired);
      because(frame, result != desired, 1);
      return result;
    }
    String note = work == Work.NO ? null : "nobody can say whether there is work";
    int result = frame.step(Stage.ZERO, "zero", Formula.GIVEN, note, desired, zero.idleCount());
    because(frame, result != desired, 0);
    return result;
  }

  private static int waking(Frame frame, ScaleToZero zero, int desired, Work work) {
    if (work == Work.YES) {
      frame.next.lastActive = frame.now;
    }
    if (frame.metrics.ready >= zero.wakeTo()) {
      enter(frame, ZeroPhase.RUNNING);
      return awake(frame, zero, desired, work);
    }
    if (frame.now - frame.next.zeroSince > zero.wakeTimeout().toMillis()) {
      if (work == Work.NO) {
        return giveUp(frame, zero, desired);
      }
      frame.next.zeroSince = frame.now;
    }
    return wake(frame, zero, desired);
  }

  /** The phase stays until zero is reached: work that comes meanwhile wakes again. */
  private static int giveUp(Frame frame, ScaleToZero zero, int desired) {
    String note = "not ready within the wake timeout, and no work any more";
    int result = frame.step(Stage.ZERO, "waking", Formula.GIVEN, note, desired, zero.idleCount());
    goes(frame, zero);
    because(frame, result != desired, 0);
    return result;
  }

  private static void goes(Frame frame, ScaleToZero zero) {
    frame.zeroing = true;
    frame.straight =
        zero.isStraight() && frame.policy.down.select() != DirectionLimits.Select.DISABLED;
  }

  private static int wake(Frame frame, ScaleToZero zero, int desired) {
    frame.lookAgain(frame.next.zeroSince + zero.wakeTimeout().toMillis() + 1);
    return keep(frame, "waking", null, desired, zero.wakeTo());
  }

  private static int keep(
      Frame frame, String phase, @Nullable String note, int desired, int least) {
    floor(frame, least);
    return frame.step(Stage.ZERO, phase, Formula.AT_LEAST, note, desired, least);
  }

  /** Below this, the fleet is brought up at once, unless scaling up is switched off. */
  private static void floor(Frame frame, int least) {
    if (frame.policy.up.select() != DirectionLimits.Select.DISABLED) {
      frame.awake = least;
    }
  }

  /** The reasons of those that said whether there is work. */
  private static void because(Frame frame, boolean changed, int activity) {
    for (Proposal proposal : frame.proposals) {
      if (changed && proposal.activity() == activity) {
        frame.reasons.addAll(proposal.reasons());
      }
    }
  }
}
