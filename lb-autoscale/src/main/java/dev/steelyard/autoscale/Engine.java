package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;

/** The stages of a decision, one after the other. */
final class Engine {
  private Engine() {}

  static ScalingDecision decide(ScalingPolicy policy, ScalingState state, ScalingMetrics metrics) {
    Frame frame = new Frame(policy, state, metrics);
    if (metrics.time < state.lastDecision) {
      frame.because(ScalingReason.MISSING_METRICS);
      String note =
          "metrics of "
              + Format.time(metrics.time)
              + " are older than the last decision, of "
              + Format.time(state.lastDecision);
      int held =
          frame.step(Stage.ACTION, policy.name, Formula.GIVEN, note, frame.current, frame.current);
      frame.raw = held;
      return new ScalingDecision(frame, held);
    }
    propose(frame);
    int desired = Combine.apply(frame);
    frame.raw = desired;
    desired = ByHand.apply(frame, desired);
    desired = Bounds.first(frame, desired);
    if (!frame.overridden) {
      desired = Project.apply(frame, desired);
      desired = frame.doubts.apply(frame, desired);
    }
    desired = Zero.apply(frame, desired);
    if (!frame.overridden && !frame.straight) {
      desired = frame.zeroing ? desired : Stabilize.apply(frame, desired);
      desired = Flap.apply(frame, desired);
      desired = Cooldown.apply(frame, desired);
      desired = Rate.apply(frame, desired);
    }
    desired = Bounds.apply(frame, desired);
    desired = Ceiling.apply(frame, desired);
    desired = Cost.apply(frame, desired);
    desired = ByHand.disable(frame, desired);
    frame.replacements = Replace.apply(frame, desired);
    Zero.remember(frame, desired);
    remember(frame);
    return new ScalingDecision(frame, desired);
  }

  private static void propose(Frame frame) {
    for (int i = 0; i < frame.proposals.length; i++) {
      ScalingRule rule = frame.policy.rules.get(i);
      Evaluation evaluation = frame.evaluation(rule);
      Proposal proposal = ask(rule, evaluation);
      frame.proposals[i] = proposal;
      frame.doubts.see(evaluation, proposal);
      frame.lookAgain(proposal.lookAgain());
      Memory remembered = proposal.memory();
      if (remembered != null) {
        frame.next.remember(rule.name(), remembered);
      }
      frame.steps.addAll(proposal.steps());
    }
  }

  /** A rule that throws is one that cannot say: others go on, and nobody scales in meanwhile. */
  private static Proposal ask(ScalingRule rule, Evaluation evaluation) {
    try {
      return rule.propose(evaluation);
    } catch (RuntimeException e) {
      return Proposal.unknown(MissingData.blockScaleIn(), rule.name() + " threw " + e);
    }
  }

  /** What cooldowns, rates and budgets may still look at. */
  private static Series events(Frame frame) {
    Series events = frame.state.events;
    long from = frame.now - frame.policy.longestPeriod;
    if (events.size() > 0 && frame.state.lastCompleted >= from) {
      from = Math.min(from, events.time(events.size() - 1));
    }
    return events.since(from);
  }

  private static void remember(Frame frame) {
    frame.next.recommendations =
        frame.past.append(frame.now, frame.raw).since(frame.now - frame.policy.longestWindow);
    frame.next.events = events(frame);
    frame.next.lastDecision = frame.now;
  }
}
