package dev.steelyard.autoscale;

import java.time.Duration;
import java.util.List;

/**
 * Something that has an opinion on the number of instances: one part of a {@link ScalingPolicy}.
 * The given ones are in {@code dev.steelyard.autoscale.rules}; a lambda of the user's own is one,
 * too.
 *
 * <p>A rule is a pure function of its {@link Evaluation}: it looks at no clock, no global and
 * nothing that changes, and remembers only through {@link Proposal#remembering}. The same
 * evaluation always gets the same proposal; replay, counterfactuals and the linter rely on it, and
 * call it far more often than there are decisions. It must be immutable and is called from any
 * thread.
 */
public interface ScalingRule {
  /**
   * Its name, by which the policy's memory and the proof know it: unique within a policy, and the
   * same after a restart.
   *
   * @return the name
   */
  String name();

  /**
   * Says how many instances there should be.
   *
   * @param evaluation what is known
   * @return the proposal
   */
  Proposal propose(Evaluation evaluation);

  /**
   * Whether this rule would ask for more instances if there were so many and the load stayed as it
   * is. A scale-in to a number at which some rule would do so does not happen: the projection guard
   * ({@link ScalingPolicy.Builder#projectionGuard}). The guard looks for the least number at which
   * no rule would by halving the distance, hence: whoever would not at some number must not at a
   * larger one either. The default never would.
   *
   * @param evaluation what is known now
   * @param count the number to judge, below the present one
   * @return whether it would scale out again
   */
  default boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return false;
  }

  /**
   * Says in words why {@link #wouldScaleOutAt} said so, for the proof: the value as it would be at
   * that number, and what it would trip.
   *
   * @param evaluation what is known now
   * @param count the number at which the rule would scale out
   * @return some words that name the rule
   */
  default String whyScaleOutAt(Evaluation evaluation, int count) {
    return name() + " would scale out at " + count;
  }

  /**
   * The metrics that the rule looks at, for those who have to supply them, and for the linter,
   * which tries them out. The default names none.
   *
   * @return the metrics, each once
   */
  default List<Metric> metrics() {
    return List.of();
  }

  /**
   * How far back the rule looks at {@link ScalingState#events()}: the policy keeps them so long.
   * The default does not look at them.
   *
   * @return how long, not negative
   */
  default Duration history() {
    return Duration.ZERO;
  }

  /**
   * Says in words what the rule does, for people who read the policy.
   *
   * @return one sentence
   */
  default String describe() {
    return name();
  }
}
