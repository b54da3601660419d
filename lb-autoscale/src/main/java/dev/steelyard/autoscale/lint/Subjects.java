package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.rules.Activation;
import dev.steelyard.autoscale.rules.Fallback;
import dev.steelyard.autoscale.rules.Group;
import dev.steelyard.autoscale.rules.JobScaling;
import dev.steelyard.autoscale.rules.PanicWindow;
import dev.steelyard.autoscale.rules.Predictive;
import dev.steelyard.autoscale.rules.Scheduled;
import dev.steelyard.autoscale.rules.Step;
import dev.steelyard.autoscale.rules.StepScaling;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.TrueRate;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the rules of a policy look at, and the numbers with which they compare it. */
final class Subjects {
  private static final int GRID = 40;

  /** How far above everything is far. */
  private static final double FAR = 20;

  /** A number of a rule: a target or a threshold; of a total perhaps per instance. */
  record Mark(ScalingRule rule, Metric metric, double value, boolean out, boolean perInstance) {}

  private final List<ScalingRule> rules = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();
  private final Set<Metric> metrics = new LinkedHashSet<>();
  private final int least;
  private final boolean toldMetrics;

  Subjects(ScalingPolicy policy, List<Metric> more) {
    least = policy.least();
    toldMetrics = !more.isEmpty();
    policy.rules().forEach(this::add);
    metrics.addAll(more);
  }

  private void add(ScalingRule rule) {
    if (rule instanceof Activation activation) {
      add(activation.rule());
    } else if (rule instanceof Fallback fallback) {
      add(fallback.rule());
    } else if (rule instanceof Group group) {
      group.rules().forEach(this::add);
    } else {
      rules.add(rule);
      addMarks(rule);
    }
    metrics.addAll(rule.metrics());
  }

  private void addMarks(ScalingRule rule) {
    if (rule instanceof TargetTracking tracking) {
      mark(rule, tracking.metric(), tracking.target(), true, true);
    } else if (rule instanceof PanicWindow window) {
      mark(rule, window.stableMetric(), window.target(), true, true);
    } else if (rule instanceof Thresholds thresholds) {
      for (Trigger trigger : thresholds.triggers()) {
        boolean each = trigger.isPerInstance();
        mark(rule, trigger.metric(), trigger.threshold(), trigger.isOut(), each);
      }
    } else if (rule instanceof StepScaling steps) {
      for (Step step : steps.outSteps()) {
        double from = steps.outThreshold() + Math.max(0, step.lower());
        mark(rule, steps.metric(), from, true, false);
      }
      for (Step step : steps.inSteps()) {
        double from = steps.inThreshold() + Math.min(0, step.upper());
        mark(rule, steps.metric(), from, false, false);
      }
    } else if (rule instanceof WeightedScore score) {
      for (Term term : score.terms()) {
        mark(rule, term.metric(), term.target(), true, true);
      }
    }
  }

  private void mark(
      ScalingRule rule, Metric metric, double value, boolean out, boolean perInstance) {
    boolean each = perInstance && metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL;
    marks.add(new Mark(rule, metric, value, out, each));
  }

  /** All rules that are not made of others. */
  List<ScalingRule> rules() {
    return rules;
  }

  List<Mark> marks() {
    return marks;
  }

  List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  /** The metric to show things with. */
  Metric first() {
    return metrics.isEmpty() ? Metric.CPU : metrics.iterator().next();
  }

  /** Whether trying values out says when the fleet shrinks: not if nobody knows what to try. */
  boolean isClear() {
    for (ScalingRule rule : rules) {
      boolean unclear =
          rule instanceof TrueRate
              || rule instanceof JobScaling
              || (rule.metrics().isEmpty() && !toldMetrics && !(rule instanceof Scheduled));
      if (unclear) {
        return false;
      }
    }
    return true;
  }

  /** The same of growing; what is foreseen cannot be tried out within hours. */
  boolean isClearUpwards() {
    return isClear() && rules.stream().noneMatch(rule -> rule instanceof Predictive);
  }

  /** How much work a decision is. */
  int effort() {
    return Math.max(1, rules.size() + marks.size());
  }

  /** Whether a rule looks at a total instance by instance. */
  boolean isPerInstance(Metric metric) {
    return marks.stream().anyMatch(mark -> mark.metric().equals(metric) && mark.perInstance());
  }

  /** Far above everything that the metric is compared with. */
  double far(Metric metric) {
    double far = FAR * largest(metric);
    return metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL ? far * (least + 1) : far;
  }

  private double largest(Metric metric) {
    double largest = 0;
    for (Mark mark : marks) {
      largest = mark.metric.equals(metric) ? Math.max(largest, mark.value) : largest;
    }
    return largest == 0 ? 100 : largest;
  }

  /** Values that are worth trying, per instance: around each mark, and evenly below the largest. */
  SortedSet<Double> values(Metric metric) {
    SortedSet<Double> values = new TreeSet<>();
    for (Mark mark : marks) {
      if (mark.metric.equals(metric)) {
        values.add(mark.value);
        values.add(mark.value * 0.999);
        values.add(mark.value * 1.001);
      }
    }
    double top = largest(metric) * 1.5;
    for (int i = 1; i <= GRID; i++) {
      values.add(top * i / GRID);
    }
    return values;
  }
}
