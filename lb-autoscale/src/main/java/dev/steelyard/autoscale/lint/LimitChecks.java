package dev.steelyard.autoscale.lint;

import static dev.steelyard.autoscale.lint.MovementChecks.last;
import static dev.steelyard.autoscale.lint.MovementChecks.text;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.lint.Probe.Load;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Windows, cooldowns and ceilings that do not fit the rest. */
final class LimitChecks {
  /** As many decisions as a start-up is looked at for. */
  private static final int MOST_TICKS = 400;

  private LimitChecks() {}

  static void look(
      Probe probe,
      Subjects subjects,
      Duration startup,
      Map<Metric, Double> peaks,
      List<Finding> findings) {
    ceilings(probe, subjects, findings);
    peaks.forEach((metric, value) -> peak(probe, metric, value, findings));
    windowDown(probe, subjects, findings);
    windowUp(probe, subjects, findings);
    stale(probe, subjects, findings);
    startup(probe, subjects, startup, findings);
  }

  private static void ceilings(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    Witness witness =
        probe.once(policy.most(), subjects.first(), (metric, ready) -> subjects.far(metric));
    for (DownstreamBudget budget : policy.downstream()) {
      if (budget.ceiling() < policy.most() && last(witness).desired() < policy.most()) {
        findings.add(
            new Finding(
                Finding.Code.CEILING_BELOW_MAXIMUM,
                budget + " is less than the maximum of " + policy.most(),
                "lower the maximum to "
                    + budget.ceiling()
                    + ", so that nobody counts on more; or widen the budget",
                witness));
      }
    }
  }

  private static void peak(Probe probe, Metric metric, double value, List<Finding> findings) {
    int most = probe.policy().most();
    Load load = Load.only(metric, value);
    Witness witness = probe.patiently(most, metric, load, tick -> tick.recommended() > most);
    if (last(witness).recommended() > most) {
      findings.add(
          new Finding(
              Finding.Code.UNREACHABLE_TARGET,
              "the peak of "
                  + text(metric, value)
                  + " asks for "
                  + last(witness).recommended()
                  + " instances, the maximum is "
                  + most,
              "raise the maximum, or the target per instance",
              witness));
    }
  }

  private static String sees(Duration window, Duration interval) {
    return "a stabilization window of "
        + window
        + " with a decision every "
        + interval
        + " sees no more than the present one"
        + (window.compareTo(interval) < 0 ? "" : " and the one before");
  }

  private static boolean isShort(Probe probe, Duration window) {
    return !window.isZero() && window.compareTo(probe.interval().multipliedBy(2)) < 0;
  }

  /** Busy, then twice idle: the fleet shrinks at once, or one decision later. */
  private static void windowDown(Probe probe, Subjects subjects, List<Finding> findings) {
    Duration window = probe.policy().scaleDown().window();
    if (!isShort(probe, window)) {
      return;
    }
    int most = probe.policy().most();
    Witness witness =
        probe.usually(
            most,
            3,
            subjects.first(),
            (tick, metric, ready) -> tick == 0 ? subjects.far(metric) : 0);
    if (last(witness).desired() < most) {
      findings.add(
          new Finding(
              Finding.Code.WINDOW_BELOW_TWO_TICKS,
              "scaling down: " + sees(window, probe.interval()),
              "a window of several intervals, or none and a cooldown",
              witness));
    }
  }

  private static void windowUp(Probe probe, Subjects subjects, List<Finding> findings) {
    Duration window = probe.policy().scaleUp().window();
    int least = Math.max(1, probe.policy().least());
    if (!isShort(probe, window)) {
      return;
    }
    Witness witness =
        probe.usually(
            least,
            3,
            subjects.first(),
            (tick, metric, ready) -> tick == 0 ? 0 : subjects.far(metric));
    if (last(witness).desired() > least) {
      findings.add(
          new Finding(
              Finding.Code.WINDOW_BELOW_TWO_TICKS,
              "scaling up: " + sees(window, probe.interval()),
              "a window of several intervals, or none",
              witness));
    }
  }

  private static void stale(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    if (policy.staleAfter().compareTo(probe.interval()) >= 0) {
      return;
    }
    int n = Math.max(1, policy.least());
    for (Metric metric : subjects.metrics()) {
      double value = subjects.far(metric);
      ScalingMetrics old =
          ScalingMetrics.at(probe.start())
              .instances(n)
              .metric(metric, value, probe.start().minus(probe.interval()))
              .build();
      Witness fresh =
          probe.of(
              ScalingMetrics.at(probe.start()).instances(n).metric(metric, value).build(),
              metric,
              value);
      Witness witness = probe.of(old, metric, value);
      if (last(fresh).recommended() != last(witness).recommended()) {
        findings.add(
            new Finding(
                Finding.Code.STALE_BEFORE_NEXT_TICK,
                "samples count as missing after "
                    + policy.staleAfter()
                    + ", but decisions are "
                    + probe.interval()
                    + " apart: a sample of the last one is of no use",
                "let samples be as old as a few intervals",
                witness));
        return;
      }
    }
  }

  /** While instances start, the metric stays as it was: whoever decides again adds again. */
  private static void startup(
      Probe probe, Subjects subjects, Duration startup, List<Finding> findings) {
    long ticks =
        (startup.toMillis() + probe.interval().toMillis() - 1) / probe.interval().toMillis();
    int least = Math.max(1, probe.policy().least());
    if (ticks < 2) {
      return;
    }
    for (Subjects.Mark mark : subjects.marks()) {
      if (!mark.out()) {
        continue;
      }
      Metric metric = mark.metric();
      double value = mark.value() * 1.3 * (mark.perInstance() ? least : 1);
      Witness witness =
          probe.starting(
              least, (int) Math.min(ticks, MOST_TICKS), metric, Load.only(metric, value));
      long ups =
          witness.ticks().stream()
              .filter(tick -> tick.desired() > tick.metrics().instances())
              .count();
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
