package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.ScalingMetrics.Phase;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Unhealthy instances are replaced, oldest first, as far as the disruption budget allows. Together
 * with a hold this is an action of its own; together with a scale-up the ids are named as well.
 * With a scale-in none are: it takes capacity away already, and the unhealthy ones should be those
 * that go.
 */
final class Replace {
  private Replace() {}

  static List<String> apply(Frame frame, int desired) {
    ScalingMetrics metrics = frame.metrics;
    int unhealthy = 0;
    int available = 0;
    for (int i = 0; i < metrics.phases.length; i++) {
      boolean going = metrics.phases[i] == Phase.TERMINATING;
      if (metrics.unhealthy[i]) {
        unhealthy += going ? 0 : 1;
      } else if (metrics.phases[i] == Phase.RUNNING && metrics.readiness[i] > 0) {
        available++;
      }
    }
    if (unhealthy == 0 || desired < frame.current || !frame.state.enabled) {
      return List.of();
    }
    DisruptionBudget budget = frame.policy.disruption;
    Proof.Step step =
        Proof.Step.of(
            Stage.ACTION,
            "disruption budget",
            Formula.REPLACEABLE,
            null,
            unhealthy,
            budget.instances(),
            budget.percent(),
            frame.current,
            Math.max(0, frame.current - available - unhealthy));
    frame.steps.add(step);
    int count = (int) step.output();
    if (count == 0) {
      return List.of();
    }
    frame.because(ScalingReason.HEALTH);
    return oldest(metrics, unhealthy, count);
  }

  private static List<String> oldest(ScalingMetrics metrics, int unhealthy, int count) {
    Integer[] candidates = new Integer[unhealthy];
    int at = 0;
    for (int i = 0; i < metrics.phases.length; i++) {
      if (metrics.unhealthy[i] && metrics.phases[i] != Phase.TERMINATING) {
        candidates[at++] = i;
      }
    }
    Comparator<Integer> byAge = Comparator.comparingLong(i -> age(metrics.startedAt[i]));
    Arrays.sort(candidates, byAge.thenComparing(i -> String.valueOf(metrics.ids[i])));
    String[] ids = new String[count];
    for (int i = 0; i < count; i++) {
      ids[i] = String.valueOf(metrics.ids[candidates[i]]);
    }
    return List.of(ids);
  }

  /** One of which nobody knows when it was started comes last. */
  private static long age(long startedAt) {
    return startedAt == ScalingMetrics.UNKNOWN ? Long.MAX_VALUE : startedAt;
  }
}
