package dev.steelyard.autoscale.profile;

import dev.steelyard.autoscale.Evaluation;
import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.Proposal;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.ScaleToZero;
import dev.steelyard.autoscale.rules.Activation;
import dev.steelyard.autoscale.rules.Fallback;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A policy that decides as a KEDA {@code ScaledObject} does, with its defaults and under its names:
 * activation decides between zero and the minimum, strictly above its threshold; above that the
 * HorizontalPodAutoscaler's formula, tolerance, windows and rates do. A builder; not thread-safe.
 *
 * <pre>{@code
 * ScalingPolicy policy =
 *     CompatibleKeda.scaledObject().trigger(Metric.QUEUE_DEPTH, 20, 0).maxReplicaCount(50).build();
 * }</pre>
 *
 * <p>Otherwise than KEDA: a workload that was set to zero by hand stays there; a fallback asks for
 * its number itself, outside of the tolerance. What KEDA has as annotations of pausing is part of
 * the state here: {@code paused} is {@code state.disabled()}, {@code paused-replicas} is {@code
 * state.manual(...)}.
 */
public final class CompatibleKeda {
  /** {@code cooldownPeriod}, in seconds: {@value}. */
  public static final int DEFAULT_COOLDOWN_SECONDS = 300;

  /** {@code maxReplicaCount}: {@value}. */
  public static final int DEFAULT_MAXIMUM = 100;

  private final List<ScalingRule> triggers = new ArrayList<>();
  private int minimum;
  private int maximum = DEFAULT_MAXIMUM;
  private int idle = -1;
  private Duration cooldown = Duration.ofSeconds(DEFAULT_COOLDOWN_SECONDS);
  private Duration initialCooldown = Duration.ZERO;
  private boolean pausedScaleIn;
  private boolean pausedScaleOut;
  private boolean forceActivation;
  private int failureThreshold = -1;
  private int fallbackReplicas;
  private Fallback.Behavior fallbackBehavior = Fallback.Behavior.STATIC;
  private DirectionLimits up = Compatible.kubernetesScaleUp();
  private DirectionLimits down = Compatible.kubernetesScaleDown();

  private CompatibleKeda() {}

  /**
   * Begins a policy without triggers.
   *
   * @return a builder
   */
  public static CompatibleKeda scaledObject() {
    return new CompatibleKeda();
  }

  /**
   * A trigger whose metric is of the type {@code AverageValue}: a total that is divided by the
   * target.
   *
   * @param metric the metric, given for the pool
   * @param target the value per instance, above 0
   * @param activation above which value, strictly, there is work; KEDA's default is 0
   * @return this
   */
  public CompatibleKeda trigger(Metric metric, double target, double activation) {
    Metric total = metric.as(Metric.Kind.PROPORTIONAL_TOTAL);
    return trigger(Compatible.kubernetesAverageValue(total, target), total, activation);
  }

  /**
   * A trigger with a rule of one's own.
   *
   * @param rule says how many instances
   * @param metric says whether there is work
   * @param activation above which value, strictly
   * @return this
   */
  public CompatibleKeda trigger(ScalingRule rule, Metric metric, double activation) {
    triggers.add(Activation.above(rule, metric, activation));
    return this;
  }

  /**
   * A trigger of the type {@code cpu} or {@code memory}, which says how many instances but never
   * whether there is work.
   *
   * @param rule the rule
   * @return this
   */
  public CompatibleKeda resourceTrigger(ScalingRule rule) {
    triggers.add(Activation.never(rule));
    return this;
  }

  /**
   * {@code minReplicaCount}.
   *
   * @param count not negative; default 0
   * @return this
   */
  public CompatibleKeda minReplicaCount(int count) {
    this.minimum = notNegative("minReplicaCount", count);
    return this;
  }

  /**
   * {@code maxReplicaCount}.
   *
   * @param count at least 1; default {@value #DEFAULT_MAXIMUM}
   * @return this
   */
  public CompatibleKeda maxReplicaCount(int count) {
    this.maximum = count;
    return this;
  }

  /**
   * {@code idleReplicaCount}: so many while there is no work, {@code minReplicaCount} while there
   * is.
   *
   * @param count not negative, below {@code minReplicaCount}; default not set
   * @return this
   */
  public CompatibleKeda idleReplicaCount(int count) {
    this.idle = notNegative("idleReplicaCount", count);
    return this;
  }

  /**
   * {@code cooldownPeriod}: so much time after there was work last, strictly more, it goes to zero
   * (or idle), from any number at once. It holds back nothing else.
   *
   * @param period not negative; default {@value #DEFAULT_COOLDOWN_SECONDS} s
   * @return this
   */
  public CompatibleKeda cooldownPeriod(Duration period) {
    this.cooldown = period;
    return this;
  }

  /**
   * {@code initialCooldownPeriod}: the same where there has never been work.
   *
   * @param period not negative; default 0: a fresh deployment goes to zero at once
   * @return this
   */
  public CompatibleKeda initialCooldownPeriod(Duration period) {
    this.initialCooldown = period;
    return this;
  }

  /**
   * {@code paused-scale-in}.
   *
   * @param paused default no
   * @return this
   */
  public CompatibleKeda pausedScaleIn(boolean paused) {
    this.pausedScaleIn = paused;
    return this;
  }

  /**
   * {@code paused-scale-out}.
   *
   * @param paused default no
   * @return this
   */
  public CompatibleKeda pausedScaleOut(boolean paused) {
    this.pausedScaleOut = paused;
    return this;
  }

  /**
   * {@code force-activation}: taken for work, whatever the triggers say.
   *
   * @param forced default no
   * @return this
   */
  public CompatibleKeda forceActivation(boolean forced) {
    this.forceActivation = forced;
    return this;
  }

  /**
   * {@code fallback}, for each trigger by itself.
   *
   * @param failureThreshold after more than how many failures in a row, not negative
   * @param replicas the number, not negative
   * @param behavior what is made of it
   * @return this
   */
  public CompatibleKeda fallback(int failureThreshold, int replicas, Fallback.Behavior behavior) {
    this.failureThreshold = notNegative("the failure threshold", failureThreshold);
    this.fallbackReplicas = notNegative("the fallback replicas", replicas);
    this.fallbackBehavior = Objects.requireNonNull(behavior);
    return this;
  }

  /**
   * {@code advanced.horizontalPodAutoscalerConfig.behavior}.
   *
   * @param scaleUp default 4 instances or 100 % per 15 s, whichever is more
   * @param scaleDown default 100 % per 15 s, with a window of 300 s
   * @return this
   */
  public CompatibleKeda behavior(DirectionLimits scaleUp, DirectionLimits scaleDown) {
    this.up = Objects.requireNonNull(scaleUp);
    this.down = Objects.requireNonNull(scaleDown);
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
   * @throws IllegalArgumentException if numbers contradict each other, or there is no trigger
   */
  public ScalingPolicy build() {
    if (triggers.isEmpty()) {
      throw new IllegalArgumentException("a scaled object needs a trigger");
    }
    if (idle >= 0 && idle >= minimum) {
      throw new IllegalArgumentException(
          "idleReplicaCount must be below minReplicaCount, was " + idle + " of " + minimum);
    }
    boolean toZero = minimum == 0 || idle >= 0;
    ScalingPolicy.Builder builder =
        ScalingPolicy.builder()
            .confidenceToScaleIn(0)
            .name("keda")
            .bounds(toZero ? Math.max(idle, 0) : minimum, maximum)
            .scaleUp(pausedScaleOut ? DirectionLimits.disabled() : up)
            .scaleDown(pausedScaleIn ? DirectionLimits.disabled() : down);
    for (ScalingRule trigger : triggers) {
      builder.rule(
          failureThreshold < 0
              ? trigger
              : Fallback.of(trigger, failureThreshold, fallbackReplicas)
                  .behavior(fallbackBehavior));
    }
    if (forceActivation) {
      builder.rule(Forced.FORCE_ACTIVATION);
    }
    @Nullable ScaleToZero zero = toZero ? zero() : null;
    if (zero != null) {
      builder.scaleToZero(zero);
    }
    return builder.build();
  }

  /** Strictly more than the period: a millisecond more. */
  private ScaleToZero zero() {
    return ScaleToZero.after(cooldown.plusMillis(1))
        .initialCooldown(initialCooldown)
        .idleCount(Math.max(idle, 0))
        .minimumAwake(Math.max(1, minimum))
        .straight();
  }

  /** Says that there is work, and nothing else. */
  private enum Forced implements ScalingRule {
    FORCE_ACTIVATION;

    private static final Proposal ACTIVE = Proposal.none().active(true);

    @Override
    public Proposal propose(Evaluation evaluation) {
      return ACTIVE;
    }

    @Override
    public String describe() {
      return "force-activation: there is work";
    }
  }
}
