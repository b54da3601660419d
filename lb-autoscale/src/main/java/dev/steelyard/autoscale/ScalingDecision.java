package dev.steelyard.autoscale;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many instances there should be, why, and what to remember. Immutable; what is only for people
 * ({@link #explain}) is made when it is asked for.
 */
public final class ScalingDecision {
  private final ScalingPolicy policy;
  private final ScalingState state;
  private final ScalingMetrics metrics;
  private final ScalingAction action;
  private final int desired;
  private final int raw;
  private final List<ScalingReason> reasons;
  private final double confidence;
  private final List<String> replacements;
  private final Proof proof;
  private final long lookAgain;
  private final ScalingState notApplied;
  private final ScalingState applied;

  ScalingDecision(Frame frame, int desired) {
    this.policy = frame.policy;
    this.state = frame.state;
    this.metrics = frame.metrics;
    this.desired = desired;
    this.raw = frame.raw;
    this.action =
        desired > frame.current
            ? ScalingAction.SCALE_UP
            : desired < frame.current
                ? ScalingAction.SCALE_DOWN
                : frame.replacements.isEmpty() ? ScalingAction.HOLD : ScalingAction.REPLACE;
    this.replacements = frame.replacements;
    this.reasons = List.copyOf(new ArrayList<>(frame.reasons));
    this.confidence = frame.confidence;
    this.proof = Proof.owning(frame.steps.toArray(new Proof.Step[0]));
    this.lookAgain = frame.lookAgain;
    this.notApplied = frame.next.build();
    if (desired == frame.current) {
      this.applied = notApplied;
    } else {
      frame.next.events = frame.next.events.append(frame.now, (double) desired - frame.current);
      if (frame.phaseIfApplied != null) {
        frame.next.zeroPhase = frame.phaseIfApplied;
        frame.next.zeroSince = frame.now;
      }
      this.applied = frame.next.build();
    }
  }

  /**
   * Decides: the function that this library is about.
   *
   * @param policy how many instances there should be
   * @param state what happened before
   * @param metrics what is known now
   * @return the decision
   * @see ScalingPolicy#decide
   */
  public static ScalingDecision decide(
      ScalingPolicy policy, ScalingState state, ScalingMetrics metrics) {
    return Engine.decide(policy, state, metrics);
  }

  /**
   * What to do.
   *
   * @return the action
   */
  public ScalingAction action() {
    return action;
  }

  /**
   * How many instances there should be.
   *
   * @return the number, within the bounds that count now
   */
  public int desired() {
    return desired;
  }

  /**
   * How many instances were asked for when the decision was made.
   *
   * @return the number
   */
  public int current() {
    return metrics.instances;
  }

  /**
   * What the rules asked for before any limit: the recommendation.
   *
   * @return the number
   */
  public int recommended() {
    return raw;
  }

  /**
   * Why: first what asked, then what held back.
   *
   * @return the reasons; empty if nothing asked for a change
   */
  public List<ScalingReason> reasons() {
    return reasons;
  }

  /**
   * How far the decision is to be believed: freshness x coverage x agreement x distance in noise
   * units, as {@link ScalingPolicy.Builder#confidenceToScaleIn} defines them; factors below 1 are
   * steps of the proof.
   *
   * @return from 0 to 1
   */
  public double confidence() {
    return confidence;
  }

  /**
   * Which unhealthy instances to replace: as many as the disruption budget allows, oldest first,
   * those of unknown age last. With {@link ScalingAction#REPLACE}, and with a scale-up as well;
   * none with a scale-down, for which the unhealthy ones should be the ones that go.
   *
   * @return their ids
   */
  public List<String> replacements() {
    return replacements;
  }

  /**
   * How large the pool of each instance may be so that all together stay within a downstream
   * budget, also while the change of this decision is made and during a rollout.
   *
   * @param budget the name of the budget
   * @return the size, between the least and the most use per instance
   * @throws IllegalArgumentException if the policy has no such budget
   */
  public int poolSize(String budget) {
    for (DownstreamBudget candidate : policy.budgets) {
      if (candidate.name().equals(budget)) {
        return candidate.poolSize(Math.max(desired, Math.max(metrics.instances, metrics.running)));
      }
    }
    throw new IllegalArgumentException(
        "the policy has no downstream budget '" + budget + "', only " + policy.budgets);
  }

  /**
   * Which instances to have, and what they cost.
   *
   * @return the cheapest that do; empty if the policy has no prices
   */
  public Optional<CapacityMix.Plan> cost() {
    CapacityMix mix = policy.mix;
    return mix == null ? Optional.empty() : Optional.of(mix.plan(desired));
  }

  /**
   * How the number came about, step by step.
   *
   * @return the proof
   */
  public Proof proof() {
    return proof;
  }

  /**
   * When to decide again even if no metric changes: a cooldown, a window or a schedule ends.
   *
   * @return the time; empty if only metrics can change the decision
   */
  public Optional<Instant> lookAgain() {
    return lookAgain == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(lookAgain));
  }

  /** When to decide again, or {@link Long#MAX_VALUE}. */
  long lookAgainMillis() {
    return lookAgain;
  }

  /**
   * What would have made it another decision: for each metric the nearest values above and below,
   * the time until which something holds it back, the bound or ceiling that would not bind. Each
   * one was fed back into the decision function. Computed anew by every call, by some hundred
   * decisions per metric: for people, not for every tick.
   *
   * @return what was found, metrics first
   */
  public List<Counterfactual> counterfactuals() {
    return Counterfactuals.of(this);
  }

  /**
   * The decision as JSON: canonical, so that the same decision always is the same text. Keys are in
   * a fixed order, times in ISO-8601 and UTC, numbers the shortest that read back as themselves;
   * operands are in the order of {@link Formula#operands}.
   *
   * @return one line
   */
  public String toJson() {
    return DecisionJson.write(this);
  }

  /**
   * The state for the next decision if this one is carried out, or asks for nothing.
   *
   * @return the state
   */
  public ScalingState next() {
    return applied;
  }

  /**
   * The state for the next decision if this one was not carried out: the recommendation is
   * remembered, a change is not.
   *
   * @return the state
   */
  public ScalingState nextIfNotApplied() {
    return notApplied;
  }

  /**
   * The policy that decided.
   *
   * @return the policy
   */
  public ScalingPolicy policy() {
    return policy;
  }

  /**
   * The state that it decided on.
   *
   * @return the state
   */
  public ScalingState state() {
    return state;
  }

  /**
   * The metrics that it decided on.
   *
   * @return the metrics
   */
  public ScalingMetrics metrics() {
    return metrics;
  }

  /**
   * The decision in words: what, why, each step, when it may change, and what would have changed
   * it.
   *
   * @return several lines
   */
  public String explain() {
    StringBuilder text = new StringBuilder(512);
    text.append(this).append('\n');
    for (Proof.Step step : proof.steps()) {
      text.append("  ").append(step).append('\n');
    }
    if (!replacements.isEmpty()) {
      text.append("  replace ").append(replacements).append('\n');
    }
    cost()
        .ifPresent(
            plan ->
                text.append("  costs ")
                    .append(Format.number(plan.pricePerHour()))
                    .append(" per hour, ")
                    .append(Format.number(plan.pricePerDay()))
                    .append(" per day\n"));
    for (Counterfactual counterfactual : counterfactuals()) {
      text.append("  ").append(counterfactual).append('\n');
    }
    if (lookAgain != Long.MAX_VALUE) {
      text.append("  look again at ").append(Format.time(lookAgain)).append('\n');
    }
    return text.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScalingDecision that
        && action == that.action
        && desired == that.desired
        && raw == that.raw
        && Double.compare(confidence, that.confidence) == 0
        && lookAgain == that.lookAgain
        && reasons.equals(that.reasons)
        && replacements.equals(that.replacements)
        && proof.equals(that.proof)
        && applied.equals(that.applied)
        && notApplied.equals(that.notApplied);
  }

  @Override
  public int hashCode() {
    return desired * 31 + proof.hashCode();
  }

  /** One line. */
  @Override
  public String toString() {
    return Format.time(metrics.time)
        + " "
        + policy.name
        + ": "
        + metrics.instances
        + " -> "
        + desired
        + " "
        + action
        + " "
        + reasons;
  }
}
