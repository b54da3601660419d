package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import org.jspecify.annotations.Nullable;

/**
 * So much time after a change, none in this direction. Time counts from the applied change, or from
 * when it was complete if that is known. Up waits for changes up; down for changes in either
 * direction, because a fleet that has just grown has not shown yet what it can do. With a shared
 * clock, either waits for the cooldown of whatever was done last. An emergency waits only for its
 * own cooldown, which is none unless the policy says so.
 */
final class Cooldown {
  private Cooldown() {}

  static int apply(Frame frame, int desired) {
    ScalingPolicy policy = frame.policy;
    long up = policy.up.cooldown().toMillis();
    long down = policy.down.cooldown().toMillis();
    if (up == 0 && down == 0 && policy.criticalCooldown == 0 && policy.warmup == 0) {
      return desired;
    }
    Series events = frame.state.events;
    long sinceUp = Long.MAX_VALUE;
    long sinceDown = Long.MAX_VALUE;
    for (int i = events.size() - 1; i >= 0; i--) {
      long since = frame.now - counted(frame, events, i);
      if (events.value(i) > 0) {
        sinceUp = Math.min(sinceUp, since);
      } else {
        sinceDown = Math.min(sinceDown, since);
      }
    }
    long upLeft = left(up, sinceUp);
    long downLeft = left(down, Math.min(sinceUp, sinceDown));
    if (policy.sharedCooldown) {
      upLeft = Math.max(left(up, sinceUp), left(down, sinceDown));
      downLeft = upLeft;
    }
    if (frame.critical) {
      upLeft = left(policy.criticalCooldown, Math.min(sinceUp, sinceDown));
    }
    @Nullable String note = null;
    long warming = desired < frame.current ? warming(frame, sinceUp) : 0;
    if (warming > downLeft) {
      downLeft = warming;
      note = frame.current - frame.metrics.ready + " of the last scale-up are not ready yet";
    }
    int result = step(frame, desired, note, upLeft, downLeft, up);
    if (result != desired) {
      frame.because(ScalingReason.COOLDOWN);
      frame.lookAgain(frame.now + (desired > frame.current ? upLeft : downLeft));
    }
    return result;
  }

  private static int step(
      Frame frame, int desired, @Nullable String note, long upLeft, long downLeft, long up) {
    double left = (double) upLeft;
    if (!frame.policy.up.isMoreDuringCooldown()) {
      return frame.step(
          Stage.COOLDOWN,
          "cooldown",
          Formula.COOLED,
          note,
          desired,
          frame.current,
          left,
          (double) downLeft);
    }
    Series events = frame.state.events;
    double added = 0;
    for (int i = events.size() - 1; i >= 0; i--) {
      boolean counts = events.value(i) > 0 && left(up, frame.now - counted(frame, events, i)) > 0;
      added += counts ? events.value(i) : 0;
    }
    return frame.step(
        Stage.COOLDOWN,
        "cooldown",
        Formula.COOLED_DIFFERENCE,
        note,
        desired,
        frame.current,
        left,
        (double) downLeft,
        added);
  }

  /** From when on a change counts: the newest one from when it was complete. */
  private static long counted(Frame frame, Series events, int index) {
    long time = events.time(index);
    boolean newest = index == events.size() - 1;
    return newest && frame.state.lastCompleted > time
        ? Math.min(frame.state.lastCompleted, frame.now)
        : time;
  }

  private static long left(long cooldown, long since) {
    return since >= cooldown ? 0 : cooldown - since;
  }

  /** How long scaling in still waits for the instances of the last scale-up. */
  private static long warming(Frame frame, long sinceUp) {
    return frame.metrics.ready < frame.current ? left(frame.policy.warmup, sinceUp) : 0;
  }
}
