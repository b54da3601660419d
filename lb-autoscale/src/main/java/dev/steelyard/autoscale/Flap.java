package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.limits.FlapBudget;
import org.jspecify.annotations.Nullable;

/** So many changes of direction per window: what would be one more does not happen. */
final class Flap {
  private Flap() {}

  static int apply(Frame frame, int desired) {
    @Nullable FlapBudget budget = frame.policy.flapBudget;
    if (budget == null) {
      return desired;
    }
    long window = budget.window().toMillis();
    Series events = frame.state.events;
    int first = events.size();
    while (first > 0 && frame.now - events.time(first - 1) < window) {
      first--;
    }
    int spent = reversals(events, first);
    double last = first < events.size() ? events.value(events.size() - 1) : 0;
    int result =
        frame.step(
            Stage.FLAP,
            "flap budget",
            Formula.FLAP_BUDGET,
            null,
            desired,
            frame.current,
            last,
            spent,
            budget.changes(),
            budget.blocksScaleUp() && !frame.critical ? 1 : 0);
    if (result != desired) {
      frame.because(ScalingReason.RATE_LIMIT);
      frame.lookAgain(events.time(affordable(events, first, budget.changes())) + window);
    }
    return result;
  }

  /** The changes of direction among the events from {@code first} on. */
  private static int reversals(Series events, int first) {
    int count = 0;
    for (int i = first + 1; i < events.size(); i++) {
      count += events.value(i) > 0 == events.value(i - 1) > 0 ? 0 : 1;
    }
    return count;
  }

  /** The event with whose end there is budget for one more, or nothing left to turn away from. */
  private static int affordable(Series events, int first, int budget) {
    int gone = first;
    while (gone < events.size() - 1 && reversals(events, gone + 1) + 1 > budget) {
      gone++;
    }
    return gone;
  }
}
