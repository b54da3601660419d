package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.limits.DownstreamBudget;

/**
 * What is downstream allows no more. Stronger than minimum, schedules, emergencies and numbers set
 * by hand: instances beyond it would get no connection. A fleet that is above it is brought below,
 * and the step says so.
 */
final class Ceiling {
  private Ceiling() {}

  static int apply(Frame frame, int desired) {
    int result = desired;
    frame.ceiling = frame.most;
    for (DownstreamBudget budget : frame.policy.budgets) {
      int ceiling = budget.ceiling();
      frame.ceiling = Math.min(frame.ceiling, ceiling);
      int before = result;
      String note = budget.toString();
      if (frame.current > ceiling) {
        note += "; there are " + frame.current + " already, " + (frame.current - ceiling) + " more";
      }
      result =
          frame.step(
              Stage.CEILING,
              budget.name(),
              Formula.DOWNSTREAM,
              note,
              result,
              (double) budget.allowed() - budget.reserve(),
              budget.leastPerInstance(),
              budget.surgeInstances(),
              budget.surgeInPercent());
      if (result != before) {
        frame.because(ScalingReason.CEILING);
      }
    }
    return result;
  }
}
