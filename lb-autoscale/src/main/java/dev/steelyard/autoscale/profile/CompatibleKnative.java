package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.MissingData;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.PanicWindow;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A policy that decides as Knative's pod autoscaler (KPA) does, with its defaults and under the
 * names of its annotations: a {@link PanicWindow} asks, and zero is reached after a stable window
 * and a grace. Decide every 2 seconds, as Knative does. A builder; not thread-safe.
 *
 * <pre>{@code
 * ScalingPolicy policy =
 *     CompatibleKnative.autoscaler(Metric.IN_FLIGHT, 100).maxScale(50).build();
 * }</pre>
 *
 * <p>Otherwise than Knative: a service that was set to zero by hand stays there; in panic, nothing
 * goes below the present number; the stable window has to pass without work before the grace
 * begins, also where a caller supplies averages that fall to zero sooner.
 */
public final class CompatibleKnative {
  /**
   * How long the last instance stays while traffic is led to the activator, in seconds: {@value}.
   */
  public static final int DEFAULT_GRACE_SECONDS = 30;

  /** What {@link #maxScale} 0, no limit, stands for: {@value}. */
  public static final int NO_LIMIT = ScalingPolicy.Builder.GREATEST_MAXIMUM;

  private final @Nullable ScalingRule decider;
  private PanicWindow panic;
  private Duration window = Duration.ofSeconds(PanicWindow.DEFAULT_STABLE_SECONDS);
  private double panicWindowPercentage = 10;
  private int minScale;
  private int maxScale;
  private int initialScale = 1;
  private Duration grace = Duration.ofSeconds(DEFAULT_GRACE_SECONDS);
  private Duration podRetention = Duration.ZERO;
  private Duration activationTimeout = Duration.ofSeconds(ScaleToZero.DEFAULT_WAKE_TIMEOUT_SECONDS);
  private boolean enableScaleToZero = true;
  private boolean reachable = true;
  private @Nullable String activatorProbe;

  private CompatibleKnative(@Nullable ScalingRule decider, PanicWindow panic) {
    this.decider = decider;
    this.panic = panic.missing(MissingData.hold());
  }

  /**
   * The autoscaler for a total that it averages itself.
   *
   * @param metric {@link Metric#IN_FLIGHT} (Knative's concurrency), {@link Metric#REQUEST_RATE}
   *     (rps), or another total
   * @param target what one instance can take: Knative's defaults are 100 requests in flight, 200
   *     per second
   * @return a builder
   */
  public static CompatibleKnative autoscaler(Metric metric, double target) {
    return new CompatibleKnative(null, PanicWindow.of(metric, target));
  }

  /**
   * The autoscaler for a total whose averages the caller supplies.
   *
   * @param stable its average over the stable window
   * @param panic its average over the panic window
   * @param target what one instance can take
   * @return a builder
   */
  public static CompatibleKnative autoscaler(Metric stable, Metric panic, double target) {
    return new CompatibleKnative(null, PanicWindow.of(stable, panic, target));
  }

  /**
   * Only Knative's bounds and scaling to zero, around a rule of one's own that says how many
   * instances there should be. The knobs of the panic window have no effect then and are refused.
   *
   * @param decider the rule
   * @return a builder
   */
  public static CompatibleKnative scaler(ScalingRule decider) {
    return new CompatibleKnative(
        Objects.requireNonNull(decider), PanicWindow.of(Metric.IN_FLIGHT, 100));
  }

  private PanicWindow panic(String knob) {
    if (decider != null) {
      throw new IllegalArgumentException(knob + " is for autoscaler(...), not for scaler(...)");
    }
    return panic;
  }

  /**
   * {@code target-utilization-percentage}.
   *
   * @param percent in (0, 100]; default 70
   * @return this
   */
  public CompatibleKnative targetUtilizationPercentage(double percent) {
    panic = panic("the target utilization").utilization(percent / 100);
    return this;
  }

  /**
   * {@code window}: the stable window; also how long there has to be no work before scaling to
   * zero.
   *
   * @param window above 0; default 60 s
   * @return this
   */
  public CompatibleKnative window(Duration window) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException("the window must be above 0, was " + window);
    }
    this.window = window;
    return this;
  }

  /**
   * {@code panic-window-percentage}.
   *
   * @param percent in [1, 100]; default 10
   * @return this
   */
  public CompatibleKnative panicWindowPercentage(double percent) {
    PanicWindow unused = panic("the panic window");
    if (!(percent >= 1 && percent <= 100)) {
      throw new IllegalArgumentException(
          "the panic window percentage must be in [1, 100], was " + percent);
    }
    this.panicWindowPercentage = percent;
    return this;
  }

  /**
   * {@code panic-threshold-percentage}.
   *
   * @param percent above 100; default 200
   * @return this
   */
  public CompatibleKnative panicThresholdPercentage(double percent) {
    panic = panic("the panic threshold").threshold(percent / 100);
    return this;
  }

  /**
   * {@code max-scale-up-rate} and {@code max-scale-down-rate}.
   *
   * @param up above 1; default 1000
   * @param down above 1; default 2
   * @return this
   */
  public CompatibleKnative maxScaleRates(double up, double down) {
    panic = panic("the scale rates").rates(up, down);
    return this;
  }

  /**
   * {@code scale-down-delay}.
   *
   * @param delay not negative; default 0
   * @return this
   */
  public CompatibleKnative scaleDownDelay(Duration delay) {
    panic = panic("the scale-down delay").scaleDownDelay(delay);
    return this;
  }

  /**
   * {@code activation-scale}.
   *
   * @param count at least 1; default 1
   * @return this
   */
  public CompatibleKnative activationScale(int count) {
    panic = panic("the activation scale").activationScale(count);
    return this;
  }

  /**
   * {@code target-burst-capacity}.
   *
   * @param capacity not negative, or -1; default 211
   * @return this
   */
  public CompatibleKnative targetBurstCapacity(double capacity) {
    panic = panic("the target burst capacity").burstCapacity(capacity);
    return this;
  }

  /**
   * {@code metric-aggregation-algorithm: weightedExponential}.
   *
   * @return this
   */
  public CompatibleKnative weightedExponential() {
    panic = panic("the aggregation algorithm").weighted();
    return this;
  }

  /**
   * {@code min-scale}.
   *
   * @param count not negative; default 0
   * @return this
   */
  public CompatibleKnative minScale(int count) {
    this.minScale = notNegative("the min scale", count);
    return this;
  }

  /**
   * {@code max-scale}.
   *
   * @param count not negative; default 0: no limit
   * @return this
   */
  public CompatibleKnative maxScale(int count) {
    this.maxScale = notNegative("the max scale", count);
    return this;
  }

  /**
   * {@code initial-scale}: to how many instances it wakes.
   *
   * @param count at least 1; default 1
   * @return this
   */
  public CompatibleKnative initialScale(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("the initial scale must be at least 1, was " + count);
    }
    this.initialScale = count;
    return this;
  }

  /**
   * {@code enable-scale-to-zero}.
   *
   * @param enabled default yes; otherwise the last instance stays
   * @return this
   */
  public CompatibleKnative enableScaleToZero(boolean enabled) {
    this.enableScaleToZero = enabled;
    return this;
  }

  /**
   * {@code scale-to-zero-grace-period}.
   *
   * @param grace not negative; default {@value #DEFAULT_GRACE_SECONDS} s
   * @return this
   */
  public CompatibleKnative scaleToZeroGracePeriod(Duration grace) {
    this.grace = grace;
    return this;
  }

  /**
   * {@code scale-to-zero-pod-retention-period}.
   *
   * @param retention not negative; default 0
   * @return this
   */
  public CompatibleKnative scaleToZeroPodRetentionPeriod(Duration retention) {
    this.podRetention = retention;
    return this;
  }

  /**
   * How long a service may take to become ready before it may be given up.
   *
   * @param timeout not negative; default 600 s
   * @return this
   */
  public CompatibleKnative activationTimeout(Duration timeout) {
    this.activationTimeout = timeout;
    return this;
  }

  /**
   * The probe that traffic really goes through the activator: a metric that says for how many
   * seconds it has, and is missing while it does not.
   *
   * @param metric the name of the metric
   * @return this
   */
  public CompatibleKnative activatorProbe(String metric) {
    this.activatorProbe = metric;
    return this;
  }

  /**
   * Whether this revision gets requests. One that does not ignores {@code min-scale}, the pod
   * retention, the scale-down delay and the scale-down rate.
   *
   * @param reachable default yes
   * @return this
   */
  public CompatibleKnative reachable(boolean reachable) {
    this.reachable = reachable;
    return this;
  }

  private static int notNegative(String knob, int count) {
    if (count < 0) {
      throw new IllegalArgumentException(knob + " must not be negative, was " + count);
    }
    return count;
  }

  /**
   * The policy.
   *
   * @return the policy
   */
  public ScalingPolicy build() {
    int least = reachable ? minScale : 0;
    boolean toZero = enableScaleToZero && least == 0;
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .confidenceToScaleIn(0)
            .name("knative")
            .bounds(toZero ? 0 : Math.max(1, least), maxScale == 0 ? NO_LIMIT : maxScale)
            .scaleUp(DirectionLimits.none())
            .scaleDown(DirectionLimits.none())
            .rule(decider == null ? panic() : decider);
    if (toZero) {
      ScaleToZero zero =
          ScaleToZero.after(window)
              .grace(grace)
              .retention(reachable ? podRetention : Duration.ZERO)
              .wakeTimeout(activationTimeout)
              .wakeTo(initialScale);
      builder.scaleToZero(activatorProbe == null ? zero : zero.wakePath(activatorProbe));
    }
    return builder.build();
  }

  private PanicWindow panic() {
    long millis = Math.max(1, Math.round(window.toMillis() * panicWindowPercentage / 100));
    return panic.windows(window, Duration.ofMillis(millis)).reachable(reachable);
  }
}
