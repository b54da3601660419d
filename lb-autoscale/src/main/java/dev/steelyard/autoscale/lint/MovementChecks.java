package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import java.util.List;

/** Where the fleet goes: nowhere, back and forth, or away and never back. */
final class MovementChecks {
  private static final int MOST_INSTANCES = 50;
  private static final int TICKS = 400;
  private static final double FAR_ABOVE = 20;

  private MovementChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    List<Metric> metrics = subjects.metrics();
    if (metrics.isEmpty()) {
      return;
    }
    if (policy.least() == policy.most()) {
      findings.add(
          new Finding(
              Finding.Code.NOTHING_TO_DECIDE,
              "the minimum and the maximum are both " + policy.least(),
              "widen the bounds, or leave the policy out",
              probe.once(policy.least(), metrics.get(0), 0)));
      return;
    }
    for (Metric metric : metrics) {
      if (metric.kind() == Metric.Kind.PER_INSTANCE_AVERAGE) {
        flapping(probe, subjects, metric, findings);
      }
    }
    stuck(probe, subjects, findings);
    asleep(probe, subjects, findings);
  }

  private static void flapping(
      Probe probe, Subjects subjects, Metric metric, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    int most = Math.min(policy.most(), MOST_INSTANCES);
    for (int n = Math.max(2, policy.least() + 1); n <= most; n++) {
      for (double value : subjects.values(metric)) {
        int fewer = probe.unlimited(n, metric, value);
        if (fewer >= n || fewer < 1) {
          continue;
        }
        double total = value * n;
        if (probe.unlimited(fewer, metric, total / fewer) <= fewer) {
          continue;
        }
        Witness witness = probe.run(n, TICKS, metric, count -> total / Math.max(1, count));
        Integer reversal = Probe.reversal(witness);
        if (reversal != null) {
          findings.add(
              new Finding(
                  Finding.Code.FLAPPING,
                  "at a constant load, "
                      + n
                      + " instances with "
                      + text(metric, value)
                      + " become "
                      + fewer
                      + ", with "
                      + text(metric, total / fewer)
                      + ", and more again",
                  "move the thresholds apart: out / in must be above n / (n - step) for each n, or"
                      + " switch the projection guard on",
                  new Witness(witness.ticks().subList(0, reversal + 1))));
          return;
        }
      }
    }
  }

  private static void stuck(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    Metric metric = subjects.metrics().get(0);
    Witness idle = probe.run(policy.most(), TICKS, metric, count -> 0);
    if (last(idle).desired() == policy.most()) {
      findings.add(
          new Finding(
              Finding.Code.NEVER_SCALES_IN,
              policy.most() + " instances with nothing to do stay " + policy.most(),
              "add a rule or trigger that scales in; without one, every peak is paid for ever",
              idle));
    }
    for (Metric each : subjects.metrics()) {
      double far = FAR_ABOVE * subjects.values(each).last();
      Witness busy = probe.run(Math.max(1, policy.least()), TICKS, each, count -> far);
      if (last(busy).desired() > Math.max(1, policy.least())) {
        return;
      }
      if (each.equals(subjects.metrics().get(subjects.metrics().size() - 1))) {
        findings.add(
            new Finding(
                Finding.Code.NEVER_SCALES_OUT,
                "no metric scales out, however high: "
                    + text(each, far)
                    + " leaves the fleet at "
                    + last(busy).desired(),
                "add a rule or trigger that scales out",
                busy));
      }
    }
  }

  /** At zero there are no averages; without a total, nothing says that there is work. */
  private static void asleep(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    if (policy.least() > 0 || wakes(probe, subjects)) {
      return;
    }
    Metric metric = subjects.metrics().get(0);
    Witness asleep = probe.run(0, TICKS, metric, count -> Double.NaN);
    if (last(asleep).desired() == 0) {
      findings.add(
          new Finding(
              Finding.Code.NO_WAKE_SIGNAL,
              "the minimum is 0, and at 0 instances "
                  + subjects.metrics()
                  + " cannot ask for any: averages of no instance do not exist",
              "add a rule on a total that exists without instances, such as a queue or the requests"
                  + " at a gateway, or a schedule; or a minimum of 1",
              asleep));
    }
  }

  private static boolean wakes(Probe probe, Subjects subjects) {
    for (Metric metric : subjects.metrics()) {
      if (metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL) {
        double far = FAR_ABOVE * subjects.values(metric).last();
        if (last(probe.run(0, TICKS, metric, count -> far)).desired() > 0) {
          return true;
        }
      }
    }
    return false;
  }

  static Witness.Tick last(Witness witness) {
    return witness.ticks().get(witness.ticks().size() - 1);
  }

  static String text(Metric metric, double value) {
    double rounded = Math.round(value * 100) / 100.0;
    String number =
        rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    String unit = metric.unit().isEmpty() ? "" : " " + metric.unit();
    return metric.name() + " " + number + unit;
  }
}
