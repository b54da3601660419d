package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.TargetTracking;
import dev.steelyard.autoscale.rules.TargetTracking.WithoutSample;
import java.time.Duration;

/**
 * Policies and rules that decide as other autoscalers do, with their defaults: to try a policy
 * offline, to explain what one does, or to move away from it step by step. What our own defaults do
 * otherwise is said at each. A builder is given where knobs are left to the user.
 *
 * <pre>{@code
 * ScalingPolicy hpa =
 *     Compatible.kubernetes(2, 10).rule(Compatible.kubernetesResource(Metric.CPU, 70)).build();
 * }</pre>
 */
public final class Compatible {
  private static final Duration PERIOD = Duration.ofSeconds(15);
  private static final Duration WINDOW = Duration.ofMinutes(5);

  /** The smallest span of time that counts. */
  private static final Duration INSTANT = Duration.ofMillis(1);

  /** Longer than anything is remembered: samples are never too old. */
  private static final Duration NEVER = Duration.ofDays(3650);

  private Compatible() {}

  /**
   * The HorizontalPodAutoscaler, {@code autoscaling/v2}, with the defaults of {@code behavior}:
   * scaling up by 4 instances or 100 % per 15 s, whichever is more, without a window; scaling down
   * by 100 % per 15 s with a window of 300 s; CPU samples of the first 300 s (30 s until first
   * ready) as start-up. Another {@code behavior}: {@link ScalingPolicy.Builder#scaleUp} and {@link
   * ScalingPolicy.Builder#scaleDown}, begun with {@link #kubernetesScaleUp()} and {@link
   * #kubernetesScaleDown()} or anew.
   *
   * <p>Samples are never too old, because the metrics API judges that. A workload at 0 with a
   * minimum above 0 is switched off and stays so. One outside of its bounds goes to the nearest
   * first.
   *
   * @param least {@code minReplicas}
   * @param most {@code maxReplicas}
   * @return a builder; add {@link #kubernetesResource}, {@link #kubernetesValue} or {@link
   *     #kubernetesAverageValue}
   */
  public static ScalingPolicy.Builder kubernetes(int least, int most) {
    return ScalingPolicy.builder()
        .confidenceToScaleIn(0)
        .name("kubernetes")
        .bounds(least, most)
        .scaleUp(kubernetesScaleUp())
        .scaleDown(kubernetesScaleDown())
        .startup(Duration.ofMinutes(5), Duration.ofSeconds(30))
        .projectionGuard(false)
        .zeroIsOff(true)
        .boundsFirst(true)
        .staleAfter(NEVER);
  }

  /**
   * The HorizontalPodAutoscaler without {@code behavior}, with its flags' defaults: scaling up to
   * at most twice the present number, or to 4, in one decision; scaling down to the largest
   * recommendation of the last 300 s, both ends included.
   *
   * @param least {@code minReplicas}
   * @param most {@code maxReplicas}
   * @return a builder
   */
  public static ScalingPolicy.Builder kubernetesWithoutBehavior(int least, int most) {
    return kubernetesWithoutBehavior(least, most, 2, 4, WINDOW);
  }

  /**
   * The HorizontalPodAutoscaler without {@code behavior}.
   *
   * @param least {@code minReplicas}
   * @param most {@code maxReplicas}
   * @param upFactor up to how many times the present number one decision goes, at least 2
   * @param upLeast to how many instances it goes at any rate, at least 1
   * @param downWindow {@code --horizontal-pod-autoscaler-downscale-stabilization}, not negative; 0
   *     is none
   * @return a builder
   */
  public static ScalingPolicy.Builder kubernetesWithoutBehavior(
      int least, int most, int upFactor, int upLeast, Duration downWindow) {
    if (upFactor < 2) {
      throw new IllegalArgumentException(
          "the factor of scaling up must be at least 2, was " + upFactor);
    }
    return kubernetes(least, most)
        .name("kubernetes without behavior")
        .scaleUp(
            DirectionLimits.none()
                .rate(RatePolicy.percent((upFactor - 1) * 100, INSTANT))
                .rate(RatePolicy.upTo(upLeast)))
        .scaleDown(
            DirectionLimits.none()
                .window(downWindow.isZero() ? downWindow : downWindow.plus(INSTANT)));
  }

  /**
   * The default of {@code behavior.scaleUp}.
   *
   * @return 4 instances or 100 % per 15 s, whichever is more
   */
  public static DirectionLimits kubernetesScaleUp() {
    return DirectionLimits.none()
        .rate(RatePolicy.instances(4, PERIOD))
        .rate(RatePolicy.percent(100, PERIOD));
  }

  /**
   * The default of {@code behavior.scaleDown}.
   *
   * @return 100 % per 15 s, and a window of 300 s
   */
  public static DirectionLimits kubernetesScaleDown() {
    return DirectionLimits.none().window(WINDOW).rate(RatePolicy.percent(100, PERIOD));
  }

  /**
   * A metric of the type {@code Resource}, {@code ContainerResource} or {@code Pods}: samples
   * instance by instance, as a percentage where they are given with capacities ({@code
   * averageUtilization}), otherwise as they are ({@code averageValue}).
   *
   * @param metric the metric; also memory, which Kubernetes takes for proportional
   * @param target percent of the capacity (request), or the value per instance, above 0
   * @return the rule; its tolerance is 0.1 in both directions
   */
  public static TargetTracking kubernetesResource(Metric metric, double target) {
    return TargetTracking.of(metric.as(Metric.Kind.PER_INSTANCE_AVERAGE), target).kubernetes();
  }

  /**
   * A metric of the type {@code Object} or {@code External} with a target {@code value}: the one
   * value is compared with the target and multiplied with the number of ready instances. Right only
   * if the value halves when instances double; for a queue, {@link #kubernetesAverageValue}.
   *
   * @param metric the metric, given for the pool
   * @param target the value that it should have, above 0
   * @return the rule; its tolerance is 0.1 in both directions
   */
  public static TargetTracking kubernetesValue(Metric metric, double target) {
    return TargetTracking.of(metric.as(Metric.Kind.PER_INSTANCE_AVERAGE), target).kubernetes();
  }

  /**
   * A metric of the type {@code Object} or {@code External} with a target {@code averageValue}: the
   * total is divided by the target.
   *
   * @param metric the metric, given for the pool
   * @param target the value per instance, above 0
   * @return the rule; its tolerance is 0.1 in both directions
   */
  public static TargetTracking kubernetesAverageValue(Metric metric, double target) {
    return TargetTracking.of(metric.as(Metric.Kind.PROPORTIONAL_TOTAL), target).kubernetes();
  }

  /**
   * A check of the Nomad Autoscaler with the strategy {@code target-value}: present number x value
   * / target, rounded up, unless within 1 % of the target. Its {@code max_scale_up} and {@code
   * max_scale_down} are {@link TargetTracking#maxStep}. Nomad's {@code target = 0} (the value is
   * the factor) is refused.
   *
   * @param metric the metric, given for the pool; its latest sample
   * @param target the value that it should have, above 0
   * @return the rule
   */
  public static TargetTracking nomadTargetValue(Metric metric, double target) {
    return TargetTracking.of(metric.as(Metric.Kind.PER_INSTANCE_AVERAGE), target)
        .tolerance(0.01, 0.01)
        .withoutSample(WithoutSample.LIKE_OTHERS);
  }

  /**
   * The Spanner autoscaler: the cooldown after scaling out is 5 minutes, after scaling in 30, each
   * for its own direction.
   *
   * @param least the least number of nodes, or of units of 100 processing units
   * @param most the greatest number
   * @return a builder; add {@link #spannerLinear}
   */
  public static ScalingPolicy.Builder spanner(int least, int most) {
    return ScalingPolicy.builder()
        .confidenceToScaleIn(0)
        .name("spanner")
        .bounds(least, most)
        .projectionGuard(false)
        .scaleUp(DirectionLimits.none().cooldown(Duration.ofMinutes(5)))
        .scaleDown(DirectionLimits.none().cooldown(Duration.ofMinutes(30)));
  }

  /**
   * The Spanner autoscaler's method {@code LINEAR}: size x value / threshold, rounded up, unless
   * the value is within 5 points of the threshold. Its {@code scaleInLimit} is {@link
   * TargetTracking#scaleInLimit}. Processing units are counted in hundreds, and above ten of those
   * in whole nodes: {@code multipleOf(10, 10)}.
   *
   * @param metric a utilization in percent, given for the pool
   * @param threshold its target, in (0, 100]
   * @return the rule
   */
  public static TargetTracking spannerLinear(Metric metric, double threshold) {
    if (!(threshold > 0 && threshold <= 100)) {
      throw new IllegalArgumentException(
          "the threshold must be in (0, 100] percent, was " + threshold);
    }
    return TargetTracking.of(metric.as(Metric.Kind.PER_INSTANCE_AVERAGE), threshold)
        .margin(5)
        .withoutSample(WithoutSample.LIKE_OTHERS);
  }
}
