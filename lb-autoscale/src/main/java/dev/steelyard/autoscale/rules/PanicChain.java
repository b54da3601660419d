package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof.Stage;
import dev.steelyard.autoscale.Proof.Step;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a {@link PanicWindow} comes to its number. */
final class PanicChain {
  /** Where the memory has since when it panics, or NaN. */
  static final int SINCE = 0;

  /** Where it has the number below which it does not go in panic. */
  static final int HIGHEST = 1;

  private static final int WINDOW = 2;

  /** Into how many buckets the panic window is divided. */
  private static final int BUCKETS = 6;

  private final PanicWindow.Knobs knobs;
  private final String panicName;
  private final String pressureName;
  private final String burstName;
  private final Duration granularity;
  private final int panicBuckets;

  PanicChain(PanicWindow.Knobs knobs) {
    this.knobs = knobs;
    this.panicName = knobs.name + ", panic window";
    this.pressureName = knobs.name + ", pressure";
    this.burstName = knobs.name + ", burst";
    long length = Math.max(1, knobs.panic.toMillis() / BUCKETS);
    this.granularity = Duration.ofMillis(length);
    this.panicBuckets = (int) ((knobs.panic.toMillis() + length - 1) / length);
  }

  Proposal propose(Evaluation evaluation) {
    Memory memory = evaluation.memory();
    double since = memory.number(SINCE, Double.NaN);
    double highest = memory.number(HIGHEST, 0);
    if (memory.numbers() == 0) {
      since = evaluation.ready() > 1 ? evaluation.now() : Double.NaN;
      highest = evaluation.ready();
    }
    @Nullable SampleWindow window =
        knobs.averages()
            ? SampleWindow.restore(memory, WINDOW, knobs.stable, granularity, evaluation.now())
            : null;
    Reading stable = evaluation.reading(knobs.stableMetric);
    Reading panic = window != null ? stable : evaluation.reading(knobs.panicMetric);
    if (!stable.isKnown() || !panic.isKnown()) {
      String why = String.valueOf(stable.isKnown() ? panic.missingWhy() : stable.missingWhy());
      if (knobs.missing.type() != MissingData.Type.ASSUME) {
        return Proposal.unknown(knobs.missing, why)
            .remembering(remembered(since, highest, window, memory));
      }
    }
    return known(evaluation, since, highest, window, value(stable), value(panic));
  }

  /** The stable average as of now; NaN where it is missing. */
  double stable(Evaluation evaluation) {
    Reading reading = evaluation.reading(knobs.stableMetric);
    if (!reading.isKnown() || !knobs.averages()) {
      return reading.value();
    }
    long now = evaluation.now();
    SampleWindow window =
        SampleWindow.restore(evaluation.memory(), WINDOW, knobs.stable, granularity, now)
            .hold(now, reading.value());
    int buckets = stableBuckets();
    return knobs.weighted
        ? window.weightedAverage(now, buckets)
        : window.sum(now, buckets) / window.count(now, buckets);
  }

  private double value(Reading reading) {
    return reading.isKnown() ? reading.value() : knobs.missing.value();
  }

  private Proposal known(
      Evaluation evaluation,
      double panicSince,
      double panicHighest,
      @Nullable SampleWindow before,
      double stableValue,
      double panicValue) {
    long now = evaluation.now();
    int ready = evaluation.ready();
    double since = panicSince;
    double highest = panicHighest;
    List<Step> steps = new ArrayList<>(8);
    @Nullable SampleWindow window = before == null ? null : before.hold(now, stableValue);

    double panic = observed(steps, panicName, window, now, panicBuckets, panicValue);
    double panicNeed = need(steps, Stage.READ, panicName, panic, ready);
    steps.add(
        Step.of(
            Stage.READ,
            burstName,
            Formula.EXCESS_BURST,
            null,
            panic,
            ready,
            knobs.capacity,
            knobs.burst));
    Step pressure =
        Step.of(Stage.READ, pressureName, Formula.PRESSURE, null, panic, knobs.target(), ready);
    steps.add(pressure);
    boolean over = pressure.output() >= knobs.threshold;
    if (over) {
      since = now;
    } else if (now - since > knobs.stable.toMillis()) {
      since = Double.NaN;
      highest = 0;
    }

    boolean panics = !Double.isNaN(since);
    boolean delays = knobs.reachable && !knobs.delay.isZero();
    int all = stableBuckets();
    double stable = observed(steps, knobs.name, window, now, all, stableValue);
    double desired =
        need(steps, panics || delays ? Stage.READ : Stage.PROPOSE, knobs.name, stable, ready);
    long lookAgain = Long.MAX_VALUE;
    if (panics) {
      desired = atLeast(steps, Stage.READ, desired, panicNeed, null);
      highest = Math.max(Math.max(highest, desired), evaluation.current());
      String note = "panics since " + Instant.ofEpochMilli((long) since) + ", does not scale in";
      desired = atLeast(steps, delays ? Stage.READ : Stage.PROPOSE, desired, highest, note);
      lookAgain = (long) since + knobs.stable.toMillis() + 1;
    }
    Memory memory = remembered(since, highest, window, Memory.EMPTY);
    if (delays) {
      SlidingMaximum largest =
          SlidingMaximum.of(knobs.delay.toMillis(), evaluation.memory().series(0))
              .record(now, desired);
      desired =
          atLeast(
              steps,
              Stage.PROPOSE,
              desired,
              largest.current(),
              largest.current() > desired ? "the largest of the last " + knobs.delay : null);
      memory = memory.with(largest.series());
      if (largest.series().size() > 1) {
        lookAgain = Math.min(lookAgain, largest.until());
      }
    }
    return Proposal.size(knobs.stableMetric.reason(), steps.toArray(new Step[0]))
        .remembering(memory)
        .lookingAgain(lookAgain);
  }

  private int stableBuckets() {
    long length = granularity.toMillis();
    return (int) ((knobs.stable.toMillis() + length - 1) / length);
  }

  private double observed(
      List<Step> steps,
      String name,
      @Nullable SampleWindow window,
      long now,
      int buckets,
      double value) {
    if (window == null) {
      return value;
    }
    Step step =
        knobs.weighted
            ? Step.of(
                Stage.READ,
                name,
                Formula.GIVEN,
                "weighted average",
                value,
                window.weightedAverage(now, buckets))
            : Step.of(
                Stage.READ,
                name,
                Formula.MEAN,
                null,
                window.sum(now, buckets),
                window.count(now, buckets));
    steps.add(step);
    return step.output();
  }

  private double need(List<Step> steps, Stage stage, String name, double total, int ready) {
    Step step =
        Step.of(
            stage,
            name,
            Formula.BOUNDED_NEED,
            null,
            total,
            knobs.target(),
            ready,
            knobs.rateUp,
            knobs.reachable ? knobs.rateDown : Double.POSITIVE_INFINITY,
            knobs.activationScale);
    steps.add(step);
    return step.output();
  }

  private double atLeast(
      List<Step> steps, Stage stage, double in, double least, @Nullable String note) {
    Step step = Step.of(stage, knobs.name, Formula.AT_LEAST, note, in, least);
    steps.add(step);
    return step.output();
  }

  private static Memory remembered(
      double since, double highest, @Nullable SampleWindow window, Memory before) {
    double[] numbers = new double[WINDOW + (window == null ? 0 : window.stored())];
    numbers[SINCE] = since;
    numbers[HIGHEST] = highest;
    if (window != null) {
      window.store(numbers, WINDOW);
    }
    Memory memory = Memory.of(numbers);
    return before.series().isEmpty() ? memory : memory.with(before.series(0));
  }
}
