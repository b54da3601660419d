package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thresholds that scale out and in, on one or more metrics of any kind. Immutable: knobs give
 * another rule.
 *
 * <pre>{@code
 * Thresholds.of(
 *     Trigger.out(Metric.CPU, Operator.GREATER, 75, Adjustment.change(2)),
 *     Trigger.out(Metric.responseTime("p99"), Operator.GREATER, 400, Adjustment.percent(25)),
 *     Trigger.in(Metric.CPU, Operator.LESS, 30, Adjustment.change(-1)));
 * }</pre>
 *
 * <p>By default as in Azure: any trigger that scales out does, the one that leads to most
 * instances; otherwise, if <i>all</i> that scale in hold, the one that leaves most. {@link
 * #firstOnly} takes the first that holds, in order, as Cloud Foundry does. Where none holds, the
 * rule asks for the present number, so that, combined by MAX, no other rule scales in; it has no
 * opinion if it has no trigger that scales in, or if it is said to {@linkplain #abstaining
 * abstain}.
 *
 * <p>Not the first choice where a metric is proportional to load: {@link TargetTracking} gets to
 * the right number in one step, thresholds feel their way. They are for what is not proportional
 * (response times, error rates), and for people who need to say exactly what happens when.
 */
public final class Thresholds implements ScalingRule {
  private final String name;
  private final List<Trigger> triggers;
  private final boolean firstOnly;
  private final boolean abstaining;
  private final int multiple;
  private final int multipleAbove;
  private final boolean scalesIn;
  private final boolean remembers;
  private final int meaning;
  private final List<String> conditions;
  private final List<String> actions;

  private Thresholds(
      String name,
      List<Trigger> triggers,
      boolean firstOnly,
      boolean abstaining,
      int multiple,
      int multipleAbove) {
    this.name = name;
    this.triggers = triggers;
    this.firstOnly = firstOnly;
    this.abstaining = abstaining;
    this.multiple = multiple;
    this.multipleAbove = multipleAbove;
    List<String> conditionLabels = new ArrayList<>();
    List<String> actionLabels = new ArrayList<>();
    boolean anyIn = false;
    boolean anyMemory = false;
    for (Trigger trigger : triggers) {
      conditionLabels.add(name + " [" + trigger.words() + "]");
      actionLabels.add(name + " [" + trigger.words() + "] acts");
      anyIn |= !trigger.isOut();
      anyMemory |= trigger.breach().remembers();
    }
    this.scalesIn = anyIn;
    this.remembers = anyMemory;
    this.conditions = List.copyOf(conditionLabels);
    this.actions = List.copyOf(actionLabels);
    this.meaning = actions.hashCode();
  }

  /**
   * A rule of these triggers.
   *
   * @param triggers at least one, no two alike
   * @return the rule, with the name "thresholds"
   */
  public static Thresholds of(Trigger... triggers) {
    return of(List.of(triggers));
  }

  /**
   * A rule of these triggers.
   *
   * @param triggers at least one, no two alike
   * @return the rule, with the name "thresholds"
   */
  public static Thresholds of(List<Trigger> triggers) {
    if (triggers.isEmpty()) {
      throw new IllegalArgumentException("a rule of thresholds needs at least one trigger");
    }
    for (int i = 0; i < triggers.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (triggers.get(i).words().equals(triggers.get(j).words())) {
          throw new IllegalArgumentException(
              "the trigger '" + triggers.get(i).words() + "' is given twice");
        }
      }
    }
    return new Thresholds(
        "thresholds",
        List.copyOf(triggers),
        false,
        triggers.stream().allMatch(Trigger::isOut),
        1,
        0);
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "thresholds"
   * @return the rule
   */
  public Thresholds named(String name) {
    return new Thresholds(
        Objects.requireNonNull(name), triggers, firstOnly, abstaining, multiple, multipleAbove);
  }

  /**
   * The same, but the first trigger that holds decides, in their order, whatever its direction. Two
   * triggers that hold at the same value (at least 500 out, at most 500 in) are no contradiction
   * then, but their order counts.
   *
   * @return the rule
   */
  public Thresholds firstOnly() {
    return new Thresholds(name, triggers, true, abstaining, multiple, multipleAbove);
  }

  /**
   * The same with what it says where no trigger holds.
   *
   * @param abstaining whether it has no opinion then, so that other rules may scale in; otherwise
   *     it asks for the present number. Default: only if it has no trigger that scales in
   * @return the rule
   */
  public Thresholds abstaining(boolean abstaining) {
    return new Thresholds(name, triggers, firstOnly, abstaining, multiple, multipleAbove);
  }

  /**
   * The same, but larger numbers come in multiples only: one instance per zone of three, whole
   * nodes of ten units. What the triggers ask for is rounded away from the present number, so that
   * every step is one.
   *
   * @param multiple at least 1
   * @param above up to this number any number will do; not negative
   * @return the rule
   */
  public Thresholds multipleOf(int multiple, int above) {
    if (multiple < 1) {
      throw new IllegalArgumentException("the multiple must be at least 1, was " + multiple);
    }
    if (above < 0) {
      throw new IllegalArgumentException(
          "the number above which multiples count must not be negative, was " + above);
    }
    return new Thresholds(name, triggers, firstOnly, abstaining, multiple, above);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Its triggers.
   *
   * @return the triggers, in order
   */
  public List<Trigger> triggers() {
    return triggers;
  }

  /**
   * Whether the first trigger that holds decides.
   *
   * @return whether; otherwise any out, all in
   */
  public boolean isFirstOnly() {
    return firstOnly;
  }

  /**
   * Whether it has no opinion where no trigger holds.
   *
   * @return whether
   */
  public boolean isAbstaining() {
    return abstaining;
  }

  @Override
  public List<Metric> metrics() {
    return triggers.stream().map(Trigger::metric).distinct().toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    int count = triggers.size();
    List<Proof.Step> steps = new ArrayList<>(2 * count + 2);
    Breaches breaches = remembers ? new Breaches(evaluation, count, meaning) : null;
    Unknowns unknowns = new Unknowns();
    boolean[] holds = new boolean[count];
    boolean[] passed = new boolean[count];
    for (int i = 0; i < count; i++) {
      Trigger trigger = triggers.get(i);
      Reading reading = evaluation.reading(trigger.metric());
      boolean assumed = !reading.isKnown() && trigger.missing().type() == MissingData.Type.ASSUME;
      if (!reading.isKnown() && !assumed) {
        unknowns.add(trigger.missing(), reading.missingWhy());
        passed[i] = true;
        if (breaches != null) {
          breaches.missing(i, trigger.breach());
        }
      } else {
        double value = assumed ? trigger.missing().value() : reading.value();
        String note = assumed ? "assumed: " + reading.missingWhy() : null;
        boolean breached = compare(evaluation, i, value, note, steps);
        holds[i] =
            breaches == null
                ? breached
                : breaches.counts(i, trigger.breach(), breached, conditions.get(i), steps);
      }
    }
    Proposal proposal = choose(evaluation, holds, passed, unknowns, steps);
    return breaches == null ? proposal : proposal.remembering(breaches.memory());
  }

  private boolean compare(
      Evaluation evaluation, int i, double value, @Nullable String note, List<Proof.Step> steps) {
    Trigger trigger = triggers.get(i);
    double compared = value;
    if (trigger.isPerInstance()) {
      Proof.Step share =
          Proof.Step.of(
              Proof.Stage.READ,
              conditions.get(i),
              Formula.PER_INSTANCE,
              note,
              value,
              Math.max(1, evaluation.metrics().running()));
      steps.add(share);
      compared = share.output();
    }
    Proof.Step step = trigger.compare(conditions.get(i), note, compared);
    steps.add(step);
    return step.output() > 0;
  }

  private Proposal choose(
      Evaluation evaluation,
      boolean[] holds,
      boolean[] passed,
      Unknowns unknowns,
      List<Proof.Step> steps) {
    int current = evaluation.current();
    boolean out = false;
    boolean in = scalesIn;
    boolean anyIn = false;
    int first = -1;
    for (int i = 0; i < holds.length; i++) {
      Trigger trigger = triggers.get(i);
      if (trigger.isOut()) {
        holds[i] &= trigger.adjustment().wouldAddTo(current);
        out |= holds[i];
      } else {
        holds[i] &= trigger.adjustment().wouldTakeFrom(current);
        in &= holds[i] || passed[i];
        anyIn |= holds[i];
      }
      first = first < 0 && holds[i] ? i : first;
    }
    if (firstOnly) {
      out = first >= 0 && triggers.get(first).isOut();
      in = first >= 0 && !out;
    }
    if (unknowns.hold() || (unknowns.any() && !out)) {
      return Proposal.unknown(unknowns.rule(), unknowns.why())
          .explainedBy(steps.toArray(new Proof.Step[0]));
    }
    if (unknowns.ignored() == holds.length) {
      return Proposal.unknown(MissingData.ignore(), unknowns.why());
    }
    if (!out && !(in && anyIn)) {
      return nothing(current, steps);
    }
    return act(current, out, holds, firstOnly ? first : -1, steps);
  }

  private Proposal nothing(int current, List<Proof.Step> steps) {
    if (abstaining) {
      return Proposal.none().explainedBy(steps.toArray(new Proof.Step[0]));
    }
    steps.add(Proof.Step.of(Proof.Stage.PROPOSE, name, Formula.LARGEST, null, current));
    return Proposal.size(triggers.get(0).metric().reason(), steps.toArray(new Proof.Step[0]));
  }

  private Proposal act(
      int current, boolean out, boolean[] holds, int only, List<Proof.Step> steps) {
    double[] results = new double[holds.length];
    int size = 0;
    ScalingReason reason = ScalingReason.CUSTOM;
    double most = -1;
    for (int i = 0; i < holds.length; i++) {
      Trigger trigger = triggers.get(i);
      if (holds[i] && trigger.isOut() == out && (only < 0 || only == i)) {
        Proof.Step step = trigger.adjustment().step(actions.get(i), out, current);
        steps.add(step);
        results[size++] = step.output();
        if (step.output() > most) {
          most = step.output();
          reason = trigger.metric().reason();
        }
      }
    }
    double[] operands = Arrays.copyOf(results, size);
    Proof.Stage stage = multiple > 1 ? Proof.Stage.READ : Proof.Stage.PROPOSE;
    Proof.Step largest = Proof.Step.of(stage, name, Formula.LARGEST, null, current, operands);
    steps.add(largest);
    if (multiple > 1) {
      steps.add(
          Proof.Step.of(
              Proof.Stage.PROPOSE,
              name,
              Formula.OUTWARD_MULTIPLE,
              null,
              largest.output(),
              current,
              multiple,
              multipleAbove));
    }
    return Proposal.size(reason, steps.toArray(new Proof.Step[0]));
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return tripped(evaluation, count) >= 0;
  }

  private int tripped(Evaluation evaluation, int count) {
    for (int i = 0; i < triggers.size(); i++) {
      if (triggers.get(i).wouldScaleOutAt(evaluation, count)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String whyScaleOutAt(Evaluation evaluation, int count) {
    Trigger trigger = triggers.get(tripped(evaluation, count));
    return name
        + " would scale out at "
        + count
        + ", where "
        + Projection.words(trigger.metric(), trigger.projected(evaluation, evaluation.current()))
        + " becomes "
        + Numbers.text(trigger.projected(evaluation, count))
        + " "
        + trigger.operator().sign()
        + " "
        + Numbers.text(trigger.threshold());
  }

  @Override
  public String describe() {
    StringBuilder text = new StringBuilder(firstOnly ? "the first that holds of: " : "");
    for (int i = 0; i < triggers.size(); i++) {
      Trigger trigger = triggers.get(i);
      text.append(i == 0 ? "" : "; ").append(trigger.words());
    }
    return text.toString();
  }
}
