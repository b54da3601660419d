package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rules that stand together, as the checks of a group in Nomad: among those that want a change, the
 * largest number wins; those that want none have no say. Only if none wants a change does the group
 * ask for the present number. Immutable.
 *
 * <p>What it is for: combined by MAX, any rule that asks for the present number keeps all others
 * from scaling in. Inside a group it does not: one idle rule is enough. Between the groups and
 * other rules of a policy, its {@linkplain dev.steelyard.autoscale.ScalingPolicy.Combination
 * combination} counts; MAX is Nomad's "up before none before down".
 *
 * <p>Only for rules that give sizes. Where one of them cannot say, the others may raise the number;
 * whether they may lower it says the strictest of the rules for missing data.
 */
public final class Group implements ScalingRule {
  private final String name;
  private final List<ScalingRule> rules;

  private Group(String name, List<ScalingRule> rules) {
    this.name = name;
    this.rules = rules;
  }

  /**
   * A group.
   *
   * @param name its name
   * @param rules at least one; each with a name of its own
   * @return the rule
   */
  public static Group of(String name, ScalingRule... rules) {
    List<ScalingRule> all = List.of(rules);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("the group '" + name + "' has no rules");
    }
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (all.get(i).name().equals(all.get(j).name())) {
          throw new IllegalArgumentException(
              "the group '"
                  + name
                  + "' has two rules with the name '"
                  + all.get(i).name()
                  + "': give one of them another");
        }
      }
    }
    return new Group(name, all);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Its rules.
   *
   * @return the rules, in order
   */
  public List<ScalingRule> rules() {
    return rules;
  }

  @Override
  public Duration history() {
    Duration longest = Duration.ZERO;
    for (ScalingRule rule : rules) {
      longest = rule.history().compareTo(longest) > 0 ? rule.history() : longest;
    }
    return longest;
  }

  @Override
  public List<Metric> metrics() {
    return rules.stream().flatMap(rule -> rule.metrics().stream()).distinct().toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Memory[] memories = Memories.split(evaluation.memory(), rules.size());
    List<Proof.Step> steps = new ArrayList<>();
    Unknowns unknowns = new Unknowns();
    double[] sizes = new double[rules.size()];
    int count = 0;
    int current = evaluation.current();
    long lookAgain = Long.MAX_VALUE;
    boolean critical = false;
    int activity = -1;
    Proposal winner = Proposal.none();
    for (int i = 0; i < memories.length; i++) {
      Proposal proposal = rules.get(i).propose(evaluation.remembering(memories[i]));
      Memory memory = proposal.memory();
      memories[i] = memory == null ? memories[i] : memory;
      lookAgain = Math.min(lookAgain, proposal.lookAgain());
      activity = Math.max(activity, proposal.activity());
      for (Proof.Step step : proposal.steps()) {
        steps.add(inner(step));
      }
      switch (proposal.type()) {
        case SIZE -> {
          sizes[count++] = proposal.size();
          critical |= proposal.isCritical() && proposal.size() > current;
          boolean wins = winner.type() == Proposal.Type.NONE || proposal.size() > winner.size();
          winner = proposal.size() != current && wins ? proposal : winner;
        }
        case UNKNOWN -> {
          var missing = proposal.missing();
          if (missing != null) {
            unknowns.add(missing, proposal.missingWhy());
          }
        }
        case NONE -> {}
        case FLOOR, BOUNDS ->
            throw new IllegalStateException(
                rules.get(i).name()
                    + " gives "
                    + proposal.type()
                    + ": it belongs into the policy, not into a group");
      }
    }
    boolean up = winner.type() == Proposal.Type.SIZE && winner.size() > current;
    Proposal result;
    if (unknowns.hold() || (unknowns.any() && !up) || (count == 0 && unknowns.ignored() > 0)) {
      result =
          Proposal.unknown(unknowns.rule(), unknowns.why())
              .explainedBy(steps.toArray(new Proof.Step[0]));
    } else if (count == 0) {
      result = Proposal.none().explainedBy(steps.toArray(new Proof.Step[0]));
    } else {
      double[] operands = Arrays.copyOf(sizes, count);
      steps.add(
          Proof.Step.of(Proof.Stage.PROPOSE, name, Formula.PRECEDENCE, null, current, operands));
      ScalingReason reason =
          winner.reasons().isEmpty() ? ScalingReason.CUSTOM : winner.reasons().iterator().next();
      result = Proposal.size(reason, steps.toArray(new Proof.Step[0]));
    }
    result = critical ? result.critical() : result;
    result = activity >= 0 ? result.active(activity == 1) : result;
    return result.lookingAgain(lookAgain).remembering(Memories.join(memories));
  }

  /** What an inner rule proposes is, to the policy, what the group reads. */
  private static Proof.Step inner(Proof.Step step) {
    double[] operands = new double[step.operands()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = step.operand(i);
    }
    return Proof.Step.of(
        Proof.Stage.READ, step.rule(), step.formula(), step.note(), step.input(), operands);
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    Memory[] memories = Memories.split(evaluation.memory(), rules.size());
    for (int i = 0; i < memories.length; i++) {
      if (rules.get(i).wouldScaleOutAt(evaluation.remembering(memories[i]), count)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String whyScaleOutAt(Evaluation evaluation, int count) {
    Memory[] memories = Memories.split(evaluation.memory(), rules.size());
    for (int i = 0; i < memories.length; i++) {
      Evaluation inner = evaluation.remembering(memories[i]);
      if (rules.get(i).wouldScaleOutAt(inner, count)) {
        return name + ": " + rules.get(i).whyScaleOutAt(inner, count);
      }
    }
    return name + " would scale out at " + count;
  }

  @Override
  public String describe() {
    StringBuilder text = new StringBuilder("whichever of these wants a change");
    for (ScalingRule rule : rules) {
      text.append("; ").append(rule.describe());
    }
    return text.toString();
  }
}
