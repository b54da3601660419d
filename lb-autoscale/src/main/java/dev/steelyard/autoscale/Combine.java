package dev.steelyard.autoscale;

import dev.steelyard.autoscale.Proof.Stage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes one number of what the rules ask for, and applies what they say about missing data. */
final class Combine {
  private Combine() {}

  static int apply(Frame frame) {
    int sizes = 0;
    for (Proposal proposal : frame.proposals) {
      sizes += proposal.type() == Proposal.Type.SIZE ? 1 : 0;
    }
    double[] operands = new double[sizes];
    int at = 0;
    for (Proposal proposal : frame.proposals) {
      if (proposal.type() == Proposal.Type.SIZE) {
        operands[at++] = proposal.size();
      }
    }
    String rule = frame.policy.combination.name().toLowerCase(Locale.ROOT);
    int desired =
        frame.step(
            Stage.COMBINE, rule, formula(frame.policy.combination), null, frame.current, operands);
    desired = critical(frame, desired);
    because(frame, desired);
    return missing(frame, desired, sizes);
  }

  private static Formula formula(ScalingPolicy.Combination combination) {
    return switch (combination) {
      case MAX -> Formula.LARGEST;
      case MIN -> Formula.SMALLEST;
      case PRIORITY -> Formula.FIRST;
      case VOTE -> Formula.MAJORITY;
    };
  }

  /** An emergency is not averaged, outvoted or preceded away. */
  private static int critical(Frame frame, int desired) {
    int result = desired;
    for (int i = 0; i < frame.proposals.length; i++) {
      Proposal proposal = frame.proposals[i];
      if (proposal.isCritical()
          && proposal.type() == Proposal.Type.SIZE
          && proposal.size() > frame.current) {
        frame.critical = true;
        result =
            frame.step(
                Stage.COMBINE,
                frame.policy.rules.get(i).name(),
                Formula.AT_LEAST,
                "critical",
                result,
                proposal.size());
      }
    }
    return result;
  }

  /** The reasons of those that asked for what came out, or, without a change, for a change. */
  private static void because(Frame frame, int desired) {
    for (Proposal proposal : frame.proposals) {
      if (proposal.type() == Proposal.Type.SIZE
          && proposal.size() == desired
          && desired != frame.current) {
        frame.reasons.addAll(proposal.reasons());
      }
    }
  }

  private static int missing(Frame frame, int desired, int sizes) {
    int result = desired;
    boolean unknown = false;
    for (int i = 0; i < frame.proposals.length; i++) {
      @Nullable MissingData missing = frame.proposals[i].missing();
      if (missing == null) {
        continue;
      }
      unknown = true;
      String rule = frame.policy.rules.get(i).name();
      @Nullable String why = frame.proposals[i].missingWhy();
      int before = result;
      result =
          switch (missing.type()) {
            // An emergency is known, whatever else is not.
            case HOLD ->
                frame.step(
                    Stage.COMBINE,
                    rule,
                    frame.critical ? Formula.AT_LEAST : Formula.GIVEN,
                    why,
                    result,
                    frame.current);
            case BLOCK_SCALE_IN ->
                frame.step(Stage.COMBINE, rule, Formula.AT_LEAST, why, result, frame.current);
            case SAFE_DEFAULT ->
                frame.step(
                    Stage.COMBINE,
                    rule,
                    Formula.AT_LEAST,
                    why,
                    result,
                    Math.max(frame.current, missing.value()));
            case IGNORE, ASSUME -> result;
          };
      if (result != before || (missing.type() == MissingData.Type.HOLD && !frame.critical)) {
        frame.because(ScalingReason.MISSING_METRICS);
      }
      if (missing.type() == MissingData.Type.HOLD) {
        return result;
      }
    }
    if (unknown && sizes == 0) {
      frame.because(ScalingReason.MISSING_METRICS);
    }
    return result;
  }
}
