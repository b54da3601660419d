package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.Proof.Step;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.Series;
import java.util.List;
import java.util.Objects;

/**
 * A rule that asks for a given number once its data has been missing for more than so many
 * decisions in a row; until then what the other rule says about missing data holds. KEDA's
 * fallback. Immutable: knobs give another rule.
 *
 * <p>KEDA makes up a metric of target x replicas, which the tolerance of the HPA may then ignore
 * (20 wanted at 19); here the number itself is asked for.
 *
 * <p>Not for a service that is safest as it is: the default, {@code MissingData.blockScaleIn()},
 * needs no guess.
 */
public final class Fallback implements ScalingRule {
  /** What is asked for. */
  public enum Behavior {
    /** The given number; the default. */
    STATIC,
    /** The present number. */
    CURRENT,
    /** The present number if it is higher than the given one, else the given one. */
    CURRENT_IF_HIGHER,
    /** The present number if it is lower than the given one, else the given one. */
    CURRENT_IF_LOWER
  }

  private final ScalingRule rule;
  private final int threshold;
  private final int count;
  private final Behavior behavior;

  private Fallback(ScalingRule rule, int threshold, int count, Behavior behavior) {
    this.rule = rule;
    this.threshold = threshold;
    this.count = count;
    this.behavior = behavior;
  }

  /**
   * Stands in for a rule.
   *
   * @param rule the rule
   * @param threshold after more than how many failures in a row, not negative
   * @param count how many instances are asked for then, not negative
   * @return the rule, under the name of {@code rule}
   */
  public static Fallback of(ScalingRule rule, int threshold, int count) {
    if (threshold < 0) {
      throw new IllegalArgumentException(
          "the failure threshold of " + rule.name() + " must not be negative, was " + threshold);
    }
    if (count < 0) {
      throw new IllegalArgumentException(
          "the fallback of " + rule.name() + " must not be negative, was " + count);
    }
    return new Fallback(rule, threshold, count, Behavior.STATIC);
  }

  /**
   * The same with another number asked for.
   *
   * @param behavior which; default {@link Behavior#STATIC}
   * @return the rule
   */
  public Fallback behavior(Behavior behavior) {
    return new Fallback(rule, threshold, count, Objects.requireNonNull(behavior));
  }

  /**
   * How often in a row the data of a rule was missing.
   *
   * @param memory what it remembers: {@code state.memory(name)}
   * @return the number
   */
  public static int failures(Memory memory) {
    return (int) memory.number(0, 0);
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public List<Metric> metrics() {
    return rule.metrics();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Memory own = evaluation.memory();
    Memory inner = inner(own);
    Proposal proposal = rule.propose(evaluation.remembering(inner));
    Memory innerNext = proposal.memory() == null ? inner : proposal.memory();
    if (proposal.type() != Proposal.Type.UNKNOWN) {
      return proposal.remembering(outer(0, innerNext));
    }
    int failures = Math.min(failures(own), Integer.MAX_VALUE - 1) + 1;
    Memory next = outer(failures, innerNext);
    if (failures <= threshold) {
      return proposal.remembering(next);
    }
    String note =
        "fallback after " + failures + " failures: " + String.valueOf(proposal.missingWhy());
    return Proposal.size(ScalingReason.MISSING_METRICS, step(evaluation.current(), note))
        .remembering(next)
        .lookingAgain(proposal.lookAgain());
  }

  private Step step(int current, String note) {
    Formula formula =
        switch (behavior) {
          case STATIC, CURRENT -> Formula.GIVEN;
          case CURRENT_IF_HIGHER -> Formula.AT_LEAST;
          case CURRENT_IF_LOWER -> Formula.AT_MOST;
        };
    int operand = behavior == Behavior.CURRENT ? current : count;
    return Step.of(Stage.PROPOSE, rule.name(), formula, note, current, operand);
  }

  private static Memory inner(Memory own) {
    double[] numbers = new double[Math.max(0, own.numbers() - 1)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = own.number(i + 1, 0);
    }
    return Memory.of(numbers).with(own.series().toArray(new Series[0]));
  }

  private static Memory outer(int failures, Memory inner) {
    double[] numbers = new double[inner.numbers() + 1];
    numbers[0] = failures;
    for (int i = 1; i < numbers.length; i++) {
      numbers[i] = inner.number(i - 1, 0);
    }
    return Memory.of(numbers).with(inner.series().toArray(new Series[0]));
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int at) {
    return rule.wouldScaleOutAt(evaluation.remembering(inner(evaluation.memory())), at);
  }

  /**
   * The rule that it stands in for.
   *
   * @return the rule
   */
  public ScalingRule rule() {
    return rule;
  }

  /**
   * After more than how many failures in a row.
   *
   * @return the number
   */
  public int threshold() {
    return threshold;
  }

  /**
   * How many instances are given.
   *
   * @return the number
   */
  public int count() {
    return count;
  }

  /**
   * What is asked for.
   *
   * @return which number
   */
  public Behavior behavior() {
    return behavior;
  }

  @Override
  public String describe() {
    return rule.describe()
        + "; after more than "
        + threshold
        + " failures in a row "
        + count
        + " instances ("
        + behavior
        + ")";
  }
}
