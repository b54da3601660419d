package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.last;
import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Windows, cooldowns and ceilings that do not fit the rest. */
final class LimitChecks {
  private LimitChecks() {}

  static void look(
      Probe probe,
      Subjects subjects,
      Duration startup,
      Map<Metric, Double> peaks,
      List<Finding> findings) {
    ceilings(probe, subjects, findings);
    peaks.forEach((metric, value) -> peak(probe, metric, value, findings));
    if (subjects.metrics().isEmpty()) {
      return;
    }
    window(probe, subjects, findings);
    stale(probe, subjects, findings);
    if (!startup.isZero()) {
      startup(probe, subjects, startup, findings);
    }
  }

  private static void ceilings(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    for (DownstreamBudget budget : policy.downstream()) {
      if (budget.ceiling() >= policy.most() || subjects.metrics().isEmpty()) {
        continue;
      }
      Metric metric = subjects.metrics().get(0);
      double far = 20 * subjects.values(metric).last();
      findings.add(
          new Finding(
              Finding.Code.CEILING_BELOW_MAXIMUM,
              budget + " is less than the maximum of " + policy.most(),
              "lower the maximum to "
                  + budget.ceiling()
                  + ", so that nobody counts on more; or widen the budget",
              probe.once(budget.ceiling(), metric, far)));
    }
  }

  private static void peak(Probe probe, Metric metric, double value, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    Witness witness = probe.once(policy.most(), metric, value);
    if (last(witness).recommended() > policy.most()) {
      findings.add(
          new Finding(
              Finding.Code.UNREACHABLE_TARGET,
              "the peak of "
                  + text(metric, value)
                  + " needs "
                  + last(witness).recommended()
                  + " instances, the maximum is "
                  + policy.most(),
              "raise the maximum, or the target per instance",
              witness));
    }
  }

  private static void window(Probe probe, Subjects subjects, List<Finding> findings) {
    Duration window = probe.policy().scaleDown().window();
    Duration twice = probe.interval().multipliedBy(2);
    if (window.isZero() || window.compareTo(twice) >= 0) {
      return;
    }
    ScalingPolicy policy = probe.policy();
    Witness idle = probe.run(policy.most(), 4, subjects.metrics().get(0), count -> 0);
    findings.add(
        new Finding(
            Finding.Code.WINDOW_BELOW_TWO_TICKS,
            "a stabilization window of "
                + window
                + " with a decision every "
                + probe.interval()
                + " sees no more than "
                + (window.compareTo(probe.interval()) <= 0 ? "the present one" : "one before"),
            "a window of several intervals, or a cooldown",
            idle));
  }

  private static void stale(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    if (policy.staleAfter().compareTo(probe.interval()) >= 0) {
      return;
    }
    Metric metric = subjects.metrics().get(0);
    int n = Math.max(1, policy.least());
    Witness fresh = probe.once(n, metric, 20 * subjects.values(metric).last());
    ScalingMetrics now = fresh.ticks().get(0).metrics();
    ScalingMetrics old =
        ScalingMetrics.at(now.time())
            .instances(n)
            .metric(metric, fresh.value(), now.time().minus(probe.interval()))
            .build();
    Witness witness =
        new Witness(
            List.of(
                new Witness.Tick(
                    old,
                    metric,
                    fresh.value(),
                    policy.decide(ScalingState.initial(), old).recommended(),
                    policy.decide(ScalingState.initial(), old).desired())));
    findings.add(
        new Finding(
            Finding.Code.STALE_BEFORE_NEXT_TICK,
            "samples count as missing after "
                + policy.staleAfter()
                + ", but the next decision comes after "
                + probe.interval(),
            "let samples be as old as a few intervals",
            witness));
  }

  /** While instances start, the metric stays as it was: whoever decides again adds again. */
  private static void startup(
      Probe probe, Subjects subjects, Duration startup, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    int ticks = (int) Math.max(2, startup.dividedBy(probe.interval()) + 1);
    int least = Math.max(1, policy.least());
    for (Subjects.Mark mark : subjects.marks()) {
      Metric metric = mark.metric();
      double value = mark.value() * 1.3;
      Witness witness = probe.run(least, ticks, metric, count -> value, startup);
      int ups = 0;
      for (Witness.Tick tick : witness.ticks()) {
        ups += tick.desired() > tick.metrics().instances() ? 1 : 0;
      }
      if (ups > 1) {
        findings.add(
            new Finding(
                Finding.Code.COOLDOWN_BELOW_STARTUP,
                "instances take "
                    + startup
                    + " to start; meanwhile "
                    + text(metric, value)
                    + " stays, and "
                    + ups
                    + " times instances are added for the same load, from "
                    + least
                    + " to "
                    + last(witness).desired(),
                "a cooldown up of at least the start-up, or steps with a warm-up, or a metric that"
                    + " counts ready instances only",
                witness));
        return;
      }
    }
  }
}
