package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Formula;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proof;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.Reading;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.Series;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Scales what works off a stream or a queue by its <i>true processing rate</i>: what the instances
 * could work at if they were never idle, that is, what they do work at divided by the share of time
 * they are busy. As Apache Flink's autoscaler does it, after DS2 (Kalavri et al., OSDI 2018).
 *
 * <p>Required is arrivals / {@link #utilization}, and what it takes to {@linkplain #catchUp catch
 * up}. The number of instances is multiplied by required / true rate, between {@link #factors}, and
 * rounded up. Because the true rate does not depend on the load, one step leads to the right size,
 * and a load that is worked off does not look like one that has gone.
 *
 * <ul>
 *   <li>Nothing changes while the true rate is inside the {@link #utilization} boundary.
 *   <li>Scaling up is at once; scaling down waits for {@link #scaleDownInterval}, and then goes to
 *       the largest number that was asked for within it.
 *   <li>A scale-up that brought less than {@link #effectiveness} of the rate expected of it is not
 *       followed by another: the bottleneck is elsewhere.
 *   <li>With {@link #observedScaling}, sizes seen before tell how far more instances mean more
 *       rate.
 * </ul>
 *
 * <p><b>Not for</b> request-driven services, whose true rate nobody measures; use {@link
 * TargetTracking}. Immutable: knobs give another rule.
 */
public final class TrueRate implements ScalingRule {
  /** The share of the true rate that arrivals are to take: {@value}. */
  public static final double DEFAULT_UTILIZATION = 0.7;

  /** How far from it utilisation may be before something is done: {@value}. */
  public static final double DEFAULT_BOUNDARY = 0.3;

  /** The share of the expected gain below which a scale-up was in vain: {@value}. */
  public static final double DEFAULT_EFFECTIVENESS = 0.1;

  /** Below this share of busy time the true rate cannot be told: {@value} percent. */
  public static final double LEAST_BUSY_PERCENT = 5;

  /** What is known of other sizes, and of the last scale-up, is forgotten after so many hours. */
  private static final long RETENTION = Duration.ofHours(24).toMillis();

  private final String name;
  private final Metric arrivals;
  private final Metric rate;
  private final @Nullable Metric busy;
  private final @Nullable Metric lag;
  private final double utilization;
  private final double boundary;
  private final double catchUp;
  private final double restart;
  private final double down;
  private final double up;
  private final long interval;
  private final double effectiveness;
  private final long settling;
  private final int observations;
  private final double leastCoefficient;
  private final int divisorOf;
  private final MissingData missing;

  private TrueRate(Knobs knobs) {
    name = knobs.name;
    arrivals = knobs.arrivals;
    rate = knobs.rate;
    busy = knobs.busy;
    lag = knobs.lag;
    utilization = knobs.utilization;
    boundary = knobs.boundary;
    catchUp = knobs.catchUp;
    restart = knobs.restart;
    down = knobs.down;
    up = knobs.up;
    interval = knobs.interval;
    effectiveness = knobs.effectiveness;
    settling = knobs.settling;
    observations = knobs.observations;
    leastCoefficient = knobs.leastCoefficient;
    divisorOf = knobs.divisorOf;
    missing = knobs.missing;
  }

  /** The fields while a rule is copied. */
  private static final class Knobs {
    String name;
    final Metric arrivals;
    final Metric rate;
    final @Nullable Metric busy;
    @Nullable Metric lag;
    double utilization = DEFAULT_UTILIZATION;
    double boundary = DEFAULT_BOUNDARY;
    double catchUp;
    double restart;
    double down = 0.6;
    double up = 100_000;
    long interval = Duration.ofHours(1).toMillis();
    double effectiveness = DEFAULT_EFFECTIVENESS;
    long settling = Duration.ofMinutes(5).toMillis();
    int observations;
    double leastCoefficient = 1;
    int divisorOf;
    MissingData missing = MissingData.blockScaleIn();

    Knobs(Metric arrivals, Metric rate, @Nullable Metric busy) {
      this.name = "true rate";
      this.arrivals = arrivals;
      this.rate = rate;
      this.busy = busy;
    }
  }

  private Knobs knobs() {
    Knobs knobs = new Knobs(arrivals, rate, busy);
    knobs.name = name;
    knobs.lag = lag;
    knobs.utilization = utilization;
    knobs.boundary = boundary;
    knobs.catchUp = catchUp;
    knobs.restart = restart;
    knobs.down = down;
    knobs.up = up;
    knobs.interval = interval;
    knobs.effectiveness = effectiveness;
    knobs.settling = settling;
    knobs.observations = observations;
    knobs.leastCoefficient = leastCoefficient;
    knobs.divisorOf = divisorOf;
    knobs.missing = missing;
    return knobs;
  }

  /**
   * By a true rate that somebody else measures.
   *
   * @param arrivals what arrives per second, a total of the pool
   * @param trueRate what could be worked off per second: a total of the pool, or an average over
   *     the instances
   * @return the rule
   * @throws IllegalArgumentException if arrivals are no total, or the true rate is non-proportional
   */
  public static TrueRate of(Metric arrivals, Metric trueRate) {
    return new TrueRate(new Knobs(total("arrivals", arrivals), proportional(trueRate), null));
  }

  /**
   * By what is worked off and how busy the instances are with it; while they are busy less than
   * {@value #LEAST_BUSY_PERCENT} %, by the true rate per instance that was seen last.
   *
   * @param arrivals what arrives per second, a total of the pool
   * @param processed what is worked off per second: a total, or an average over the instances
   * @param busy the share of time the instances are busy, in percent, an average over them
   * @return the rule
   * @throws IllegalArgumentException if arrivals are no total, or the rate is non-proportional
   */
  public static TrueRate of(Metric arrivals, Metric processed, Metric busy) {
    return new TrueRate(
        new Knobs(
            total("arrivals", arrivals),
            proportional(processed),
            Objects.requireNonNull(busy, "busy")));
  }

  private static Metric total(String what, Metric metric) {
    if (metric.kind() != Metric.Kind.PROPORTIONAL_TOTAL) {
      throw new IllegalArgumentException(
          what + " must be a total of the pool, was " + metric.name() + ", " + metric.kind());
    }
    return metric;
  }

  private static Metric proportional(Metric metric) {
    if (metric.kind() == Metric.Kind.NON_PROPORTIONAL) {
      throw new IllegalArgumentException(
          "the rate must be a total of the pool or an average over instances, was "
              + metric.name()
              + ", NON_PROPORTIONAL");
    }
    return metric;
  }

  /**
   * The same under another name.
   *
   * @param newName the name; default "true rate"
   * @return the rule
   */
  public TrueRate named(String newName) {
    Knobs knobs = knobs();
    knobs.name = Objects.requireNonNull(newName, "name");
    return new TrueRate(knobs);
  }

  /**
   * Which share of the true rate the arrivals are to take, and how far from it they may be.
   *
   * @param share in (0, 1]; default {@value #DEFAULT_UTILIZATION}
   * @param boundaryShare how far utilisation may be from it, on either side, without a change, in
   *     [0, 1]; default {@value #DEFAULT_BOUNDARY}. 0: anything else is a reason to act
   * @return the rule
   * @throws IllegalArgumentException if one is out of range
   */
  public TrueRate utilization(double share, double boundaryShare) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("utilization must be in (0, 1], was " + share);
    }
    if (!(boundaryShare >= 0 && boundaryShare <= 1)) {
      throw new IllegalArgumentException("boundary must be in [0, 1], was " + boundaryShare);
    }
    Knobs knobs = knobs();
    knobs.utilization = share;
    knobs.boundary = boundaryShare;
    return new TrueRate(knobs);
  }

  /**
   * Adds what it takes to work off what waits, and what arrives while instances restart. Default:
   * nothing.
   *
   * @param backlog what waits, a total of the pool; missing counts as a missing metric
   * @param within the time in which it is to be worked off, above 0
   * @param restartTime how long a change stops the work, not negative
   * @return the rule
   * @throws IllegalArgumentException if one is out of range, or the backlog is no total
   */
  public TrueRate catchUp(Metric backlog, Duration within, Duration restartTime) {
    if (within.isNegative() || within.isZero()) {
      throw new IllegalArgumentException("the time to catch up must be above 0, was " + within);
    }
    Knobs knobs = knobs();
    knobs.lag = total("backlog", backlog);
    knobs.catchUp = within.toMillis() / 1000.0;
    knobs.restart = notNegative("restart time", restartTime) / 1000.0;
    return new TrueRate(knobs);
  }

  /**
   * By which factor one decision may change the number.
   *
   * @param mostDown at most this share less, in [0, 1]; default 0.6
   * @param mostUp at most this share more, above 0; default 100,000
   * @return the rule
   * @throws IllegalArgumentException if one is out of range
   */
  public TrueRate factors(double mostDown, double mostUp) {
    if (!(mostDown >= 0 && mostDown <= 1)) {
      throw new IllegalArgumentException("the factor down must be in [0, 1], was " + mostDown);
    }
    if (!(mostUp > 0) || mostUp == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("the factor up must be finite and above 0, was " + mostUp);
    }
    Knobs knobs = knobs();
    knobs.down = mostDown;
    knobs.up = mostUp;
    return new TrueRate(knobs);
  }

  /**
   * How long scaling down waits; it then goes to the largest number asked for within that time.
   *
   * @param time not negative, 0 does not wait; default 1 h
   * @return the rule
   * @throws IllegalArgumentException if negative
   */
  public TrueRate scaleDownInterval(Duration time) {
    Knobs knobs = knobs();
    knobs.interval = notNegative("scale-down interval", time);
    return new TrueRate(knobs);
  }

  /**
   * When a scale-up counts as in vain, so that no other follows until the size is another one or a
   * day is over.
   *
   * @param share of the expected gain in true rate, in [0, 1]; 0 never; default {@value
   *     #DEFAULT_EFFECTIVENESS}
   * @param after how long after it this is judged at the earliest, and never before all instances
   *     are ready; not negative; default 5 min
   * @return the rule
   * @throws IllegalArgumentException if one is out of range
   */
  public TrueRate effectiveness(double share, Duration after) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("effectiveness must be in [0, 1], was " + share);
    }
    Knobs knobs = knobs();
    knobs.effectiveness = share;
    knobs.settling = notNegative("the time to settle", after);
    return new TrueRate(knobs);
  }

  /**
   * Takes into account that twice the instances do not do twice the work: least squares of the true
   * rates that were seen at other sizes within a day. Default: not.
   *
   * @param minimum from how many sizes on, at least 1
   * @param least what the coefficient is at least, in (0, 1]: 0.5 at most doubles the need
   * @return the rule
   * @throws IllegalArgumentException if one is out of range
   */
  public TrueRate observedScaling(int minimum, double least) {
    if (minimum < 1) {
      throw new IllegalArgumentException("the sizes seen must be at least 1, were " + minimum);
    }
    if (!(least > 0 && least <= 1)) {
      throw new IllegalArgumentException("the coefficient must be in (0, 1], was " + least);
    }
    Knobs knobs = knobs();
    knobs.observations = minimum;
    knobs.leastCoefficient = least;
    return new TrueRate(knobs);
  }

  /**
   * Goes up to a number that divides the number of partitions or key groups, if there is one of at
   * most half of it, so that each instance has as many.
   *
   * @param partitions how many, in [1, 1,000,000]; default: any number will do
   * @return the rule
   * @throws IllegalArgumentException if out of range
   */
  public TrueRate alignedTo(int partitions) {
    if (partitions < 1 || partitions > 1_000_000) {
      throw new IllegalArgumentException("partitions must be in [1, 1000000], was " + partitions);
    }
    Knobs knobs = knobs();
    knobs.divisorOf = partitions;
    return new TrueRate(knobs);
  }

  /**
   * What happens where a metric is missing.
   *
   * @param rule default {@link MissingData#blockScaleIn()}
   * @return the rule
   * @throws IllegalArgumentException if it assumes a value: there are several metrics
   */
  public TrueRate missing(MissingData rule) {
    if (rule.type() == MissingData.Type.ASSUME) {
      throw new IllegalArgumentException("missing must not assume a value, was " + rule);
    }
    Knobs knobs = knobs();
    knobs.missing = rule;
    return new TrueRate(knobs);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Metric> metrics() {
    return Stream.of(arrivals, rate, busy, lag).filter(Objects::nonNull).toList();
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    long now = evaluation.now();
    RateHistory history = new RateHistory(evaluation.memory(), now - RETENTION);
    int current = evaluation.current();
    int ready = evaluation.ready();
    history.seen(current);
    Reading in = evaluation.reading(arrivals);
    Reading waiting = lag == null ? null : evaluation.reading(lag);
    String why = !in.isKnown() ? in.missingWhy() : null;
    if (why == null && waiting != null && !waiting.isKnown()) {
      why = waiting.missingWhy();
    }
    double each = why == null ? perInstance(evaluation, history) : Double.NaN;
    if (why == null && !(each > 0)) {
      why = "the true rate of an instance is not known";
    }
    if (why != null) {
      return Proposal.unknown(missing, why).remembering(history.pack());
    }
    double capacity = each * Math.max(1, ready);
    double backlog = waiting == null ? 0 : waiting.value();
    return sized(evaluation, history, in.value(), backlog, capacity, Math.max(1, ready), current);
  }

  private Proposal sized(
      Evaluation evaluation,
      RateHistory history,
      double in,
      double backlog,
      double capacity,
      int count,
      int current) {
    long now = evaluation.now();
    double coefficient =
        observations == 0
            ? 1
            : ObservedScaling.coefficient(
                history.sizes, history.rates, observations, leastCoefficient);
    List<Proof.Step> steps = new ArrayList<>(4);
    Proof.Step required =
        read(Formula.REQUIRED_RATE, null, in, utilization, backlog, restart, catchUp);
    steps.add(required);
    Proof.Step bySize =
        read(
            Formula.BY_RATE,
            history.recalled ? "the true rate is that seen last" : null,
            required.output(),
            capacity,
            coefficient,
            1 - down,
            1 + up,
            count);
    steps.add(bySize);
    if (divisorOf > 0) {
      steps.add(read(Formula.UP_TO_DIVISOR, null, bySize.output(), divisorOf));
    }
    int wanted = (int) steps.get(steps.size() - 1).output();
    if (!outside(in, backlog, capacity)) {
      history.cancelDown();
      return asked(history, steps, current, "inside the boundary of utilisation");
    }
    if (wanted == current) {
      history.cancelDown();
      return asked(history, steps, wanted, null);
    }
    if (wanted > current) {
      history.cancelDown();
      if (inVain(history, now, evaluation.ready(), current, capacity)) {
        return asked(history, steps, current, "the last scale-up was in vain");
      }
      history.observe(now, count, capacity);
      double factor = Math.min(required.output() / capacity / coefficient, 1 + up);
      history.askUp(now, current, wanted, capacity, capacity * factor);
      return asked(history, steps, wanted, null);
    }
    return down(history, steps, now, wanted, current, count, capacity);
  }

  private Proposal down(
      RateHistory history,
      List<Proof.Step> steps,
      long now,
      int wanted,
      int current,
      int count,
      double capacity) {
    history.requestDown(now, wanted, interval);
    long until = history.waitsUntil(interval);
    if (now < until) {
      return asked(history, steps, current, "scaling down waits until " + Words.time(until))
          .lookingAgain(until);
    }
    int largest = wanted;
    Series requests = history.requests;
    for (int i = 0; i < requests.size(); i++) {
      largest = Math.max(largest, (int) requests.value(i));
    }
    if (largest >= current) {
      return asked(history, steps, current, "as many were asked for within the interval");
    }
    history.observe(now, count, capacity);
    history.askDown(largest);
    return asked(
        history,
        steps,
        largest,
        largest > wanted ? "the most asked for within the interval" : null);
  }

  private Proposal asked(
      RateHistory history, List<Proof.Step> steps, int size, @Nullable String note) {
    double in = steps.get(steps.size() - 1).output();
    steps.add(Proof.Step.of(Proof.Stage.PROPOSE, name, Formula.GIVEN, note, in, size));
    return Proposal.size(ScalingReason.CUSTOM, steps.toArray(new Proof.Step[0]))
        .remembering(history.pack());
  }

  /** The true rate of one instance; NaN if it cannot be told. */
  private double perInstance(Evaluation evaluation, RateHistory history) {
    Reading reading = evaluation.reading(rate);
    Reading share = busy == null ? null : evaluation.reading(busy);
    if (!reading.isKnown() || reading.counted() == 0 || (share != null && !share.isKnown())) {
      return Double.NaN;
    }
    if (share != null && share.value() < LEAST_BUSY_PERCENT) {
      history.recalled = true;
      return history.perInstance;
    }
    double each =
        rate.kind() == Metric.Kind.PROPORTIONAL_TOTAL
            ? reading.value() / reading.counted()
            : reading.value();
    history.perInstance = share == null ? each : each * 100 / share.value();
    return history.perInstance;
  }

  private boolean outside(double in, double backlog, double capacity) {
    double least = required(in, backlog, 0, Math.min(1, utilization + boundary));
    double lower = utilization - boundary;
    double most = lower <= 0 ? Double.POSITIVE_INFINITY : required(in, backlog, restart, lower);
    return capacity < least || capacity > most;
  }

  private double required(double in, double backlog, double restarting, double share) {
    return read(Formula.REQUIRED_RATE, null, in, share, backlog, restarting, catchUp).output();
  }

  private boolean inVain(RateHistory history, long now, int ready, int current, double capacity) {
    return effectiveness > 0
        && history.isScaledUp(current)
        && ready >= current
        && now - history.upTime() >= settling
        && history.effect(current, capacity) < effectiveness;
  }

  private Proof.Step read(
      Formula formula, @Nullable String note, double input, double... operands) {
    return Proof.Step.of(Proof.Stage.READ, name, formula, note, input, operands);
  }

  private static long notNegative(String knob, Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(knob + " must not be negative, was " + time);
    }
    return time.toMillis();
  }

  @Override
  public String describe() {
    return "as many instances as keep "
        + arrivals.name()
        + " at "
        + Words.percent(utilization)
        + " of what they could work off";
  }
}
