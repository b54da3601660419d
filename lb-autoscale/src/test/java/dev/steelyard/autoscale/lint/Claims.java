package dev.steelyard.autoscale.lint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import java.util.ArrayList;
import java.util.List;

/** Feeds a witness back into the policy, and looks whether it shows what the finding says. */
final class Claims {
  private Claims() {}

  static void check(ScalingPolicy policy, List<Finding> findings) {
    for (Finding finding : findings) {
      assertTrue(finding.witness().demonstrates(policy), finding::toString);
      assertTrue(shows(policy, finding), finding::toString);
    }
  }

  /** The numbers are those of the policy, decided here once more. */
  private static boolean shows(ScalingPolicy policy, Finding finding) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<Integer> recommended = new ArrayList<>();
    ScalingState state = ScalingState.initial();
    for (Witness.Tick tick : finding.witness().ticks()) {
      ScalingDecision decision = policy.decide(state, tick.metrics());
      from.add(tick.metrics().instances());
      to.add(decision.desired());
      recommended.add(decision.recommended());
      state = decision.next();
    }
    int last = to.size() - 1;
    int first = from.get(0);
    int end = to.get(last);
    return switch (finding.code()) {
      case FLAPPING -> turns(from, to) >= 3;
      case NEVER_SCALES_IN -> first == policy.most() && end >= first && last > 50;
      case NEVER_SCALES_OUT -> first == Math.max(1, policy.least()) && end <= first && last > 50;
      case NO_WAKE_SIGNAL -> first == 0 && end == 0;
      case UNREACHABLE_TARGET -> recommended.get(last) > policy.most();
      case CEILING_BELOW_MAXIMUM -> end < policy.most();
      case METRIC_DOES_NOT_FALL, COOLDOWN_BELOW_STARTUP -> end > first && last > 0;
      case TOLERANCE_HIDES_ONE, STEP_WITHOUT_EFFECT, TERM_WITHOUT_EFFECT, SCORE_HIDES_METRIC ->
          end <= first;
      case TRIGGERS_GAP -> end == first;
      case WINDOW_BELOW_TWO_TICKS -> end != first;
      case ASSUMED_VALUE_SCALES -> end != first;
      case ASSUMED_VALUE_HOLDS -> end == first;
      case NOTHING_TO_DECIDE -> end == policy.least();
      case UNIT_SLIP,
          STALE_BEFORE_NEXT_TICK,
          TRIGGERS_OVERLAP,
          SCHEDULE_ABOVE_MAXIMUM,
          SCHEDULE_NEVER_OPENS,
          SCHEDULES_OVERLAP,
          SCHEDULE_ACROSS_DST ->
          last == 0;
    };
  }

  /** Down, up, down. */
  private static int turns(List<Integer> from, List<Integer> to) {
    int turns = 0;
    for (int i = 0; i < to.size(); i++) {
      int change = Integer.signum(to.get(i) - from.get(i));
      turns += change == (turns % 2 == 0 ? -1 : 1) ? 1 : 0;
    }
    return turns;
  }
}
