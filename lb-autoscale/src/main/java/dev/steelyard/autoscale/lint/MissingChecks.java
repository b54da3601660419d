package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.last;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.PanicWindow;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is assumed of a metric that is missing, and where that takes the fleet. */
final class MissingChecks {
  private MissingChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    if (probe.policy().least() == probe.policy().most()) {
      return;
    }
    assumed(subjects).forEach((metric, value) -> blind(probe, metric, value, findings));
  }

  private static Map<Metric, Double> assumed(Subjects subjects) {
    Map<Metric, Double> assumed = new LinkedHashMap<>();
    for (var rule : subjects.rules()) {
      if (rule instanceof TargetTracking tracking) {
        add(assumed, tracking.metric(), tracking.missing());
      } else if (rule instanceof PanicWindow window) {
        add(assumed, window.stableMetric(), window.missing());
      } else if (rule instanceof Thresholds thresholds) {
        for (Trigger trigger : thresholds.triggers()) {
          add(assumed, trigger.metric(), trigger.missing());
        }
      } else if (rule instanceof WeightedScore score) {
        for (Term term : score.terms()) {
          add(assumed, term.metric(), term.missing());
        }
      }
    }
    return assumed;
  }

  private static void add(Map<Metric, Double> assumed, Metric metric, MissingData missing) {
    if (missing.type() == MissingData.Type.ASSUME) {
      assumed.putIfAbsent(metric, missing.value());
    }
  }

  private static void blind(Probe probe, Metric metric, double value, List<Finding> findings) {
    int least = Math.max(1, probe.policy().least());
    int most = probe.policy().most();
    Load missing = Load.only(metric, Double.NaN);
    String rule = metric.name() + " is assumed to be " + Witness.round(value) + " where missing: ";
    Witness up = probe.patiently(least, metric, missing, tick -> tick.desired() > least);
    if (last(up).desired() > least) {
      findings.add(
          new Finding(
              Finding.Code.ASSUMED_VALUE_SCALES,
              rule + "the fleet grows without anybody knowing the load",
              "assume the target, hold, or name a safe number of instances",
              up));
      return;
    }
    Witness down = probe.patiently(most, metric, missing, tick -> tick.desired() < most);
    boolean falls = last(down).desired() < most;
    findings.add(
        falls
            ? new Finding(
                Finding.Code.ASSUMED_VALUE_SCALES,
                rule + "the fleet shrinks without anybody knowing the load",
                "block scaling in while the metric is missing",
                down)
            : new Finding(
                Finding.Code.ASSUMED_VALUE_HOLDS,
                rule + "while it is, the fleet never shrinks",
                "nothing, if that is meant",
                down));
  }
}
