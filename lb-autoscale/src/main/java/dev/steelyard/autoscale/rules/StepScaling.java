package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.Series;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Steps: the farther a metric is from its threshold, the more instances are added or removed. The
 * semantics are those of AWS' step scaling. Immutable: knobs give another rule.
 *
 * <pre>{@code
 * StepScaling.of(Metric.CPU)
 *     .out(70, Step.between(0, 15, Adjustment.change(1)), Step.from(15, Adjustment.percent(30)))
 *     .in(30, Step.upTo(0, Adjustment.change(-1)))
 *     .warmup(Duration.ofMinutes(3));
 * }</pre>
 *
 * <p>While instances that were added within the warm-up time warm up, another breach adds only what
 * its step asks for beyond them, and nothing is removed. Between the thresholds the rule asks for
 * the present number, so that, combined by MAX, no other rule scales in; it has no opinion there if
 * it has no steps that scale in, or if it is said to {@linkplain #abstaining abstain}.
 *
 * <p>Where a metric is proportional to load, {@link TargetTracking} needs fewer knobs and gets
 * there at once.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html">Step
 *     scaling policies of Amazon EC2 Auto Scaling</a>
 */
public final class StepScaling implements ScalingRule {
  private static final int OUT = 0;
  private static final int IN = 1;

  private final String name;
  private final Metric metric;
  private final @Nullable Direction out;
  private final @Nullable Direction in;
  private final long warmup;
  private final boolean abstaining;
  private final MissingData missing;

  /** The steps of one direction. */
  private record Direction(double threshold, List<Step> steps, Breach breach) {
    @Nullable Step stepAt(double value, boolean above) {
      double breach = value - threshold;
      if (above ? breach < 0 : breach > 0) {
        return null;
      }
      for (Step step : steps) {
        if (step.contains(breach, above)) {
          return step.adjustment().isNothing() ? null : step;
        }
      }
      return null;
    }
  }

  private StepScaling(
      String name,
      Metric metric,
      @Nullable Direction out,
      @Nullable Direction in,
      long warmup,
      boolean abstaining,
      MissingData missing) {
    this.name = name;
    this.metric = metric;
    this.out = out;
    this.in = in;
    this.warmup = warmup;
    this.abstaining = abstaining;
    this.missing = missing;
  }

  /**
   * Begins a rule, to which steps are added by {@link #out} and {@link #in}.
   *
   * @param metric the metric, of any kind; a total is compared as it is, not per instance
   * @return a rule that asks for nothing yet
   */
  public static StepScaling of(Metric metric) {
    return new StepScaling(
        "steps " + metric.name(), metric, null, null, 0, false, MissingData.blockScaleIn());
  }

  /**
   * The same with these steps that scale out.
   *
   * @param threshold in the metric's unit, finite and not negative
   * @param steps contiguous, without overlap; relative to the threshold; none may remove instances
   * @return the rule
   * @throws IllegalArgumentException if there is a gap, an overlap or an end that is not open
   */
  public StepScaling out(double threshold, Step... steps) {
    for (Step step : steps) {
      if (!step.adjustment().neverRemoves()) {
        throw new IllegalArgumentException(
            "a step that scales out must not remove instances, was " + step);
      }
    }
    Breach breach = out == null ? Breach.once() : out.breach;
    Direction direction = new Direction(checked(threshold), Step.checked("out", steps), breach);
    return new StepScaling(name, metric, direction, in, warmup, abstaining, missing);
  }

  /**
   * The same with these steps that scale in.
   *
   * @param threshold in the metric's unit, finite and not negative
   * @param steps contiguous, without overlap; relative to the threshold; none may add instances
   * @return the rule
   * @throws IllegalArgumentException if there is a gap, an overlap or an end that is not open
   */
  public StepScaling in(double threshold, Step... steps) {
    for (Step step : steps) {
      if (!step.adjustment().neverAdds()) {
        throw new IllegalArgumentException(
            "a step that scales in must not add instances, was " + step);
      }
    }
    Breach breach = in == null ? Breach.once() : in.breach;
    Direction direction = new Direction(checked(threshold), Step.checked("in", steps), breach);
    return new StepScaling(name, metric, out, direction, warmup, abstaining, missing);
  }

  private double checked(double threshold) {
    if (!(threshold >= 0) || threshold == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the threshold of "
              + metric.name()
              + " must be finite and not negative, was "
              + threshold);
    }
    return threshold;
  }

  /**
   * The same, but a breach has to last.
   *
   * @param toScaleOut how long above; default {@link Breach#once()}
   * @param toScaleIn how long below; default {@link Breach#once()}
   * @return the rule
   * @throws IllegalStateException if a direction has no steps yet
   */
  public StepScaling breach(Breach toScaleOut, Breach toScaleIn) {
    return new StepScaling(
        name,
        metric,
        lasting(out, toScaleOut),
        lasting(in, toScaleIn),
        warmup,
        abstaining,
        missing);
  }

  private static @Nullable Direction lasting(@Nullable Direction direction, Breach breach) {
    if (direction == null) {
      if (breach.remembers()) {
        throw new IllegalStateException("there are no steps yet that a breach could lead to");
      }
      return null;
    }
    return new Direction(direction.threshold, direction.steps, breach);
  }

  /**
   * The same, but instances take some time until they carry load.
   *
   * @param time how long, not negative; default 0
   * @return the rule
   */
  public StepScaling warmup(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("the warm-up must not be negative, was " + time);
    }
    return new StepScaling(name, metric, out, in, time.toMillis(), abstaining, missing);
  }

  /**
   * The same, but without an opinion where nothing is breached: other rules may scale in then. AWS'
   * policies are so while their alarm is silent. Default: no, if it has steps that scale in.
   *
   * @param abstaining whether
   * @return the rule
   */
  public StepScaling abstaining(boolean abstaining) {
    return new StepScaling(name, metric, out, in, warmup, abstaining, missing);
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "steps" and the metric's name
   * @return the rule
   */
  public StepScaling named(String name) {
    return new StepScaling(
        Objects.requireNonNull(name), metric, out, in, warmup, abstaining, missing);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}
   * @return the rule
   */
  public StepScaling missing(MissingData missing) {
    return new StepScaling(
        name, metric, out, in, warmup, abstaining, Objects.requireNonNull(missing));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Duration history() {
    return Duration.ofMillis(warmup);
  }

  @Override
  public List<Metric> metrics() {
    return List.of(metric);
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    Reading reading = evaluation.reading(metric);
    boolean assumed = !reading.isKnown() && missing.type() == MissingData.Type.ASSUME;
    @Nullable Breaches breaches = remembers() ? new Breaches(evaluation, 2, meaning()) : null;
    Proposal proposal;
    if (!reading.isKnown() && !assumed) {
      if (breaches != null) {
        breaches.missing(OUT, out == null ? Breach.once() : out.breach);
        breaches.missing(IN, in == null ? Breach.once() : in.breach);
      }
      proposal = Proposal.unknown(missing, String.valueOf(reading.missingWhy()));
    } else {
      double value = assumed ? missing.value() : reading.value();
      List<Proof.Step> steps = new ArrayList<>(6);
      @Nullable String note = assumed ? "assumed: " + reading.missingWhy() : null;
      @Nullable Step up = breached(out, OUT, value, note, breaches, steps);
      @Nullable Step down = breached(in, IN, value, note, breaches, steps);
      proposal = decide(evaluation, up, up == null ? down : null, steps);
    }
    return breaches == null ? proposal : proposal.remembering(breaches.memory());
  }

  private @Nullable Step breached(
      @Nullable Direction direction,
      int which,
      double value,
      @Nullable String note,
      @Nullable Breaches breaches,
      List<Proof.Step> steps) {
    if (direction == null) {
      return null;
    }
    String label = which == OUT ? name + " out" : name + " in";
    steps.add(
        Proof.Step.of(Proof.Stage.READ, label, Formula.MINUS, note, value, direction.threshold));
    @Nullable Step step = direction.stepAt(value, which == OUT);
    if (breaches == null || !direction.breach.remembers()) {
      return step;
    }
    String lasting = which == OUT ? name + " out lasts" : name + " in lasts";
    return breaches.counts(which, direction.breach, step != null, lasting, steps) ? step : null;
  }

  private Proposal decide(
      Evaluation evaluation, @Nullable Step up, @Nullable Step down, List<Proof.Step> steps) {
    int current = evaluation.current();
    int warming = warmup > 0 ? warming(evaluation) : 0;
    Proposal proposal;
    if (up != null) {
      double base = current;
      if (warming > 0) {
        Proof.Step without =
            Proof.Step.of(
                Proof.Stage.READ,
                name,
                Formula.MINUS,
                "warming up do not count",
                current,
                Math.min(warming, current));
        steps.add(without);
        base = without.output();
      }
      Proof.Step adjusted = up.adjustment().step(name, true, base);
      steps.add(adjusted);
      proposal = propose(Formula.AT_LEAST, null, adjusted.output(), current, steps);
    } else if (down != null && warming > 0) {
      proposal =
          propose(Formula.GIVEN, "no scale-in while instances warm up", current, current, steps)
              .lookingAgain(warmAt(evaluation));
    } else if (down != null) {
      Proof.Step adjusted = down.adjustment().step(name, false, current);
      steps.add(adjusted);
      proposal = propose(Formula.AT_MOST, null, adjusted.output(), current, steps);
    } else if (abstaining || in == null) {
      proposal = Proposal.none().explainedBy(steps.toArray(new Proof.Step[0]));
    } else {
      proposal = propose(Formula.GIVEN, null, current, current, steps);
    }
    return proposal;
  }

  private Proposal propose(
      Formula formula, @Nullable String note, double input, int current, List<Proof.Step> steps) {
    steps.add(Proof.Step.of(Proof.Stage.PROPOSE, name, formula, note, input, current));
    return Proposal.size(metric.reason(), steps.toArray(new Proof.Step[0]));
  }

  /** How many were added within the warm-up time, however many were removed before them. */
  private int warming(Evaluation evaluation) {
    Series events = evaluation.state().events();
    double added = 0;
    for (int i = events.size() - 1; i >= 0 && evaluation.now() - events.time(i) < warmup; i--) {
      added += Math.max(0, events.value(i));
    }
    return (int) added;
  }

  /** When the newest of those that warm up are warm. */
  private long warmAt(Evaluation evaluation) {
    Series events = evaluation.state().events();
    long at = evaluation.now();
    for (int i = 0; i < events.size(); i++) {
      if (events.value(i) > 0) {
        at = events.time(i) + warmup;
      }
    }
    return at;
  }

  private boolean remembers() {
    return (out != null && out.breach.remembers()) || (in != null && in.breach.remembers());
  }

  /** A number for what is remembered; other steps do not inherit it. */
  private int meaning() {
    return Objects.hash(
        out == null ? 0 : out.threshold,
        out == null ? 0 : out.breach,
        in == null ? 0 : in.threshold,
        in == null ? 0 : in.breach);
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    Reading reading = evaluation.reading(metric);
    if (out == null || !reading.isKnown()) {
      return false;
    }
    double value = Projection.at(evaluation, reading, metric, count);
    @Nullable Step step =
        value == Double.POSITIVE_INFINITY
            ? out.steps.get(out.steps.size() - 1)
            : out.stepAt(value, true);
    return step != null && step.adjustment().wouldAddTo(count);
  }

  @Override
  public String whyScaleOutAt(Evaluation evaluation, int count) {
    Reading reading = evaluation.reading(metric);
    return name
        + " would scale out at "
        + count
        + ", where "
        + Projection.words(metric, reading.value())
        + " becomes "
        + Numbers.text(Projection.at(evaluation, reading, metric, count))
        + ", threshold "
        + Numbers.text(out == null ? Double.NaN : out.threshold);
  }

  /**
   * The metric.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }

  /**
   * The threshold of the steps that scale out.
   *
   * @return the threshold; NaN without such steps
   */
  public double outThreshold() {
    return out == null ? Double.NaN : out.threshold;
  }

  /**
   * The steps that scale out.
   *
   * @return the steps, lowest first
   */
  public List<Step> outSteps() {
    return out == null ? List.of() : out.steps;
  }

  /**
   * The threshold of the steps that scale in.
   *
   * @return the threshold; NaN without such steps
   */
  public double inThreshold() {
    return in == null ? Double.NaN : in.threshold;
  }

  /**
   * The steps that scale in.
   *
   * @return the steps, lowest first
   */
  public List<Step> inSteps() {
    return in == null ? List.of() : in.steps;
  }

  /**
   * How long instances take until they carry load.
   *
   * @return how long
   */
  public Duration warmup() {
    return Duration.ofMillis(warmup);
  }

  @Override
  public String describe() {
    StringBuilder text = new StringBuilder(metric.name());
    if (out != null) {
      text.append(" from ").append(Numbers.text(out.threshold)).append(" out ").append(out.steps);
    }
    if (in != null) {
      text.append(", to ").append(Numbers.text(in.threshold)).append(" in ").append(in.steps);
    }
    return text.toString();
  }
}
