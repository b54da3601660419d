package dev.steelyard.autoscale;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScalingRule} asks for. Immutable; the {@code with}-like methods give another one.
 */
public final class Proposal {
  /** The forms of a proposal. */
  public enum Type {
    /** So many instances; combined with those of other rules. */
    SIZE,
    /** Not below so many: raises the policy's minimum, at once. Several: the highest. */
    FLOOR,
    /** Another minimum and maximum than the policy's. */
    BOUNDS,
    /** No opinion. */
    NONE,
    /** It cannot say, because something is missing. */
    UNKNOWN
  }

  private final Type type;
  private final int size;
  private final int most;
  private final Set<ScalingReason> reasons;
  private final List<Proof.Step> steps;
  private final @Nullable Memory memory;
  private final @Nullable MissingData missing;
  private final @Nullable String missingWhy;
  private final long lookAgain;
  private final boolean critical;
  private final double confidence;
  private final double reference;
  private final int active;

  private Proposal(Draft draft) {
    this.type = draft.type;
    this.size = draft.size;
    this.most = draft.most;
    this.reasons = draft.reasons;
    this.steps = draft.steps;
    this.memory = draft.memory;
    this.missing = draft.missing;
    this.missingWhy = draft.missingWhy;
    this.lookAgain = draft.lookAgain;
    this.critical = draft.critical;
    this.confidence = draft.confidence;
    this.reference = draft.reference;
    this.active = draft.active;
  }

  /** The fields while a proposal is copied. */
  private static final class Draft {
    Type type = Type.NONE;
    int size;
    int most;
    Set<ScalingReason> reasons = Set.of();
    List<Proof.Step> steps = List.of();
    @Nullable Memory memory;
    @Nullable MissingData missing;
    @Nullable String missingWhy;
    long lookAgain = Long.MAX_VALUE;
    boolean critical;
    double confidence = Double.NaN;
    double reference = Double.NaN;
    int active = -1;
  }

  private Draft draft() {
    Draft draft = new Draft();
    draft.type = type;
    draft.size = size;
    draft.most = most;
    draft.reasons = reasons;
    draft.steps = steps;
    draft.memory = memory;
    draft.missing = missing;
    draft.missingWhy = missingWhy;
    draft.lookAgain = lookAgain;
    draft.critical = critical;
    draft.confidence = confidence;
    draft.reference = reference;
    draft.active = active;
    return draft;
  }

  /**
   * So many instances.
   *
   * @param reason why
   * @param steps how the number came about; the last one, of the stage {@link Proof.Stage#PROPOSE},
   *     comes out with it
   * @return the proposal
   */
  public static Proposal size(ScalingReason reason, Proof.Step... steps) {
    if (steps.length == 0 || steps[steps.length - 1].stage() != Proof.Stage.PROPOSE) {
      throw new IllegalArgumentException("the last step must be of the stage PROPOSE");
    }
    double output = steps[steps.length - 1].output();
    if (!(output >= 0) || output != Math.rint(output) || output > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a proposal must be a whole number of instances, was " + output);
    }
    Draft draft = new Draft();
    draft.type = Type.SIZE;
    draft.size = (int) output;
    draft.reasons = Set.of(reason);
    draft.steps = List.of(steps);
    return new Proposal(draft);
  }

  /**
   * So many instances, without a derivation: for rules of the user's own.
   *
   * @param rule the name of the rule
   * @param count the number, not negative
   * @return the proposal, with the reason {@link ScalingReason#CUSTOM}
   */
  public static Proposal size(String rule, int count) {
    return size(
        ScalingReason.CUSTOM,
        Proof.Step.of(Proof.Stage.PROPOSE, rule, Formula.GIVEN, null, count, count));
  }

  /**
   * Not below so many instances.
   *
   * @param reason why
   * @param least the number, not negative
   * @param steps how it came about, of the stage {@link Proof.Stage#READ}
   * @return the proposal
   */
  public static Proposal floor(ScalingReason reason, int least, Proof.Step... steps) {
    return bounds(Type.FLOOR, reason, least, Integer.MAX_VALUE, steps);
  }

  /**
   * Another minimum and maximum than the policy's.
   *
   * @param reason why
   * @param least the minimum, not negative
   * @param most the maximum, not below the minimum
   * @param steps how they came about, of the stage {@link Proof.Stage#READ}
   * @return the proposal
   */
  public static Proposal bounds(ScalingReason reason, int least, int most, Proof.Step... steps) {
    return bounds(Type.BOUNDS, reason, least, most, steps);
  }

  private static Proposal bounds(
      Type type, ScalingReason reason, int least, int most, Proof.Step... steps) {
    if (least < 0 || most < least) {
      throw new IllegalArgumentException(
          "bounds must be 0 <= least <= most, were " + least + " and " + most);
    }
    Draft draft = new Draft();
    draft.type = type;
    draft.size = least;
    draft.most = most;
    draft.reasons = Set.of(reason);
    draft.steps = List.of(steps);
    return new Proposal(draft);
  }

  /**
   * No opinion.
   *
   * @return the proposal
   */
  public static Proposal none() {
    return new Proposal(new Draft());
  }

  /**
   * It cannot say.
   *
   * @param rule what then happens; never {@link MissingData.Type#ASSUME}, which the rule itself
   *     does
   * @param why what is missing, for people
   * @return the proposal
   */
  public static Proposal unknown(MissingData rule, String why) {
    if (rule.type() == MissingData.Type.ASSUME) {
      throw new IllegalArgumentException("a rule that assumes a value can say: " + rule);
    }
    Draft draft = new Draft();
    draft.type = Type.UNKNOWN;
    draft.missing = rule;
    draft.missingWhy = Objects.requireNonNull(why, "why");
    return new Proposal(draft);
  }

  /**
   * The same, with something to remember for the next decision. Without it, the rule's memory stays
   * as it was.
   *
   * @param memory the memory
   * @return the proposal
   */
  public Proposal remembering(Memory memory) {
    Draft draft = draft();
    draft.memory = Objects.requireNonNull(memory, "memory");
    return new Proposal(draft);
  }

  /**
   * The same, and the rule may say something else from a time on though no metric changes: the end
   * of a schedule, of a window.
   *
   * @param time milliseconds since the epoch
   * @return the proposal
   */
  public Proposal lookingAgain(long time) {
    Draft draft = draft();
    draft.lookAgain = time;
    return new Proposal(draft);
  }

  /**
   * The same, but of an emergency: a scale-up for it waits for no cooldown and no window, and no
   * combination overrules it.
   *
   * @return the proposal
   */
  public Proposal critical() {
    Draft draft = draft();
    draft.critical = true;
    return new Proposal(draft);
  }

  /**
   * The same, with how far the rule believes itself.
   *
   * @param confidence from 0 to 1
   * @return the proposal
   */
  public Proposal confidence(double confidence) {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence must be in [0, 1], was " + confidence);
    }
    Draft draft = draft();
    draft.confidence = confidence;
    return new Proposal(draft);
  }

  /**
   * The same, with the value of its metric per instance at which the rule would ask for the present
   * number. With it, the decision's confidence takes into account how far the proposal is from no
   * change, in standard errors of the average it rests on.
   *
   * @param value above 0, in the metric's unit: the target
   * @return the proposal
   */
  public Proposal against(double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException("the reference must be above 0, was " + value);
    }
    Draft draft = draft();
    draft.reference = value;
    return new Proposal(draft);
  }

  /**
   * The same, with whether there is work: what a policy that scales to zero goes by. Without it,
   * the rule says nothing about it.
   *
   * @param active whether there is work
   * @return the proposal
   */
  public Proposal active(boolean active) {
    Draft draft = draft();
    draft.active = active ? 1 : 0;
    return new Proposal(draft);
  }

  /**
   * The same, with derivation steps in front.
   *
   * @param more steps of the stage {@link Proof.Stage#READ}
   * @return the proposal
   */
  public Proposal explainedBy(Proof.Step... more) {
    Draft draft = draft();
    ArrayList<Proof.Step> all = new ArrayList<>(List.of(more));
    all.addAll(steps);
    draft.steps = List.copyOf(all);
    return new Proposal(draft);
  }

  /**
   * Its form.
   *
   * @return the form
   */
  public Type type() {
    return type;
  }

  /**
   * The size, the floor, or the least of the bounds.
   *
   * @return the number; 0 for other forms
   */
  public int size() {
    return size;
  }

  /**
   * The most of the bounds.
   *
   * @return the number; no limit ({@link Integer#MAX_VALUE}) for a floor
   */
  public int most() {
    return most;
  }

  /**
   * Why.
   *
   * @return the reasons
   */
  public Set<ScalingReason> reasons() {
    return reasons;
  }

  /**
   * How it came about.
   *
   * @return the steps
   */
  public List<Proof.Step> steps() {
    return steps;
  }

  /**
   * What is to be remembered.
   *
   * @return the memory, or null if it stays as it was
   */
  public @Nullable Memory memory() {
    return memory;
  }

  /**
   * What happens where something is missing.
   *
   * @return the rule, or null if nothing is
   */
  public @Nullable MissingData missing() {
    return missing;
  }

  /**
   * What is missing.
   *
   * @return words for people, or null if nothing is
   */
  public @Nullable String missingWhy() {
    return missingWhy;
  }

  /**
   * From when on the rule may say something else.
   *
   * @return milliseconds since the epoch; {@link Long#MAX_VALUE} if only metrics change it
   */
  public long lookAgain() {
    return lookAgain;
  }

  /**
   * Whether it is an emergency.
   *
   * @return whether
   */
  public boolean isCritical() {
    return critical;
  }

  /**
   * How far the rule believes itself.
   *
   * @return from 0 to 1; NaN if it does not say
   */
  public double confidence() {
    return confidence;
  }

  /**
   * The value per instance at which the rule would ask for the present number.
   *
   * @return the value; NaN if the rule does not say
   */
  public double reference() {
    return reference;
  }

  /**
   * Whether there is work.
   *
   * @return 1 if there is, 0 if not, -1 if the rule does not say
   */
  public int activity() {
    return active;
  }

  @Override
  public String toString() {
    return type + " " + size + " " + reasons;
  }
}
