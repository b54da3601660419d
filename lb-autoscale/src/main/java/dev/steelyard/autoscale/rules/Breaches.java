package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Proof;
import java.util.Arrays;
import java.util.List;

/** The breaches of one rule in one decision: what it remembered, and what it will remember. */
final class Breaches {
  private final Memory memory;
  private final long now;
  private final boolean again;
  private final double[] next;

  /**
   * Begins.
   *
   * @param conditions how many conditions the rule has, each with a place of its own
   * @param meaning a number that stands for what the conditions are: what was remembered for others
   *     is forgotten
   */
  Breaches(Evaluation evaluation, int conditions, int meaning) {
    Memory known = evaluation.memory();
    this.memory = known.number(1, Double.NaN) == meaning ? known : Memory.EMPTY;
    this.now = evaluation.now();
    this.again = memory.number(0, Double.NaN) == (double) now;
    this.next = new double[conditions + 2];
    Arrays.fill(next, Double.NaN);
    next[0] = (double) now;
    next[1] = meaning;
  }

  /** Takes a verdict, adds the step that says whether it counts, and says so. */
  boolean counts(
      int condition, Breach breach, boolean breached, String rule, List<Proof.Step> steps) {
    if (!breach.remembers()) {
      return breached;
    }
    double after = breach.after(memory.number(condition + 2, Double.NaN), breached, now, again);
    next[condition + 2] = after;
    Proof.Step step = breach.step(rule, breached ? 1 : 0, after, now);
    steps.add(step);
    return step.output() > 0;
  }

  /** A sample that is missing breaches nothing. */
  void missing(int condition, Breach breach) {
    if (breach.remembers()) {
      next[condition + 2] =
          breach.after(memory.number(condition + 2, Double.NaN), false, now, again);
    }
  }

  Memory memory() {
    return Memory.of(next);
  }
}
