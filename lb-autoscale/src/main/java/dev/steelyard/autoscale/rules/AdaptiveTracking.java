package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingRule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Target tracking that learns how close to the load it may go. It begins as {@link TargetTracking}
 * {@linkplain TargetTracking#kubernetes() as Kubernetes does it}, with a stabilization window;
 * beside it, it follows what about seventy other ways of sizing would have done with the same load
 * (the largest load of a window at some utilization, mean and deviation, the median of three,
 * yesterday's at this time), each as a fleet of its own with start-up delay. Of those that would
 * have overloaded their instances no more, and changed direction no more often, than plain tracking
 * would have, it uses the cheapest. Where none is, as for a load that nobody can foresee, it stays
 * plain tracking. Immutable: knobs give another rule.
 *
 * <p>The idea is that of Google's Autopilot (Rzadca et al., EuroSys 2020), which chooses among
 * models by what they would have cost. It learns from the past only, and keeps what it has learnt
 * in the state: some seven kilobytes, and the loads of an hour. How it did on recorded loads, and
 * where it was no better, is in {@code docs/autoscaling-study.md}.
 *
 * <p>Where {@link Metric#REQUEST_RATE} is measured too, it learns what a request costs, and sees a
 * load that its instances cannot take. It gains much less without.
 *
 * <p>When not to use it: where instances differ, where the metric is not proportional to load,
 * where decisions are ten minutes or more apart (it sees too little), or where the number of
 * instances has to be the same for the same load: it depends on what was learnt. A policy with it
 * needs no window of its own for scaling in. Cost: one pass over the loads of the last hour and
 * over all ways; some ten times that of plain tracking.
 *
 * @see <a href="https://doi.org/10.1145/3342195.3387524">Autopilot: workload autoscaling at
 *     Google</a>
 */
public final class AdaptiveTracking implements ScalingRule {
  /** The default caution: {@value}. */
  public static final double DEFAULT_CAUTION = 0.1;

  /** How many decisions pass before anything but plain tracking is used: {@value}. */
  public static final int LEARNING_TICKS = 150;

  private final TargetTracking plain;
  private final double full;
  private final double caution;
  private final long startupMillis;
  private final long windowMillis;
  private final long halfLifeMillis;

  private AdaptiveTracking(
      TargetTracking plain,
      double full,
      double caution,
      long startupMillis,
      long windowMillis,
      long halfLifeMillis) {
    this.plain = plain;
    this.full = full;
    this.caution = caution;
    this.startupMillis = startupMillis;
    this.windowMillis = windowMillis;
    this.halfLifeMillis = halfLifeMillis;
  }

  /**
   * Tracks CPU, of which an instance has 100 %.
   *
   * @param target the target of plain tracking, in percent, in (0, 85)
   * @return the rule
   */
  public static AdaptiveTracking cpu(double target) {
    return of(Metric.CPU, target, 100);
  }

  /**
   * Tracks a metric of which it is known how much an instance can take.
   *
   * @param metric the metric; not a {@link Metric.Kind#NON_PROPORTIONAL non-proportional} one
   * @param target the target of plain tracking, per instance, in its unit, above 0
   * @param full what an instance can take at most; the target is more than 15 % below
   * @return the rule
   */
  public static AdaptiveTracking of(Metric metric, double target, double full) {
    TargetTracking plain =
        TargetTracking.of(metric, target).named("adaptive " + metric.name()).kubernetes();
    if (!(full > 0) || full == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "what an instance can take must be finite and above 0, was " + full);
    }
    if (!(target < ShadowFleets.STRICT * full)) {
      throw new IllegalArgumentException(
          "the target of "
              + metric.name()
              + " must be below "
              + ShadowFleets.STRICT
              + " of what an instance can take, "
              + full
              + ", was "
              + target);
    }
    return new AdaptiveTracking(
        plain,
        full,
        DEFAULT_CAUTION,
        TimeUnit.MINUTES.toMillis(1),
        TimeUnit.MINUTES.toMillis(5),
        TimeUnit.DAYS.toMillis(1));
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "adaptive" and the metric's name
   * @return the rule
   */
  public AdaptiveTracking named(String name) {
    return with(plain.named(name), caution, startupMillis, windowMillis, halfLifeMillis);
  }

  /**
   * The same for instances that take longer, or less long, from the decision until they serve.
   *
   * @param startup how long, 0 to 1 day; default 1 minute
   * @return the rule
   */
  public AdaptiveTracking startup(Duration startup) {
    return with(plain, caution, millis("startup", startup, 0), windowMillis, halfLifeMillis);
  }

  /**
   * The same with another window of plain tracking: it scales in no further than the largest need
   * of so much time. The window is this rule's own; the policy needs none.
   *
   * @param window how long, 0 to 1 day; default 5 minutes
   * @return the rule
   */
  public AdaptiveTracking window(Duration window) {
    return with(plain, caution, startupMillis, millis("window", window, 0), halfLifeMillis);
  }

  /**
   * The same with another memory: what is older than so long counts half.
   *
   * @param halfLife 10 minutes to 365 days; default 1 day
   * @return the rule
   */
  public AdaptiveTracking halfLife(Duration halfLife) {
    return with(
        plain, caution, startupMillis, windowMillis, millis("half-life", halfLife, 600_000));
  }

  /**
   * The same with another caution: by how much less than plain tracking a way must have overloaded
   * its instances to be used.
   *
   * @param caution in [0, 1); default {@value #DEFAULT_CAUTION}
   * @return the rule
   */
  public AdaptiveTracking caution(double caution) {
    if (!(caution >= 0 && caution < 1)) {
      throw new IllegalArgumentException("caution must be in [0, 1), was " + caution);
    }
    return with(plain, caution, startupMillis, windowMillis, halfLifeMillis);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}; an assumed value would be
   *     learnt from and is refused
   * @return the rule
   */
  public AdaptiveTracking missing(MissingData missing) {
    if (missing.type() == MissingData.Type.ASSUME) {
      throw new IllegalArgumentException(
          "missing must not be a value that is assumed and learnt from, was " + missing);
    }
    return with(plain.missing(missing), caution, startupMillis, windowMillis, halfLifeMillis);
  }

  private AdaptiveTracking with(
      TargetTracking plain, double caution, long startup, long window, long halfLife) {
    return new AdaptiveTracking(plain, full, caution, startup, window, halfLife);
  }

  private static long millis(String knob, Duration value, long least) {
    Duration most = Duration.ofDays(knob.equals("half-life") ? 365 : 1);
    if (value.compareTo(Duration.ofMillis(least)) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          knob + " must be " + Duration.ofMillis(least) + " to " + most + ", was " + value);
    }
    return value.toMillis();
  }

  @Override
  public String name() {
    return plain.name();
  }

  @Override
  public List<Metric> metrics() {
    return metric().equals(Metric.REQUEST_RATE)
        ? List.of(metric())
        : List.of(metric(), Metric.REQUEST_RATE);
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    TrackingChain chain = new TrackingChain(plain, evaluation);
    return chain.unknown != null
        ? Proposal.unknown(plain.missing(), chain.unknown)
        : new AdaptiveChain(this, evaluation, chain).proposal();
  }

  /**
   * The metric that it tracks.
   *
   * @return the metric
   */
  public Metric metric() {
    return plain.metric();
  }

  /**
   * The target of plain tracking.
   *
   * @return per instance, in the metric's unit
   */
  public double target() {
    return plain.target();
  }

  /**
   * What an instance can take at most.
   *
   * @return in the metric's unit
   */
  public double full() {
    return full;
  }

  double utilization() {
    return plain.target() / full;
  }

  /**
   * How much less than plain tracking a way must have overloaded its instances to be used.
   *
   * @return a share of plain tracking's overload
   */
  public double caution() {
    return caution;
  }

  long startupMillis() {
    return startupMillis;
  }

  long windowMillis() {
    return windowMillis;
  }

  long halfLifeMillis() {
    return halfLifeMillis;
  }

  /**
   * How long instances take until they serve.
   *
   * @return how long
   */
  public Duration startup() {
    return Duration.ofMillis(startupMillis);
  }

  /**
   * The window of plain tracking.
   *
   * @return how long
   */
  public Duration window() {
    return Duration.ofMillis(windowMillis);
  }

  /**
   * After how long what was learnt counts half.
   *
   * @return how long
   */
  public Duration halfLife() {
    return Duration.ofMillis(halfLifeMillis);
  }

  /**
   * What happens where the metric is missing.
   *
   * @return the rule
   */
  public MissingData missing() {
    return plain.missing();
  }

  @Override
  public String describe() {
    return "keeps "
        + metric().name()
        + " at "
        + target()
        + " "
        + metric().unit()
        + " per instance, or as close to the load as the past allows";
  }
}
