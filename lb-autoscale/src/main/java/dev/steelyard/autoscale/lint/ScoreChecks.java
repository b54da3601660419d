package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.last;
import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.util.List;

/** Weights that let one metric hide another. */
final class ScoreChecks {
  private ScoreChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    int n = Math.max(2, policy.least() + 1);
    if (n >= policy.most()) {
      return;
    }
    for (var rule : subjects.rules()) {
      if (rule instanceof WeightedScore score) {
        for (Term term : score.terms()) {
          if (Double.isNaN(term.criticalLimit())) {
            hidden(probe, subjects, term, n, findings);
          }
        }
      }
    }
  }

  private static void hidden(
      Probe probe, Subjects subjects, Term term, int n, List<Finding> findings) {
    double far = subjects.far(term.metric()) * (subjects.isPerInstance(term.metric()) ? n : 1);
    Witness witness =
        probe.patiently(
            n, term.metric(), Load.only(term.metric(), far), tick -> tick.desired() != n);
    if (last(witness).desired() > n) {
      return;
    }
    String value = text(term.metric(), far);
    findings.add(
        term.weight() == 0
            ? new Finding(
                Finding.Code.TERM_WITHOUT_EFFECT,
                term.metric().name()
                    + " has the weight 0 and no critical limit: "
                    + value
                    + " changes nothing",
                "give it a weight or a critical limit, or leave it out",
                witness)
            : new Finding(
                Finding.Code.SCORE_HIDES_METRIC,
                "while the other metrics are idle, "
                    + value
                    + " does not scale out: "
                    + n
                    + " instances become "
                    + last(witness).desired(),
                "give it a critical limit, or a rule of its own",
                witness));
  }
}
