package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.rules.Adjustment;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import java.util.List;

/** Numbers of rules that are not what they look like. */
final class ValueChecks {
  private static final int TICKS = 60;

  private ValueChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    for (Subjects.Mark mark : subjects.marks()) {
      if (mark.metric().unit().equals("%") && mark.value() > 0 && mark.value() <= 1) {
        findings.add(
            new Finding(
                Finding.Code.UNIT_SLIP,
                mark.rule().name()
                    + " compares "
                    + mark.metric()
                    + ", which is in percent, with "
                    + mark.value(),
                "say " + mark.value() * 100 + " for " + mark.value() * 100 + " %",
                probe.once(Math.max(1, probe.policy().least()), mark.metric(), 50)));
      }
    }
    for (ScalingRule rule : subjects.rules()) {
      if (rule instanceof TargetTracking tracking) {
        tolerance(probe, tracking, findings);
        falling(probe, tracking, findings);
      } else if (rule instanceof Thresholds thresholds) {
        overlap(probe, thresholds, findings);
        for (Trigger trigger : thresholds.triggers()) {
          effect(probe, trigger, findings);
        }
      }
    }
  }

  private static void tolerance(Probe probe, TargetTracking rule, List<Finding> findings) {
    double tolerance = rule.toleranceUp();
    if (!(tolerance > 0) || rule.metric().kind() != Metric.Kind.PER_INSTANCE_AVERAGE) {
      return;
    }
    int n = (int) Math.ceil(1 / tolerance - 1e-9);
    ScalingPolicy policy = probe.policy();
    if (n < Math.max(1, policy.least()) || n >= policy.most()) {
      return;
    }
    double value = rule.target() * (1 + 1.0 / n);
    if (value > rule.target() * (1 + tolerance)) {
      value = rule.target() * (1 + tolerance);
    }
    if (probe.unlimited(n, rule.metric(), value) == n) {
      findings.add(
          new Finding(
              Finding.Code.TOLERANCE_HIDES_ONE,
              "from "
                  + n
                  + " instances on, the tolerance of "
                  + tolerance
                  + " hides a need for one more: "
                  + text(rule.metric(), value)
                  + " is "
                  + (n + 1)
                  + " instances' worth, and nothing happens",
              "a smaller tolerance, or a target as much lower",
              probe.once(n, rule.metric(), value)));
    }
  }

  /** Memory and error rates taken for averages: more instances do not help, and more are asked. */
  private static void falling(Probe probe, TargetTracking rule, List<Finding> findings) {
    Metric metric = rule.metric();
    boolean known =
        metric.equals(Metric.MEMORY)
            || metric.equals(Metric.ERROR_RATE)
            || metric.name().startsWith("response_time");
    if (!known) {
      return;
    }
    double value = rule.target() * 1.5;
    Witness witness = probe.run(Math.max(1, probe.policy().least()), TICKS, metric, count -> value);
    if (MovementChecks.last(witness).desired() == probe.policy().most()) {
      findings.add(
          new Finding(
              Finding.Code.METRIC_DOES_NOT_FALL,
              text(metric, value)
                  + ", which more instances do not lower, takes the fleet to the maximum of "
                  + probe.policy().most(),
              "size by a metric that is proportional to load, and let this one trip a threshold",
              witness));
    }
  }

  private static void overlap(Probe probe, Thresholds rule, List<Finding> findings) {
    for (Trigger out : rule.triggers()) {
      for (Trigger in : rule.triggers()) {
        if (!out.isOut() || in.isOut() || !out.metric().equals(in.metric())) {
          continue;
        }
        for (double value : new double[] {out.threshold(), in.threshold()}) {
          if (out.operator().holds(value, out.threshold())
              && in.operator().holds(value, in.threshold())) {
            int n = Math.max(1, probe.policy().least());
            findings.add(
                new Finding(
                    Finding.Code.TRIGGERS_OVERLAP,
                    "'" + out + "' and '" + in + "' both hold at " + text(out.metric(), value),
                    "leave room between them; at present the one that scales out wins",
                    probe.once(n, out.metric(), value)));
            return;
          }
        }
      }
    }
  }

  private static void effect(Probe probe, Trigger trigger, List<Finding> findings) {
    if (trigger.adjustment().type() != Adjustment.Type.PERCENT) {
      return;
    }
    ScalingPolicy policy = probe.policy();
    for (int n = policy.most(); n >= Math.max(1, policy.least()); n--) {
      int changed = trigger.adjustment().applyTo(n);
      boolean possible = trigger.isOut() ? n < policy.most() : n > policy.least();
      if (possible && changed == n) {
        double value = trigger.isOut() ? trigger.threshold() * 2 + 1 : 0;
        findings.add(
            new Finding(
                Finding.Code.STEP_WITHOUT_EFFECT,
                trigger.adjustment() + " of " + n + " instances comes to nothing",
                "round another way, or change by at least one",
                probe.once(n, trigger.metric(), value)));
        return;
      }
    }
  }
}
