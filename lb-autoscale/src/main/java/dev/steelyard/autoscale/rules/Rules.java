package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingRule;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Rules of the user's own, as lambdas. They have to be pure functions of the {@link Evaluation}: no
 * clock, no state of their own; whoever needs to remember something does so through {@link
 * Proposal#remembering}. A lambda that throws or returns null is a rule that cannot say: nobody
 * scales in meanwhile, and the proof says why.
 *
 * <p>A rule with knobs, tests and a description of its own is better written as a class that
 * implements {@link ScalingRule}.
 */
public final class Rules {
  private Rules() {}

  /**
   * A rule that gives any {@link Proposal}: a size, a floor, bounds, or no opinion.
   *
   * <pre>{@code
   * Rules.custom("databases", e -> Proposal.floor(ScalingReason.CUSTOM, databases / 10));
   * }</pre>
   *
   * @param name its name, its own within a policy
   * @param proposal what it says
   * @return the rule
   */
  public static ScalingRule custom(String name, Function<Evaluation, Proposal> proposal) {
    return custom(name, proposal, (evaluation, count) -> false);
  }

  /**
   * A rule that gives any proposal, and that the projection guard asks.
   *
   * @param name its name, its own within a policy
   * @param proposal what it says
   * @param scalesOutAt whether it would scale out at a number, with the load of now
   * @return the rule
   */
  public static ScalingRule custom(
      String name, Function<Evaluation, Proposal> proposal, Guard scalesOutAt) {
    return new Custom(
        Objects.requireNonNull(name, "name"),
        Objects.requireNonNull(proposal, "proposal"),
        Objects.requireNonNull(scalesOutAt, "scalesOutAt"));
  }

  /**
   * A rule that gives a number of instances.
   *
   * <pre>{@code
   * Rules.size("one per shard", e -> shards);
   * }</pre>
   *
   * @param name its name, its own within a policy
   * @param size how many instances there should be, not negative
   * @return the rule
   */
  public static ScalingRule size(String name, ToIntFunction<Evaluation> size) {
    Objects.requireNonNull(size, "size");
    return custom(name, evaluation -> Proposal.size(name, size.applyAsInt(evaluation)));
  }

  /** Whether a rule would scale out at a number of instances; see {@link ScalingRule}. */
  @FunctionalInterface
  public interface Guard {
    /**
     * Whether the rule would ask for more instances if there were so many.
     *
     * @param evaluation what is known now
     * @param count the number to judge
     * @return whether
     */
    boolean wouldScaleOutAt(Evaluation evaluation, int count);
  }

  private record Custom(String name, Function<Evaluation, Proposal> proposal, Guard scalesOutAt)
      implements ScalingRule {
    @Override
    public Proposal propose(Evaluation evaluation) {
      return Objects.requireNonNull(
          proposal.apply(evaluation), "its function returned null instead of a proposal");
    }

    @Override
    public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
      return scalesOutAt.wouldScaleOutAt(evaluation, count);
    }

    @Override
    public String describe() {
      return name + ", a rule of the user's own";
    }
  }
}
