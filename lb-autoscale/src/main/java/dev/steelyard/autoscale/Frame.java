package dev.steelyard.autoscale;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One decision in the making: what came in, what the stages have said so far. Never leaves it. */
final class Frame {
  final ScalingPolicy policy;
  final ScalingState state;
  final ScalingMetrics metrics;
  final long now;
  final int current;
  final ScalingState.Draft next;
  final List<Proof.Step> steps = new ArrayList<>(16);
  final Set<ScalingReason> reasons = EnumSet.noneOf(ScalingReason.class);
  final Proposal[] proposals;
  private final Evaluation evaluation;

  /** Earlier recommendations; at first sight, the present number counts as one. */
  final Series past;

  /** The bounds that count now; schedules and forecasts may have changed the policy's. */
  int least;

  int most;

  /** The greatest number that is allowed: the maximum, or what is downstream. */
  int ceiling = Integer.MAX_VALUE;

  /** What is known of how far the rules can be believed. */
  final Confidence doubts = new Confidence();

  /** Which instances are to be replaced. */
  List<String> replacements = List.of();

  /** What the rules asked for, before any limit. */
  int raw;

  /** Whether what asks is an emergency: no window, cooldown or budget delays it. */
  boolean critical;

  /** Whether the number is set by hand. */
  boolean overridden;

  /** What a policy that scales to zero has at least in its present phase; 0 without one. */
  int awake;

  /** Whether the last instances go: no recommendation of the past holds them. */
  boolean zeroing;

  /** Whether they go in one jump, whatever limits say. */
  boolean straight;

  /** The phase of scaling to zero once the decision is applied, if that is another one. */
  ScalingState.@Nullable ZeroPhase phaseIfApplied;

  /** How far the decision is believed, from 0 to 1. */
  double confidence = 1;

  long lookAgain = Long.MAX_VALUE;

  Frame(ScalingPolicy policy, ScalingState state, ScalingMetrics metrics) {
    this.policy = policy;
    this.state = state;
    this.metrics = metrics;
    this.now = metrics.time;
    this.current = metrics.instances;
    this.evaluation = new Evaluation(policy, state, metrics, Memory.EMPTY);
    this.next = new ScalingState.Draft(state);
    this.proposals = new Proposal[policy.rules.size()];
    this.past =
        state.lastDecision == ScalingMetrics.UNKNOWN && state.recommendations.size() == 0
            ? Series.EMPTY.append(now, current)
            : state.recommendations;
    this.least = policy.least;
    this.most = policy.most;
  }

  /** What a rule may look at; what one has read, the next need not read again. */
  Evaluation evaluation(ScalingRule rule) {
    return evaluation.forRule(state.memory(rule.name()));
  }

  /** Adds a step and gives what came out of it. */
  int step(
      Proof.Stage stage,
      String rule,
      Formula formula,
      @Nullable String note,
      int input,
      double... operands) {
    Proof.Step step = Proof.Step.of(stage, rule, formula, note, input, operands);
    steps.add(step);
    return (int) step.output();
  }

  void because(ScalingReason reason) {
    reasons.add(reason);
  }

  /** The decision may be another one from this time on. */
  void lookAgain(long time) {
    if (time > now) {
      lookAgain = Math.min(lookAgain, time);
    }
  }
}
