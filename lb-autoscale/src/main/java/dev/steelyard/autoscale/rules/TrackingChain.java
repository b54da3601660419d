package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.rules.TargetTracking.WithoutSample;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What target tracking makes of one reading, step by step. Lives as long as one proposal. */
final class TrackingChain {
  /** Average, smoothed, rebalanced or truncated, proportional, limited, multiple. */
  private static final int MOST_STEPS = 6;

  /** Positions in the memory of a smoothing rule. */
  private static final int TIME = 0;

  private static final int LOAD = 1;

  private static final double PERCENT = 100;
  private static final double THOUSANDTH = 0.001;

  private final TargetTracking rule;
  private final Evaluation evaluation;
  private final Reading reading;
  private final Proof.Step[] steps = new Proof.Step[MOST_STEPS];
  private int count;
  private double value;

  /** Why there is nothing to say; then there are no steps. */
  final @Nullable String unknown;

  /** What to remember; null without smoothing. */
  @Nullable Memory memory;

  /** What all instances carry together, in the metric's unit. */
  double load;

  TrackingChain(TargetTracking rule, Evaluation evaluation) {
    this.rule = rule;
    this.evaluation = evaluation;
    this.reading = evaluation.reading(rule.metric());
    String why = reading.missingWhy();
    if (why == null && rule.isKubernetes() && reading.isCapacityIncomplete()) {
      why = rule.metric().name() + ": an instance has no capacity though others have";
    }
    if (why == null && isPoolOfNone()) {
      why = rule.metric().name() + " is an average over ready instances, and none is ready";
    }
    if (why == null) {
      this.unknown = null;
      measured();
    } else if (rule.missing().type() == MissingData.Type.ASSUME) {
      this.unknown = null;
      value = rule.missing().value();
      if (isTotal()) {
        total("assumed: " + why);
      } else {
        proportional("assumed: " + why, evaluation.current());
      }
    } else {
      this.unknown = why;
    }
  }

  Proof.Step[] steps() {
    return Arrays.copyOf(steps, count);
  }

  /** What comes out of the last step. */
  double output() {
    return value;
  }

  private boolean isTotal() {
    return rule.metric().kind() == Metric.Kind.PROPORTIONAL_TOTAL;
  }

  private boolean isPoolOfNone() {
    return reading.isOfPool()
        && !isTotal()
        && reading.counted() == 0
        && reading.unready() > 0
        && !rule.isKubernetes()
        && rule.withoutSample() == WithoutSample.CAUTIOUS;
  }

  private void measured() {
    value = reading.value();
    if (!reading.isOfPool()) {
      instances();
    } else if (isTotal()) {
      smooth(1);
      total(null);
    } else {
      pool();
    }
  }

  private void total(@Nullable String note) {
    load = value;
    size(
        note,
        Formula.TOTAL,
        rule.target(),
        evaluation.metrics().running(),
        evaluation.current(),
        rule.toleranceDown(),
        rule.toleranceUp());
  }

  /** One average for all that are ready. */
  private void pool() {
    int ready = reading.counted();
    if (evaluation.current() == 0) {
      load = value;
      size(null, Formula.FROM_ZERO, rule.target());
      return;
    }
    smooth(ready);
    boolean kubernetes = rule.isKubernetes();
    double unit = kubernetes && rule.metric().unit().equals("%") ? 1 : 0;
    shared(unit, ready, 0, ready, 0, kubernetes ? 0 : reading.unready(), reading.unready());
  }

  /** A sample for each of many; also the parts of a total. */
  private void instances() {
    boolean capacities = !Double.isNaN(reading.capacity());
    boolean percent = capacities || rule.metric().unit().equals("%");
    double weight = capacities ? reading.capacity() : reading.counted();
    value = reading.used();
    read(Formula.AVERAGE, capacities ? PERCENT : 1, weight);
    smooth(reading.counted() + reading.missing());
    double unit = rule.isKubernetes() ? (percent ? 1 : THOUSANDTH) : 0;
    shared(
        unit,
        reading.counted(),
        reading.missing(),
        weight,
        capacities ? reading.missingCapacity() : reading.missing(),
        capacities ? reading.unreadyCapacity() : reading.unready(),
        reading.unready());
  }

  /** An average that some instances have and others have not. */
  private void shared(
      double unit,
      int counted,
      int missing,
      double weight,
      double missingWeight,
      double unreadyWeight,
      int unready) {
    if (rule.withoutSample() == WithoutSample.LIKE_OTHERS) {
      truncate(unit);
      proportional(null, counted + missing + unready);
      return;
    }
    double before = value;
    double first =
        unit == 0
            ? before
            : Proof.Step.of(Proof.Stage.READ, rule.name(), Formula.TRUNCATED, null, before, unit)
                .output();
    boolean above = first > rule.target() && unreadyWeight > 0;
    if (missing == 0 && !above) {
      truncate(unit);
      proportional(null, counted);
      return;
    }
    boolean percent = rule.metric().unit().equals("%") || !Double.isNaN(reading.capacity());
    read(
        Formula.REBALANCED,
        rule.target(),
        unit,
        weight,
        missingWeight,
        unreadyWeight,
        percent ? Math.max(PERCENT, rule.target()) : rule.target());
    int all = counted + missing + (above ? unready : 0);
    load = value * all;
    size(
        missing
            + " of "
            + (counted + missing + unready)
            + " without a sample, "
            + unready
            + " not ready",
        Formula.REBALANCED_PROPORTIONAL,
        rule.target(),
        all,
        evaluation.current(),
        rule.toleranceDown(),
        rule.toleranceUp(),
        before,
        unit);
  }

  private void proportional(@Nullable String note, int instances) {
    load = value * instances;
    boolean partial = instances < evaluation.current() && !rule.isKubernetes();
    size(
        note,
        partial ? Formula.PARTIAL_PROPORTIONAL : Formula.PROPORTIONAL,
        rule.target(),
        instances,
        evaluation.current(),
        rule.toleranceDown(),
        rule.toleranceUp());
  }

  private void truncate(double unit) {
    if (unit > 0) {
      read(Formula.TRUNCATED, unit);
    }
  }

  /** Smooths value x instances, which a change of the number of instances does not change. */
  private void smooth(int instances) {
    long constant = rule.smoothingMillis();
    if (constant == 0 || instances == 0) {
      return;
    }
    Memory earlier = evaluation.memory();
    if (earlier.numbers() > LOAD) {
      double seconds = ((double) evaluation.now() - earlier.number(TIME, 0)) / 1000;
      read(Formula.SMOOTHED, earlier.number(LOAD, 0), seconds, constant / 1000.0, instances);
    }
    memory = Memory.of((double) evaluation.now(), value * instances);
  }

  private void read(Formula formula, double... operands) {
    step(Proof.Stage.READ, null, formula, operands);
  }

  /** The size, and what the rule's own limits make of it. */
  private void size(@Nullable String note, Formula formula, double... operands) {
    boolean limited =
        rule.maxStepUp() < Integer.MAX_VALUE
            || rule.maxStepDown() < Integer.MAX_VALUE
            || rule.scaleInLimit() < PERCENT;
    boolean rounded = rule.multiple() > 1;
    Proof.Stage last = Proof.Stage.PROPOSE;
    step(limited || rounded ? Proof.Stage.READ : last, note, formula, operands);
    if (limited) {
      step(
          rounded ? Proof.Stage.READ : last,
          null,
          Formula.STEP_AT_MOST,
          evaluation.current(),
          rule.maxStepUp(),
          rule.maxStepDown(),
          rule.scaleInLimit());
    }
    if (rounded) {
      step(
          last,
          null,
          Formula.UP_TO_MULTIPLE,
          evaluation.current(),
          rule.multiple(),
          rule.multipleAbove());
    }
  }

  private void step(Proof.Stage stage, @Nullable String note, Formula formula, double... operands) {
    Proof.Step step = Proof.Step.of(stage, rule.name(), formula, note, value, operands);
    steps[count++] = step;
    value = step.output();
  }
}
