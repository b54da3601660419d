package dev.steelyard.autoscale.testing;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingRule;

/**
 * A rule that always asks for the same number: for tests of what comes after the rules.
 *
 * @param name its name
 * @param count the number
 * @param critical whether it is an emergency
 */
public record Wish(String name, int count, boolean critical) implements ScalingRule {
  /** A rule "wish" that asks for so many. */
  public static Wish of(int count) {
    return new Wish("wish", count, false);
  }

  /** The same as an emergency. */
  public static Wish critical(int count) {
    return new Wish("wish", count, true);
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Proposal proposal = Proposal.size(name, count);
    return critical ? proposal.critical() : proposal;
  }
}
