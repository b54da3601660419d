package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;

/**
 * Stabilization windows, as Kubernetes has them: scaling up goes no further than the smallest
 * recommendation of its window, scaling down no further than the largest of its own.
 * Recommendations count while they are strictly younger than the window.
 */
final class Stabilize {
  private Stabilize() {}

  static int apply(Frame frame, int desired) {
    long up = frame.policy.up.window().toMillis();
    long down = frame.policy.down.window().toMillis();
    if (frame.critical) {
      up = 0;
    }
    if (up == 0 && down == 0) {
      return desired;
    }
    Series past = frame.past;
    double least = desired;
    double most = desired;
    long leastUntil = frame.now;
    long mostUntil = frame.now;
    for (int i = 0; i < past.size(); i++) {
      long age = frame.now - past.time(i);
      double value = past.value(i);
      if (age < up && value <= least) {
        least = value;
        leastUntil = past.time(i) + up;
      }
      if (age < down && value >= most) {
        most = value;
        mostUntil = past.time(i) + down;
      }
    }
    int result =
        frame.step(
            Stage.STABILIZE,
            "windows",
            Formula.STABILIZED,
            null,
            desired,
            frame.current,
            least,
            most);
    if (result != desired) {
      frame.because(ScalingReason.STABILIZATION);
      frame.lookAgain(desired > frame.current ? leastUntil : mostUntil);
    }
    return result;
  }
}
