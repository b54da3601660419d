package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * As many instances as bring a metric to its target: Kubernetes' formula, {@code ceil(counted x
 * average / target)}, or {@code ceil(total / target)} for a total. Immutable: knobs give another
 * rule. O(instances) per decision, one pass.
 *
 * <p><b>Value and target.</b> An average is compared with the target, a total with target x
 * existing instances; within the tolerance around it, nothing changes. A total must be given as a
 * {@link Metric.Kind#PROPORTIONAL_TOTAL}: taken for an average, a queue that does not shrink when
 * instances are added asks for more and more of them.
 *
 * <p><b>Instances that do not count.</b> Where samples are given instance by instance, those
 * without one are not taken for idle when that would scale in, nor for busy when it would scale out
 * ({@link #withoutSample}). With {@link WithoutSample#CAUTIOUS}, the direction of the change is
 * never another than that of the instances that have samples.
 *
 * <p><b>A ready pool.</b> An average of the pool is one over its ready instances; those that exist
 * and are not ready count as idle above the target, so that instances on their way up are not
 * ordered twice.
 *
 * <p>Not for metrics that do not fall when instances are added (response time, error rate, memory):
 * those are refused; use thresholds and steps.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details">Kubernetes:
 *     algorithm details</a>
 */
public final class TargetTracking implements ScalingRule {
  /** How far the ratio of value and target may be from 1 without a change: {@value}. */
  public static final double DEFAULT_TOLERANCE = 0.1;

  /** What instances without a sample, or that are not ready, are taken for. */
  public enum WithoutSample {
    /**
     * Below the target, an instance without a sample counts as full (100 %, or the target where
     * that is above or the metric has no percent), one that is not ready not at all; above the
     * target both count as idle. As Kubernetes; the default.
     */
    CAUTIOUS,
    /**
     * They are excluded from the average and then taken to be like the others. As AWS and Google
     * take instances that warm up. Scales in on what few instances say.
     */
    LIKE_OTHERS
  }

  /** The knobs while a rule is copied. */
  private static final class Knobs implements Cloneable {
    String name;
    final Metric metric;
    final double target;
    double toleranceUp = DEFAULT_TOLERANCE;
    double toleranceDown = DEFAULT_TOLERANCE;
    MissingData missing = MissingData.blockScaleIn();
    WithoutSample withoutSample = WithoutSample.CAUTIOUS;
    boolean kubernetes;
    long smoothing;
    int mostUp = Integer.MAX_VALUE;
    int mostDown = Integer.MAX_VALUE;
    double mostDownPercent = 100;
    int multiple = 1;
    int multipleAbove;

    Knobs(String name, Metric metric, double target) {
      this.name = name;
      this.metric = metric;
      this.target = target;
    }

    Knobs copy() {
      try {
        return (Knobs) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private final Knobs knobs;

  private TargetTracking(Knobs knobs) {
    this.knobs = knobs;
  }

  /**
   * Tracks a target.
   *
   * @param metric the metric; not a {@link Metric.Kind#NON_PROPORTIONAL non-proportional} one
   * @param target its target per instance, in its unit (70 for 70 % CPU), above 0
   * @return the rule
   */
  public static TargetTracking of(Metric metric, double target) {
    if (metric.kind() == Metric.Kind.NON_PROPORTIONAL) {
      throw new IllegalArgumentException(
          metric.name()
              + " does not fall in proportion when instances are added: use Thresholds or steps,"
              + " or say metric.as(kind)");
    }
    if (!(target > 0) || target == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the target of " + metric.name() + " must be finite and above 0, was " + target);
    }
    return new TargetTracking(new Knobs("target " + metric.name(), metric, target));
  }

  /**
   * The same under another name.
   *
   * @param name the name; default "target" and the metric's name
   * @return the rule
   */
  public TargetTracking named(String name) {
    Knobs copy = knobs.copy();
    copy.name = Objects.requireNonNull(name, "name");
    return new TargetTracking(copy);
  }

  /**
   * The same with another tolerance; both ends are within it. With a tolerance t, fewer than 1/t
   * instances more or less are never ordered: at 40 instances and 0.1, three too few stay
   * unnoticed.
   *
   * @param down how far below 1 the ratio may be, in [0, 1); default {@value #DEFAULT_TOLERANCE}
   * @param up how far above 1 it may be, not negative; default {@value #DEFAULT_TOLERANCE}
   * @return the rule
   */
  public TargetTracking tolerance(double down, double up) {
    if (!(down >= 0 && down < 1)) {
      throw new IllegalArgumentException("the tolerance down must be in [0, 1), was " + down);
    }
    if (!(up >= 0) || up == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the tolerance up must be finite and not negative, was " + up);
    }
    return withTolerance(down, up);
  }

  private TargetTracking withTolerance(double down, double up) {
    Knobs copy = knobs.copy();
    copy.toleranceDown = down;
    copy.toleranceUp = up;
    return new TargetTracking(copy);
  }

  /**
   * The same with a tolerance in the metric's unit: nothing changes from target - margin to target
   * + margin, both ends included. Replaces {@link #tolerance}. For a metric in percent with a
   * target up to 100, the upper end is at most 100, the lower one at least 0. As the Spanner
   * autoscaler.
   *
   * @param margin how far, finite and not negative, in the metric's unit
   * @return the rule
   */
  public TargetTracking margin(double margin) {
    if (!(margin >= 0) || margin == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "the margin must be finite and not negative, was " + margin);
    }
    boolean capped = knobs.metric.unit().equals("%") && knobs.target <= 100;
    double up = capped ? Math.min(margin, 100 - knobs.target) : margin;
    return withTolerance(Math.min(margin, knobs.target) / knobs.target, up / knobs.target);
  }

  /**
   * The same with another rule for missing data.
   *
   * @param missing the rule; default {@link MissingData#blockScaleIn()}
   * @return the rule
   */
  public TargetTracking missing(MissingData missing) {
    Knobs copy = knobs.copy();
    copy.missing = Objects.requireNonNull(missing, "missing");
    return new TargetTracking(copy);
  }

  /**
   * The same with another assumption on instances that have no sample while others have.
   *
   * @param assumption the assumption; default {@link WithoutSample#CAUTIOUS}
   * @return the rule
   */
  public TargetTracking withoutSample(WithoutSample assumption) {
    Knobs copy = knobs.copy();
    copy.withoutSample = Objects.requireNonNull(assumption, "assumption");
    return new TargetTracking(copy);
  }

  /**
   * The same over a moving average of the load (value x instances) instead of the latest sample:
   * exponential, and by time, so that irregular samples weigh as long as they lasted. For small
   * fleets with a noisy metric, where tolerance and windows are not enough; costs a delay of about
   * the time constant in both directions. Default: none.
   *
   * @param constant the time constant, not negative; 0 is none. After it, a step of the load is
   *     seen to 63 %, after three times as long to 95 %
   * @return the rule
   */
  public TargetTracking smoothing(Duration constant) {
    if (constant.isNegative()) {
      throw new IllegalArgumentException(
          "the time constant of smoothing must not be negative, was " + constant);
    }
    Knobs copy = knobs.copy();
    copy.smoothing = constant.toMillis();
    return new TargetTracking(copy);
  }

  /**
   * The same, with so many instances more or fewer at most in one decision. Default: no limit. For
   * a limit per time, or over all rules, see {@link
   * dev.steelyard.autoscale.limits.DirectionLimits#rate}.
   *
   * @param up how many more, at least 1
   * @param down how many fewer, at least 1
   * @return the rule
   */
  public TargetTracking maxStep(int up, int down) {
    if (up < 1 || down < 1) {
      throw new IllegalArgumentException(
          "the greatest step must be at least 1 up and down, was " + up + " and " + down);
    }
    Knobs copy = knobs.copy();
    copy.mostUp = up;
    copy.mostDown = down;
    return new TargetTracking(copy);
  }

  /**
   * The same, with so many percent of the present instances fewer at most in one decision; what
   * stays is rounded up, so that a limit below one instance allows none. Default: 100.
   *
   * @param percent how many, in (0, 100]
   * @return the rule
   */
  public TargetTracking scaleInLimit(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(
          "the limit of scaling in must be in (0, 100] percent, was " + percent);
    }
    Knobs copy = knobs.copy();
    copy.mostDownPercent = percent;
    return new TargetTracking(copy);
  }

  /**
   * The same, with sizes above a number rounded up to a multiple: as many in each of three zones,
   * or whole nodes of ten units. Default: every size.
   *
   * @param multiple of what, at least 1
   * @param above sizes up to this one stay as they are, not negative
   * @return the rule
   */
  public TargetTracking multipleOf(int multiple, int above) {
    if (multiple < 1 || above < 0) {
      throw new IllegalArgumentException(
          "the multiple must be at least 1 and what it begins above not negative, were "
              + multiple
              + " and "
              + above);
    }
    Knobs copy = knobs.copy();
    copy.multiple = multiple;
    copy.multipleAbove = above;
    return new TargetTracking(copy);
  }

  /**
   * The same, exactly as the HorizontalPodAutoscaler computes it, to the last replica. The
   * difference to the default:
   *
   * <ul>
   *   <li>percentages are truncated to whole ones, averages of other metrics to thousandths, before
   *       they are compared with the target (50.9 % of 50 % is 50 %);
   *   <li>instances that are asked for and not listed, and those of a pool that are not ready, do
   *       not exist: few busy instances may scale in;
   *   <li>where any instance has no capacity though others have, there is no value.
   * </ul>
   *
   * @return the rule
   */
  public TargetTracking kubernetes() {
    Knobs copy = knobs.copy();
    copy.kubernetes = true;
    return new TargetTracking(copy);
  }

  @Override
  public String name() {
    return knobs.name;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(metric());
  }

  @Override
  public Proposal propose(Evaluation evaluation) {
    TrackingChain chain = new TrackingChain(this, evaluation);
    if (chain.unknown != null) {
      return Proposal.unknown(knobs.missing, chain.unknown);
    }
    Proposal proposal = Proposal.size(knobs.metric.reason(), chain.steps()).against(knobs.target);
    return chain.memory == null ? proposal : proposal.remembering(chain.memory);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Here: whether the load, shared by {@code count} instances, would be above the target by more
   * than the tolerance. Not if the metric is missing.
   */
  @Override
  public boolean wouldScaleOutAt(Evaluation evaluation, int count) {
    TrackingChain chain = new TrackingChain(this, evaluation);
    return chain.unknown == null
        && chain.load > knobs.target * (1 + knobs.toleranceUp) * count * (1 + 1e-9);
  }

  @Override
  public String whyScaleOutAt(Evaluation evaluation, int count) {
    double load = new TrackingChain(this, evaluation).load;
    String unit = knobs.metric.unit().isEmpty() ? "" : " " + knobs.metric.unit();
    return name()
        + ": at "
        + count
        + " it would be "
        + (count == 0 ? "without limit" : rounded(load / count) + unit)
        + ", the target is "
        + rounded(knobs.target)
        + unit;
  }

  private static double rounded(double value) {
    return Math.rint(value * 100) / 100;
  }

  /**
   * The metric that it tracks.
   *
   * @return the metric
   */
  public Metric metric() {
    return knobs.metric;
  }

  /**
   * Its target.
   *
   * @return per instance, in the metric's unit
   */
  public double target() {
    return knobs.target;
  }

  /**
   * How far below 1 the ratio of value and target may be.
   *
   * @return a share of the target; of a {@linkplain #margin margin}, the margin / target
   */
  public double toleranceDown() {
    return knobs.toleranceDown;
  }

  /**
   * How far above 1 the ratio of value and target may be.
   *
   * @return a share of the target; of a {@linkplain #margin margin}, the margin / target
   */
  public double toleranceUp() {
    return knobs.toleranceUp;
  }

  /**
   * What happens where the metric is missing.
   *
   * @return the rule
   */
  public MissingData missing() {
    return knobs.missing;
  }

  /**
   * What instances without a sample are taken for.
   *
   * @return the assumption
   */
  public WithoutSample withoutSample() {
    return knobs.withoutSample;
  }

  /**
   * The time constant of smoothing.
   *
   * @return how long; 0 is none
   */
  public Duration smoothing() {
    return Duration.ofMillis(knobs.smoothing);
  }

  long smoothingMillis() {
    return knobs.smoothing;
  }

  /**
   * How many instances more one decision orders at most.
   *
   * @return how many; {@link Integer#MAX_VALUE} is no limit
   */
  public int maxStepUp() {
    return knobs.mostUp;
  }

  /**
   * How many instances fewer one decision orders at most.
   *
   * @return how many; {@link Integer#MAX_VALUE} is no limit
   */
  public int maxStepDown() {
    return knobs.mostDown;
  }

  /**
   * How many percent fewer one decision orders at most.
   *
   * @return how many; 100 is no limit
   */
  public double scaleInLimit() {
    return knobs.mostDownPercent;
  }

  /**
   * Of what sizes are multiples.
   *
   * @return of what; 1 is every size
   */
  public int multiple() {
    return knobs.multiple;
  }

  /**
   * Above which number sizes are multiples.
   *
   * @return the number
   */
  public int multipleAbove() {
    return knobs.multipleAbove;
  }

  /**
   * Whether it computes exactly as Kubernetes does.
   *
   * @return whether
   */
  public boolean isKubernetes() {
    return knobs.kubernetes;
  }

  @Override
  public String describe() {
    String unit = knobs.metric.unit();
    return "keeps "
        + knobs.metric.name()
        + " at "
        + knobs.target
        + (unit.isEmpty() ? "" : " " + unit)
        + " per instance"
        + (knobs.smoothing > 0 ? ", smoothed over " + smoothing() : "")
        + (knobs.kubernetes ? ", as Kubernetes computes it" : "");
  }
}
