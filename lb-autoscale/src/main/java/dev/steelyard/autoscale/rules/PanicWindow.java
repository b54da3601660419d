package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Memory;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Knative's autoscaler (KPA): the size follows a total's average over a long, <i>stable</i> window;
 * where the average over a short, <i>panic</i> window needs a multiple of the ready instances, the
 * rule panics: it follows whichever window needs more, and never scales in, until a whole stable
 * window has passed without that pressure. Immutable: knobs give another rule.
 *
 * <p>For request-driven services whose load can multiply within seconds. Not for work that waits
 * gladly (a queue of batch jobs): there is nothing to panic about; track a target. A service that
 * starts slowly panics for longer than needed, because what was ordered is not ready yet: give its
 * policy a rate or a maximum (knative/serving#13284).
 *
 * <p>Its first decision with more than one ready instance begins in panic: an empty window says
 * nothing against the instances that there are. In panic nothing goes below the present number
 * either, where Knative minds only numbers that it asked for while panicking.
 *
 * <p>A decision costs O(buckets) where the rule averages, at most {@value
 * SampleWindow#GREATEST_BUCKETS}; by default 60.
 */
public final class PanicWindow implements ScalingRule {
  /** How much of an instance's target is used: {@value}. */
  public static final double DEFAULT_UTILIZATION = 0.7;

  /** The stable window, in seconds: {@value}. */
  public static final int DEFAULT_STABLE_SECONDS = 60;

  /** The panic window, in seconds: {@value}. */
  public static final int DEFAULT_PANIC_SECONDS = 6;

  /** At which multiple of the ready instances panic begins: {@value}. */
  public static final double DEFAULT_THRESHOLD = 2;

  /** To which multiple of the ready instances one decision may go up: {@value}. */
  public static final double DEFAULT_RATE_UP = 1000;

  /** To which part of the ready instances one decision may go down: one over {@value}. */
  public static final double DEFAULT_RATE_DOWN = 2;

  /** How much burst there should be room for: {@value}. */
  public static final double DEFAULT_BURST_CAPACITY = 211;

  /** The least target per instance after the utilization: {@value}, as in Knative. */
  public static final double LEAST_TARGET = 0.01;

  /** The longest window or delay, in days: {@value}. */
  public static final int GREATEST_DAYS = 30;

  /** The knobs. Copied, then changed, then never again. */
  static final class Knobs implements Cloneable {
    String name;
    final Metric stableMetric;
    final Metric panicMetric;
    final double capacity;
    double utilization = DEFAULT_UTILIZATION;
    Duration stable = Duration.ofSeconds(DEFAULT_STABLE_SECONDS);
    Duration panic = Duration.ofSeconds(DEFAULT_PANIC_SECONDS);
    double threshold = DEFAULT_THRESHOLD;
    double rateUp = DEFAULT_RATE_UP;
    double rateDown = DEFAULT_RATE_DOWN;
    boolean reachable = true;
    Duration delay = Duration.ZERO;
    int activationScale = 1;
    double burst = DEFAULT_BURST_CAPACITY;
    boolean weighted;
    MissingData missing = MissingData.blockScaleIn();

    Knobs(Metric stableMetric, Metric panicMetric, double capacity) {
      this.name = "panic " + stableMetric.name();
      this.stableMetric = stableMetric;
      this.panicMetric = panicMetric;
      this.capacity = capacity;
    }

    Knobs copy() {
      try {
        return (Knobs) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    boolean averages() {
      return stableMetric.equals(panicMetric);
    }

    double target() {
      return Math.max(LEAST_TARGET, capacity * utilization);
    }
  }

  private final Knobs knobs;
  private final PanicChain chain;

  private PanicWindow(Knobs knobs) {
    this.knobs = knobs;
    this.chain = new PanicChain(knobs);
  }

  /**
   * Follows a total of which the rule itself averages the samples that it sees: each stands for the
   * time since the one before. The panic window should span two decisions at least; decide every
   * few seconds.
   *
   * @param metric a {@link Metric.Kind#PROPORTIONAL_TOTAL proportional total}
   * @param target what one instance can take, finite and above 0
   * @return the rule
   */
  public static PanicWindow of(Metric metric, double target) {
    return of(metric, metric, target);
  }

  /**
   * Follows a total whose averages over both windows the caller supplies.
   *
   * @param stable its average over the stable window
   * @param panic its average over the panic window
   * @param target what one instance can take, finite and above 0
   * @return the rule
   */
  public static PanicWindow of(Metric stable, Metric panic, double target) {
    total(stable);
    total(panic);
    return new PanicWindow(
        new Knobs(stable, panic, above("the target of " + stable.name(), target, 0)));
  }

  private static void total(Metric metric) {
    if (metric.kind() != Metric.Kind.PROPORTIONAL_TOTAL) {
      throw new IllegalArgumentException(
          metric.name()
              + " must be a total of the pool, was "
              + metric.kind()
              + ": give the sum over the instances, or say metric.as(PROPORTIONAL_TOTAL)");
    }
  }

  private static double above(String knob, double value, double least) {
    if (!(value > least) || value == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          knob + " must be finite and above " + least + ", was " + value);
    }
    return value;
  }

  private static Duration within(String knob, Duration value, long leastMillis) {
    if (value.compareTo(Duration.ofMillis(leastMillis)) < 0
        || value.compareTo(Duration.ofDays(GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          knob + " must be in [" + leastMillis + " ms, " + GREATEST_DAYS + " days], was " + value);
    }
    return value;
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "panic" and the metric's name
   * @return the rule
   */
  public PanicWindow named(String name) {
    Knobs copy = knobs.copy();
    copy.name = Objects.requireNonNull(name);
    return new PanicWindow(copy);
  }

  /**
   * The same with another utilization: an instance is to take so much of its target.
   *
   * @param utilization in (0, 1]; default {@value #DEFAULT_UTILIZATION}
   * @return the rule
   */
  public PanicWindow utilization(double utilization) {
    if (!(utilization > 0 && utilization <= 1)) {
      throw new IllegalArgumentException("the utilization must be in (0, 1], was " + utilization);
    }
    Knobs copy = knobs.copy();
    copy.utilization = utilization;
    return new PanicWindow(copy);
  }

  /**
   * The same with other windows. Panic also lasts for at least the stable one.
   *
   * @param stable in [1 ms, {@value #GREATEST_DAYS} days]; default {@value #DEFAULT_STABLE_SECONDS}
   *     s
   * @param panic at least 1 ms, not longer than the stable one, and not below a 600th of it;
   *     default {@value #DEFAULT_PANIC_SECONDS} s
   * @return the rule
   */
  public PanicWindow windows(Duration stable, Duration panic) {
    within("the stable window", stable, 1);
    within("the panic window", panic, 1);
    if (panic.compareTo(stable) > 0 || stable.compareTo(panic.multipliedBy(600)) > 0) {
      throw new IllegalArgumentException(
          "the panic window must be between a 600th and all of the stable one, were "
              + panic
              + " and "
              + stable);
    }
    Knobs copy = knobs.copy();
    copy.stable = stable;
    copy.panic = panic;
    return new PanicWindow(copy);
  }

  /**
   * The same with another beginning of panic.
   *
   * @param threshold which multiple of the ready instances the panic window has to need, above 1;
   *     default {@value #DEFAULT_THRESHOLD}
   * @return the rule
   */
  public PanicWindow threshold(double threshold) {
    Knobs copy = knobs.copy();
    copy.threshold = above("the panic threshold", threshold, 1);
    return new PanicWindow(copy);
  }

  /**
   * The same with other limits of one decision, counted from the ready instances.
   *
   * @param up to which multiple, above 1; default {@value #DEFAULT_RATE_UP}
   * @param down to one over which part, above 1; default {@value #DEFAULT_RATE_DOWN}
   * @return the rule
   */
  public PanicWindow rates(double up, double down) {
    Knobs copy = knobs.copy();
    copy.rateUp = above("the rate up", up, 1);
    copy.rateDown = above("the rate down", down, 1);
    return new PanicWindow(copy);
  }

  /**
   * The same for a version that is (or is not) the one that gets requests: one that is not goes
   * down at any rate, and without delay.
   *
   * @param reachable whether it gets requests; default yes
   * @return the rule
   */
  public PanicWindow reachable(boolean reachable) {
    Knobs copy = knobs.copy();
    copy.reachable = reachable;
    return new PanicWindow(copy);
  }

  /**
   * The same with a delay of scaling in: the rule asks for the largest number of so much time.
   *
   * @param delay in [0, {@value #GREATEST_DAYS} days]; default 0
   * @return the rule
   */
  public PanicWindow scaleDownDelay(Duration delay) {
    Knobs copy = knobs.copy();
    copy.delay = within("the scale-down delay", delay, 0);
    return new PanicWindow(copy);
  }

  /**
   * The same with a least number where any instance is needed.
   *
   * @param count at least 1; default 1
   * @return the rule
   */
  public PanicWindow activationScale(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("the activation scale must be at least 1, was " + count);
    }
    Knobs copy = knobs.copy();
    copy.activationScale = count;
    return new PanicWindow(copy);
  }

  /**
   * The same with another burst to be kept free. Changes no number of instances; the proof's step
   * {@code EXCESS_BURST} says what is free beyond it: below 0, a buffer should stay in the path.
   *
   * @param burst how much of the total, or 0 for none, or -1 if a buffer is always in the path;
   *     default {@value #DEFAULT_BURST_CAPACITY}
   * @return the rule
   */
  public PanicWindow burstCapacity(double burst) {
    if (!(burst >= 0 || burst == -1) || burst == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the burst capacity must be finite and not negative, or -1, was " + burst);
    }
    Knobs copy = knobs.copy();
    copy.burst = burst;
    return new PanicWindow(copy);
  }

  /**
   * The same, averaging with weights that fall exponentially with age. Only where the rule averages
   * itself.
   *
   * @return the rule
   */
  public PanicWindow weighted() {
    if (!knobs.averages()) {
      throw new IllegalArgumentException(
          "weights are for a rule that averages; " + knobs.name + " is given averages");
    }
    Knobs copy = knobs.copy();
    copy.weighted = true;
    return new PanicWindow(copy);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}
   * @return the rule
   */
  public PanicWindow missing(MissingData missing) {
    Knobs copy = knobs.copy();
    copy.missing = Objects.requireNonNull(missing);
    return new PanicWindow(copy);
  }

  /**
   * Since when a rule panics.
   *
   * @param memory what it remembers: {@code state.memory(name)}
   * @return when its panic began or was last prolonged; empty if it does not panic
   */
  public static Optional<Instant> panicSince(Memory memory) {
    double since = memory.number(PanicChain.SINCE, Double.NaN);
    return Double.isNaN(since) ? Optional.empty() : Optional.of(Instant.ofEpochMilli((long) since));
  }

  /**
   * Below which number a panicking rule does not go.
   *
   * @param memory what it remembers: {@code state.memory(name)}
   * @return the number; it counts only while it panics
   */
  public static int panicCount(Memory memory) {
    return (int) memory.number(PanicChain.HIGHEST, 0);
  }

  @Override
  public String name() {
    return knobs.name;
  }

  @Override
  public List<Metric> metrics() {
    return Stream.of(knobs.stableMetric, knobs.panicMetric).distinct().toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    return chain.propose(evaluation);
  }

  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    return chain.stable(evaluation) > knobs.target() * count;
  }

  /**
   * The total over the stable window.
   *
   * @return the metric; equal to {@link #panicMetric} where the rule averages itself
   */
  public Metric stableMetric() {
    return knobs.stableMetric;
  }

  /**
   * The total over the panic window.
   *
   * @return the metric
   */
  public Metric panicMetric() {
    return knobs.panicMetric;
  }

  /**
   * What one instance is to take.
   *
   * @return the target times the utilization, at least {@value #LEAST_TARGET}
   */
  public double target() {
    return knobs.target();
  }

  /**
   * The stable window.
   *
   * @return how long
   */
  public Duration stableWindow() {
    return knobs.stable;
  }

  /**
   * The panic window.
   *
   * @return how long
   */
  public Duration panicWindow() {
    return knobs.panic;
  }

  /**
   * At which multiple of the ready instances panic begins.
   *
   * @return the multiple
   */
  public double threshold() {
    return knobs.threshold;
  }

  /**
   * What happens where its metric is missing.
   *
   * @return the rule
   */
  public MissingData missing() {
    return knobs.missing;
  }

  /**
   * The delay of scaling in.
   *
   * @return how long
   */
  public Duration scaleDownDelay() {
    return knobs.delay;
  }

  @Override
  public String describe() {
    return "keeps "
        + knobs.stableMetric.name()
        + " at "
        + knobs.target()
        + " per instance over "
        + knobs.stable
        + ", and panics where "
        + knobs.panic
        + " need "
        + knobs.threshold
        + " times the ready instances";
  }
}
