package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import org.jspecify.annotations.Nullable;

/**
 * How far a decision is believed: the product of
 *
 * <ul>
 *   <li><b>freshness</b>: {@code min(1, 2 (1 - age / limit))} of the oldest sample that counts;
 *       full up to half of the age at which samples are stale, 0 there;
 *   <li><b>coverage</b>: instances with a sample that counts, of those that should have one (those
 *       that are starting should not);
 *   <li><b>agreement</b>: rules that ask for the direction of the result, of all that ask for a
 *       size or cannot say; 1 where the policy says that one rule is enough (minimum, priority);
 *   <li><b>distance</b>: {@code min(1, z / 2)}, z being how far the proposal is from the present
 *       number, in standard errors of what it rests on: {@code z = (|proposal - current| / current)
 *       / (spread / (target sqrt(counted)))}. The target, not the value, is the measure: with the
 *       value, more load would be believed more. 1 where there is no spread, as for a metric of the
 *       pool, and for rules without a target;
 *   <li>and what rules say of themselves.
 * </ul>
 *
 * <p>Each is the least over the rules that ask for a size and their readings. Low confidence never
 * keeps a scale-up back: it may raise, never lower. An emergency does not ask for it.
 */
final class Confidence {
  private static final int FRESHNESS = 0;
  private static final int COVERAGE = 1;
  private static final int AGREEMENT = 2;
  private static final int DISTANCE = 3;
  private static final int OWN = 4;
  private static final int FACTORS = 5;

  /** For each factor the step with the least so far; null is 1. */
  private final Proof.@Nullable Step[] least = new Proof.Step[OWN];

  private double own = 1;

  /** Takes in what a rule has read and proposed. */
  void see(Evaluation evaluation, Proposal proposal) {
    if (proposal.type() != Proposal.Type.SIZE) {
      return;
    }
    if (!Double.isNaN(proposal.confidence())) {
      own = Math.min(own, proposal.confidence());
    }
    for (int i = 0; i < evaluation.columns(); i++) {
      Reading reading = evaluation.readOf(i);
      if (reading != null && reading.isKnown()) {
        read(evaluation, reading, proposal);
      }
    }
  }

  private void read(Evaluation evaluation, Reading reading, Proposal proposal) {
    String name = reading.metric.name();
    double age = (double) (evaluation.now() - reading.oldest);
    double stale = (double) evaluation.policy().staleAfter;
    if (2 * age > stale) {
      keep(FRESHNESS, Proof.Step.of(Stage.CONFIDENCE, name, Formula.FRESHNESS, null, age, stale));
    }
    if (reading.missing > 0) {
      keep(
          COVERAGE,
          Proof.Step.of(
              Stage.CONFIDENCE, name, Formula.SHARE, null, reading.counted, reading.missing));
    }
    int current = evaluation.current();
    double reference = proposal.reference();
    if (reading.spread > 0 && reference > 0 && current > 0 && proposal.size() != current) {
      keep(
          DISTANCE,
          Proof.Step.of(
              Stage.CONFIDENCE,
              name,
              Formula.DISTANCE,
              null,
              Math.abs(proposal.size() - current),
              current,
              reference,
              reading.spread,
              reading.counted));
    }
  }

  private void keep(int factor, Proof.Step step) {
    Proof.@Nullable Step before = least[factor];
    if (step.output() < (before == null ? 1 : before.output())) {
      least[factor] = step;
    }
  }

  int apply(Frame frame, int desired) {
    agreement(frame, desired);
    double[] operands = new double[2 + FACTORS];
    operands[0] = frame.current;
    operands[1] = frame.critical ? 0 : frame.policy.confidenceToScaleIn;
    double product = 1;
    for (int i = 0; i < FACTORS; i++) {
      Proof.@Nullable Step step = i < OWN ? least[i] : null;
      double factor = i == OWN ? own : step == null ? 1 : step.output();
      if (step != null) {
        frame.steps.add(step);
      }
      operands[2 + i] = factor;
      product *= factor;
    }
    frame.confidence = product;
    if (product == 1) {
      return desired;
    }
    int result =
        frame.step(
            Stage.CONFIDENCE, "confidence to scale in", Formula.CONFIDENT, null, desired, operands);
    if (result != desired) {
      frame.because(ScalingReason.MISSING_METRICS);
    }
    return result;
  }

  private void agreement(Frame frame, int desired) {
    ScalingPolicy.Combination combination = frame.policy.combination;
    if (combination == ScalingPolicy.Combination.MIN
        || combination == ScalingPolicy.Combination.PRIORITY) {
      return;
    }
    int agree = 0;
    int others = 0;
    int direction = Integer.compare(desired, frame.current);
    for (Proposal proposal : frame.proposals) {
      if (proposal.type() == Proposal.Type.SIZE) {
        boolean same = Integer.compare(proposal.size(), frame.current) == direction;
        agree += same ? 1 : 0;
        others += same ? 0 : 1;
      } else if (proposal.type() == Proposal.Type.UNKNOWN) {
        others++;
      }
    }
    if (agree > 0 && others > 0) {
      keep(
          AGREEMENT,
          Proof.Step.of(Stage.CONFIDENCE, "agreement", Formula.SHARE, null, agree, others));
    }
  }
}
