package dev.steelyard.autoscale.lint;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.rules.Group;
import dev.steelyard.autoscale.rules.StepScaling;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.Term;
import dev.steelyard.autoscale.rules.Thresholds;
import dev.steelyard.autoscale.rules.Trigger;
import dev.steelyard.autoscale.rules.WeightedScore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the rules of a policy look at, and the numbers with which they compare it. */
final class Subjects {
  /** A number of a rule: a target or a threshold. */
  record Mark(ScalingRule rule, Metric metric, double value) {}

  private final List<ScalingRule> rules = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();
  private final Set<Metric> metrics = new LinkedHashSet<>();

  Subjects(ScalingPolicy policy) {
    for (ScalingRule rule : policy.rules()) {
      add(rule);
    }
    for (Mark mark : marks) {
      metrics.add(mark.metric);
    }
  }

  private void add(ScalingRule rule) {
    rules.add(rule);
    metrics.addAll(rule.metrics());
    if (rule instanceof Group group) {
      group.rules().forEach(this::add);
    } else if (rule instanceof TargetTracking tracking) {
      marks.add(new Mark(rule, tracking.metric(), tracking.target()));
    } else if (rule instanceof Thresholds thresholds) {
      for (Trigger trigger : thresholds.triggers()) {
        marks.add(new Mark(rule, trigger.metric(), trigger.threshold()));
      }
    } else if (rule instanceof StepScaling steps) {
      if (!steps.outSteps().isEmpty()) {
        marks.add(new Mark(rule, steps.metric(), steps.outThreshold()));
      }
      if (!steps.inSteps().isEmpty()) {
        marks.add(new Mark(rule, steps.metric(), steps.inThreshold()));
      }
    } else if (rule instanceof WeightedScore score) {
      for (Term term : score.terms()) {
        marks.add(new Mark(rule, term.metric(), term.target()));
      }
    }
  }

  /** All rules, those in groups among them. */
  List<ScalingRule> rules() {
    return rules;
  }

  List<Mark> marks() {
    return marks;
  }

  List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  /** Values of a metric that are worth trying: around each mark, and evenly below the largest. */
  SortedSet<Double> values(Metric metric) {
    SortedSet<Double> values = new TreeSet<>();
    double largest = 0;
    for (Mark mark : marks) {
      if (mark.metric.equals(metric)) {
        largest = Math.max(largest, mark.value);
        values.add(mark.value);
        values.add(mark.value * 0.999);
        values.add(mark.value * 1.001);
      }
    }
    double top = largest == 0 ? 100 : largest * 1.5;
    for (int i = 1; i <= 60; i++) {
      values.add(top * i / 60);
    }
    return values;
  }
}
