package dev.steelyard.autoscale;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The chain of steps that led to a number of instances. Every step has its stage, its formula with
 * all operands, what came in and what came out; whoever has the chain can compute every step anew
 * ({@link #replay}), without the policy, the state or the metrics. Immutable.
 *
 * <p>Rules stand beside each other: a rule's steps of the stages {@link Stage#READ} and {@link
 * Stage#PROPOSE} are a chain of their own, begun with what was measured and ended by what the rule
 * asks for. The first step of the stage {@link Stage#COMBINE} takes the ends of all of them as its
 * operands; from there on, what comes in is what came out of the step before.
 *
 * <p>A step whose formula makes no number of instances (the limit of one rate, one factor of the
 * confidence) stands aside: what comes out of it is among the operands of the next step of the
 * chain, and the chain goes on from the step before.
 */
public final class Proof {
  /** The stages of a decision, in their order. */
  public enum Stage {
    /** What a rule makes of its samples. */
    READ,
    /** What a rule asks for; at most one step per rule. */
    PROPOSE,
    /** One number of them all. */
    COMBINE,
    /** A number set by hand. */
    OVERRIDE,
    /** A scale-in that would trip a scale-out does not happen. */
    PROJECT,
    /** Doubt may raise, never lower. */
    CONFIDENCE,
    /** Scale to zero and back. */
    ZERO,
    /** Recent recommendations. */
    STABILIZE,
    /** So many changes of direction per time. */
    FLAP,
    /** Recent changes. */
    COOLDOWN,
    /** So many instances per period. */
    RATE,
    /** Floors, minimum and maximum. */
    BOUNDS,
    /** What is downstream. */
    CEILING,
    /** Instance types and prices. */
    COST,
    /** Scale up, down, hold or replace. */
    ACTION
  }

  /** One step. */
  public static final class Step {
    private final Stage stage;
    private final String rule;
    private final Formula formula;
    private final double input;
    private final double output;
    private final double[] operands;
    private final @Nullable String note;

    private Step(
        Stage stage,
        String rule,
        Formula formula,
        double input,
        double output,
        double[] operands,
        @Nullable String note) {
      this.stage = stage;
      this.rule = rule;
      this.formula = formula;
      this.input = input;
      this.output = output;
      this.operands = operands;
      this.note = note;
    }

    /**
     * A step; its output is computed from its input.
     *
     * @param stage its stage
     * @param rule the rule or setting that it belongs to, as the policy names it
     * @param formula its formula
     * @param note words for people that explain a circumstance, or null
     * @param input what comes in
     * @param operands the operands of the formula, in its order
     * @return the step
     */
    public static Step of(
        Stage stage,
        String rule,
        Formula formula,
        @Nullable String note,
        double input,
        double... operands) {
      return new Step(stage, rule, formula, input, formula.apply(input, operands), operands, note);
    }

    /**
     * A step as somebody wrote it down, right or wrong; {@link Proof#replay} finds out.
     *
     * @param stage its stage
     * @param rule the rule or setting that it belongs to
     * @param formula its formula
     * @param note words for people, or null
     * @param input what comes in
     * @param output what is said to come out
     * @param operands the operands of the formula
     * @return the step
     */
    public static Step recorded(
        Stage stage,
        String rule,
        Formula formula,
        @Nullable String note,
        double input,
        double output,
        double... operands) {
      return new Step(stage, rule, formula, input, output, operands.clone(), note);
    }

    /**
     * Its stage.
     *
     * @return the stage
     */
    public Stage stage() {
      return stage;
    }

    /**
     * The rule or setting that it belongs to.
     *
     * @return the name
     */
    public String rule() {
      return rule;
    }

    /**
     * Its formula.
     *
     * @return the formula
     */
    public Formula formula() {
      return formula;
    }

    /**
     * What comes in.
     *
     * @return the number
     */
    public double input() {
      return input;
    }

    /**
     * What comes out.
     *
     * @return the number
     */
    public double output() {
      return output;
    }

    /**
     * How many operands there are.
     *
     * @return the number
     */
    public int operands() {
      return operands.length;
    }

    /**
     * An operand.
     *
     * @param index its position
     * @return the number
     */
    public double operand(int index) {
      return operands[index];
    }

    /**
     * Words for people.
     *
     * @return the words, or null
     */
    public @Nullable String note() {
      return note;
    }

    /** Whether the output follows from the input and the operands. */
    boolean holds() {
      return Double.compare(formula.apply(input, operands), output) == 0;
    }

    /** Whether these are, in their order, among the operands. */
    boolean uses(List<Double> asides) {
      int at = 0;
      for (double operand : operands) {
        if (at < asides.size() && Double.compare(operand, asides.get(at)) == 0) {
          at++;
        }
      }
      return at == asides.size();
    }

    /** Whether the operands are these. */
    boolean combines(List<Double> proposals) {
      if (operands.length != proposals.size()) {
        return false;
      }
      for (int i = 0; i < operands.length; i++) {
        if (Double.compare(operands[i], proposals.get(i)) != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Step that
          && stage == that.stage
          && formula == that.formula
          && rule.equals(that.rule)
          && Double.compare(input, that.input) == 0
          && Double.compare(output, that.output) == 0
          && Arrays.equals(operands, that.operands)
          && Objects.equals(note, that.note);
    }

    @Override
    public int hashCode() {
      return Objects.hash(stage.name(), rule, formula.name(), input, output, note) * 31
          + Arrays.hashCode(operands);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(80);
      text.append(stage.name().toLowerCase(Locale.ROOT));
      text.append(" ".repeat(Math.max(1, 11 - text.length())));
      text.append(rule).append(": ").append(formula.describe(input, operands));
      text.append(" -> ").append(Format.number(output));
      if (note != null) {
        text.append(" (").append(note).append(')');
      }
      return text.toString();
    }
  }

  private final List<Step> steps;

  private Proof(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * A proof of these steps.
   *
   * @param steps the steps, in order
   * @return the proof
   */
  public static Proof of(List<Step> steps) {
    return new Proof(List.copyOf(steps));
  }

  /** Takes over an array that nobody else has. */
  static Proof owning(Step[] steps) {
    return new Proof(Collections.unmodifiableList(Arrays.asList(steps)));
  }

  /**
   * The steps.
   *
   * @return the steps, in order
   */
  public List<Step> steps() {
    return steps;
  }

  /**
   * Computes every step anew and follows the chain.
   *
   * @return the number of instances it ends with
   * @throws IllegalStateException if a step's output does not follow from its input and operands,
   *     or its input is not what came out before
   */
  public int replay() {
    List<Double> proposals = new ArrayList<>();
    double value = Double.NaN;
    String rule = "";
    boolean combined = false;
    List<Double> asides = new ArrayList<>();
    for (Step step : steps) {
      if (!step.holds()) {
        throw new IllegalStateException("does not follow: " + step);
      }
      if (step.formula.aside()) {
        asides.add(step.output);
        continue;
      }
      if (!step.uses(asides)) {
        throw new IllegalStateException("does not use what stands before it: " + step);
      }
      asides.clear();
      boolean ofRule = step.stage == Stage.READ || step.stage == Stage.PROPOSE;
      if (ofRule && combined) {
        throw new IllegalStateException("a proposal after they were combined: " + step);
      }
      if (step.stage == Stage.COMBINE && !combined) {
        combined = true;
        if (!step.combines(proposals)) {
          throw new IllegalStateException("combines other proposals than were made: " + step);
        }
      } else if (!Double.isNaN(value)
          && (!ofRule || step.rule.equals(rule))
          && Double.compare(step.input, value) != 0) {
        throw new IllegalStateException(
            "begins with " + step.input + ", but " + value + " came out before: " + step);
      }
      if (step.stage == Stage.PROPOSE) {
        proposals.add(step.output);
      }
      value = step.stage == Stage.PROPOSE ? Double.NaN : step.output;
      rule = step.rule;
    }
    if (Double.isNaN(value)) {
      throw new IllegalStateException("the proof has no end");
    }
    return (int) value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Proof that && steps.equals(that.steps);
  }

  @Override
  public int hashCode() {
    return steps.hashCode();
  }

  /** One line per step. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      text.append(step).append('\n');
    }
    return text.toString();
  }
}
