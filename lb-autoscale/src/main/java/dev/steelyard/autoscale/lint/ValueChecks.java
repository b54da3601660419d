package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.last;
import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.util.List;

/** Targets and thresholds that are not what they look like. */
final class ValueChecks {
  private ValueChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    for (Subjects.Mark mark : subjects.marks()) {
      unit(probe, mark, findings);
    }
    for (var rule : subjects.rules()) {
      if (rule instanceof TargetTracking tracking) {
        tolerance(probe, tracking, findings);
        falling(probe, tracking, findings);
      }
    }
  }

  /** Error rates may well be below one percent. */
  private static void unit(Probe probe, Subjects.Mark mark, List<Finding> findings) {
    boolean whole = mark.metric().equals(Metric.CPU) || mark.metric().equals(Metric.MEMORY);
    if (!whole || !(mark.value() > 0 && mark.value() <= 1)) {
      return;
    }
    findings.add(
        new Finding(
            Finding.Code.UNIT_SLIP,
            mark.rule().name()
                + " compares "
                + mark.metric().name()
                + ", which is in percent, with "
                + mark.value(),
            "say " + Witness.round(mark.value() * 100) + " for " + mark.value(),
            probe.once(
                Math.max(1, probe.policy().least()),
                mark.metric(),
                Load.only(mark.metric(), mark.value() * 50))));
  }

  private static void tolerance(Probe probe, TargetTracking rule, List<Finding> findings) {
    double tolerance = rule.toleranceUp();
    if (!(tolerance > 0) || rule.metric().kind() != Metric.Kind.PER_INSTANCE_AVERAGE) {
      return;
    }
    double first = Math.ceil(1 / tolerance - 1e-9);
    ScalingPolicy policy = probe.policy();
    int n = (int) Math.max(first, Math.max(1, policy.least()));
    if (n >= policy.most()) {
      return;
    }
    double value = rule.target() * (1 + Math.min(tolerance, 1.0 / n));
    Load load = Load.only(rule.metric(), value);
    if (probe.unlimited(n, load) == n) {
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
              probe.once(n, rule.metric(), load)));
    }
  }

  /** Memory and error rates taken for averages: more instances do not help, and more are asked. */
  private static void falling(Probe probe, TargetTracking rule, List<Finding> findings) {
    Metric metric = rule.metric();
    boolean known =
        metric.equals(Metric.MEMORY)
            || metric.equals(Metric.ERROR_RATE)
            || metric.name().startsWith("response_time_");
    if (!known) {
      return;
    }
    int least = Math.max(1, probe.policy().least());
    long enough = Math.min(probe.policy().most(), 3L * least + 3);
    Load load = Load.only(metric, rule.target() * 1.5);
    Witness witness = probe.patiently(least, metric, load, tick -> tick.desired() >= enough);
    if (last(witness).desired() >= enough && enough > least) {
      findings.add(
          new Finding(
              Finding.Code.METRIC_DOES_NOT_FALL,
              text(metric, witness.value())
                  + ", which more instances do not lower, takes the fleet from "
                  + least
                  + " to "
                  + last(witness).desired()
                  + ", and on to the maximum",
              "size by a metric that is proportional to load, and let this one trip a threshold",
              witness));
    }
  }
}
