package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.Step;
import dev.steelyard.autoscale.rules.StepScaling;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Triggers and steps beside one another: overlaps, gaps, and steps that come to nothing. */
final class TriggerChecks {
  private TriggerChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    for (var rule : subjects.rules()) {
      if (rule instanceof Thresholds thresholds) {
        overlap(probe, thresholds, findings);
        gap(probe, thresholds, true, findings);
        gap(probe, thresholds, false, findings);
        for (Trigger each : thresholds.triggers()) {
          double value = each.isOut() ? subjects.far(each.metric()) : 0;
          effect(probe, each.metric(), each.adjustment(), each.isOut(), value, findings);
        }
      } else if (rule instanceof StepScaling steps) {
        for (Step step : steps.outSteps()) {
          double value = steps.outThreshold() + Math.max(0, step.lower()) + 1e-6;
          effect(probe, steps.metric(), step.adjustment(), true, value, findings);
        }
        for (Step step : steps.inSteps()) {
          double value = Math.max(0, steps.inThreshold() + Math.min(0, step.upper()) - 1e-6);
          effect(probe, steps.metric(), step.adjustment(), false, value, findings);
        }
      } else if (rule instanceof WeightedScore score) {
        Metric metric = score.terms().get(0).metric();
        effect(probe, metric, score.inAdjustment(), false, 0, findings);
      }
    }
  }

  private static boolean holds(Trigger trigger, double value) {
    return trigger.operator().holds(value, trigger.threshold())
        && (Double.isNaN(trigger.end()) || value < trigger.end());
  }

  private static boolean sameReading(Trigger one, Trigger other) {
    return one.metric().equals(other.metric()) && one.isPerInstance() == other.isPerInstance();
  }

  /** The thresholds, and a value between any two neighbours and beyond the last. */
  private static SortedSet<Double> samples(List<Trigger> triggers) {
    SortedSet<Double> bounds = new TreeSet<>();
    for (Trigger trigger : triggers) {
      bounds.add(trigger.threshold());
      if (!Double.isNaN(trigger.end())) {
        bounds.add(trigger.end());
      }
    }
    SortedSet<Double> samples = new TreeSet<>(bounds);
    double before = 0;
    for (double bound : bounds) {
      samples.add((before + bound) / 2);
      before = bound;
    }
    samples.add(before * 2 + 1);
    return samples;
  }

  private static Load load(Trigger trigger, double value, int instances) {
    return Load.only(trigger.metric(), trigger.isPerInstance() ? value * instances : value);
  }

  private static void overlap(Probe probe, Thresholds rule, List<Finding> findings) {
    for (Trigger out : rule.triggers()) {
      for (Trigger in : rule.triggers()) {
        if (!out.isOut() || in.isOut() || !sameReading(out, in)) {
          continue;
        }
        for (double value : samples(List.of(out, in))) {
          if (holds(out, value) && holds(in, value)) {
            int n = Math.max(1, probe.policy().least());
            findings.add(
                new Finding(
                    Finding.Code.TRIGGERS_OVERLAP,
                    "'"
                        + out
                        + "' scales out, '"
                        + in
                        + "' scales in, and both hold at "
                        + text(out.metric(), value),
                    "leave room between them; at present "
                        + (rule.isFirstOnly()
                            ? "the one that is listed first wins"
                            : "the one that scales out wins"),
                    probe.once(n, out.metric(), load(out, value, n))));
            return;
          }
        }
      }
    }
  }

  /** Between two triggers in the same direction, neither holds. */
  private static void gap(Probe probe, Thresholds rule, boolean out, List<Finding> findings) {
    for (Trigger first : rule.triggers()) {
      List<Trigger> alike = new ArrayList<>();
      for (Trigger each : rule.triggers()) {
        if (each.isOut() == out && sameReading(each, first)) {
          alike.add(each);
        }
      }
      if (alike.isEmpty() || !alike.get(0).equals(first)) {
        continue;
      }
      boolean below = false;
      double hole = Double.NaN;
      for (double value : samples(alike)) {
        boolean held = alike.stream().anyMatch(each -> holds(each, value));
        if (held && !Double.isNaN(hole)) {
          int n = Math.max(1, probe.policy().least());
          findings.add(
              new Finding(
                  Finding.Code.TRIGGERS_GAP,
                  "at "
                      + text(first.metric(), hole)
                      + " nothing scales "
                      + (out ? "out" : "in")
                      + ", below and above something does",
                  "let each range begin where the one before ends",
                  probe.once(n, first.metric(), load(first, hole, n))));
          return;
        }
        hole = held ? Double.NaN : below && Double.isNaN(hole) ? value : hole;
        below |= held;
      }
    }
  }

  /** The largest number at which a percentage is less than one instance. */
  private static void effect(
      Probe probe,
      Metric metric,
      Adjustment adjustment,
      boolean out,
      double value,
      List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    int least = Math.max(1, out ? policy.least() : policy.least() + 1);
    int most = out ? policy.most() - 1 : policy.most();
    if (adjustment.type() != Adjustment.Type.PERCENT
        || adjustment.value() == 0
        || least > most
        || adjustment.applyTo(least) != least) {
      return;
    }
    int without = least;
    int with = most + 1;
    while (with - without > 1) {
      int middle = (without + with) >>> 1;
      if (adjustment.applyTo(middle) == middle) {
        without = middle;
      } else {
        with = middle;
      }
    }
    findings.add(
        new Finding(
            Finding.Code.STEP_WITHOUT_EFFECT,
            adjustment + " of " + without + " instances comes to nothing",
            "round another way, or change by at least one",
            probe.once(without, metric, Load.only(metric, value))));
  }
}
