package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.lint.Probe.Load;
import dev.steelyard.autoscale.rules.Scheduled;
import java.util.ArrayList;
import java.util.List;

/** Where the fleet goes: nowhere, back and forth, or away and never back. */
final class MovementChecks {
  /** So many numbers above the minimum are tried one by one: there, steps weigh most. */
  private static final int ONE_BY_ONE = 50;

  private static final double GROWTH = 1.25;

  private MovementChecks() {}

  static void look(Probe probe, Subjects subjects, List<Finding> findings) {
    ScalingPolicy policy = probe.policy();
    if (policy.least() == policy.most()) {
      findings.add(
          new Finding(
              Finding.Code.NOTHING_TO_DECIDE,
              "the minimum and the maximum are both " + policy.least(),
              "widen the bounds, or leave the policy out",
              probe.once(policy.least(), subjects.first(), Load.IDLE)));
      return;
    }
    stuckHigh(probe, subjects, findings);
    stuckLow(probe, subjects, findings);
    asleep(probe, subjects, findings);
    for (Metric metric : subjects.metrics()) {
      if (metric.kind() != Metric.Kind.NON_PROPORTIONAL) {
        flapping(probe, subjects, metric, findings);
      }
    }
  }

  private static List<Integer> counts(ScalingPolicy policy) {
    List<Integer> counts = new ArrayList<>();
    int first = Math.max(2, policy.least() + 1);
    for (int n = first; n <= policy.most(); n = next(n, first)) {
      counts.add(n);
    }
    return counts;
  }

  private static int next(int n, int first) {
    return n - first < ONE_BY_ONE ? n + 1 : (int) Math.ceil(n * GROWTH);
  }

  /**
   * A scale-in after which the same load scales out, and in again; whoever flaps does some time.
   */
  private static void flapping(
      Probe probe, Subjects subjects, Metric metric, List<Finding> findings) {
    for (int n : counts(probe.policy())) {
      for (double value : subjects.values(metric)) {
        if (probe.isExhausted()) {
          return;
        }
        Load load = Load.constant(metric, subjects.isPerInstance(metric) ? value * n : value, n);
        int fewer = probe.unlimited(n, load);
        if (fewer >= n || fewer < 1 || probe.unlimited(fewer, load) <= fewer) {
          continue;
        }
        Cycle cycle = new Cycle();
        Witness witness = probe.patiently(n, metric, load, cycle::completes);
        if (cycle.isComplete()) {
          findings.add(flapping(metric, witness));
          return;
        }
      }
    }
  }

  private static Finding flapping(Metric metric, Witness witness) {
    StringBuilder course = new StringBuilder();
    for (Witness.Tick tick : witness.ticks()) {
      if (tick.desired() != tick.metrics().instances()) {
        course
            .append(tick.metrics().instances())
            .append(" instances (")
            .append(text(metric, tick.value()))
            .append("), ");
      }
    }
    return new Finding(
        Finding.Code.FLAPPING,
        "at a constant load: " + course + "then " + last(witness).desired() + ", and so on",
        "move the thresholds apart: removing k of n instances needs out / in above n / (n - k);"
            + " or switch the projection guard on",
        witness);
  }

  /** A decrease, an increase, and a decrease again: one correction alone is none. */
  private static final class Cycle {
    private int turns;

    boolean completes(Witness.Tick tick) {
      int change = tick.desired() - tick.metrics().instances();
      turns += (turns % 2 == 0 ? change < 0 : change > 0) ? 1 : 0;
      return isComplete();
    }

    boolean isComplete() {
      return turns >= 3;
    }
  }

  private static void stuckHigh(Probe probe, Subjects subjects, List<Finding> findings) {
    int most = probe.policy().most();
    if (!subjects.isClear()) {
      return;
    }
    Witness idle =
        probe.patiently(most, subjects.first(), Load.IDLE, tick -> tick.desired() < most);
    if (last(idle).desired() >= most) {
      findings.add(
          new Finding(
              Finding.Code.NEVER_SCALES_IN,
              most + " instances with nothing to do stay " + most,
              "add a rule or trigger that scales in; without one, every peak is paid for ever",
              idle));
    }
  }

  private static void stuckLow(Probe probe, Subjects subjects, List<Finding> findings) {
    int least = Math.max(1, probe.policy().least());
    if (!subjects.isClearUpwards() || least == probe.policy().most()) {
      return;
    }
    Witness busy =
        probe.patiently(
            least,
            subjects.first(),
            (metric, ready) -> subjects.far(metric),
            tick -> tick.desired() > least);
    boolean onlySchedules = subjects.rules().stream().allMatch(rule -> rule instanceof Scheduled);
    if (last(busy).desired() <= least && !onlySchedules) {
      findings.add(
          new Finding(
              Finding.Code.NEVER_SCALES_OUT,
              "nothing scales out, however high the metrics are: "
                  + text(subjects.first(), subjects.far(subjects.first()))
                  + " leaves the fleet at "
                  + last(busy).desired(),
              "add a rule or trigger that scales out",
              busy));
    }
  }

  /** At zero there are no averages; without a total, nothing says that there is work. */
  private static void asleep(Probe probe, Subjects subjects, List<Finding> findings) {
    if (probe.policy().least() > 0
        || !subjects.isClear()
        || subjects.rules().stream().anyMatch(rule -> rule instanceof Scheduled)) {
      return;
    }
    Witness asleep =
        probe.patiently(
            0,
            subjects.first(),
            (metric, ready) -> subjects.far(metric),
            tick -> tick.desired() > 0);
    if (last(asleep).desired() == 0) {
      findings.add(
          new Finding(
              Finding.Code.NO_WAKE_SIGNAL,
              "the minimum is 0, and at 0 instances nothing asks for any, whatever the load: "
                  + subjects.metrics(),
              "add a rule on a total that exists without instances, such as a queue or the requests"
                  + " at a gateway, or a schedule; or a minimum of 1",
              asleep));
    }
  }

  static Witness.Tick last(Witness witness) {
    return witness.ticks().get(witness.ticks().size() - 1);
  }

  static String text(Metric metric, double value) {
    String unit = metric.unit().isEmpty() ? "" : " " + metric.unit();
    return metric.name() + " " + Witness.round(value) + unit;
  }
}
