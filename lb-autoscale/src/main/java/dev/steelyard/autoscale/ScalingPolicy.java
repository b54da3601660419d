package dev.steelyard.autoscale;

import dev.steelyard.autoscale.limits.CapacityMix;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.DisruptionBudget;
import dev.steelyard.autoscale.limits.DownstreamBudget;
import dev.steelyard.autoscale.limits.FlapBudget;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.limits.ScaleToZero;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many instances a service should have, as rules that ask and limits that hold back. Immutable
 * and thread-safe; a pure function of its arguments.
 *
 * <pre>{@code
 * ScalingPolicy policy =
 *     ScalingPolicy.builder().bounds(2, 10).rule(TargetTracking.of(Metric.CPU, 70)).build();
 *
 * ScalingDecision decision =
 *     policy.decide(
 *         ScalingState.initial(),
 *         ScalingMetrics.at(noon).instances(4).metric(Metric.CPU, 91).build());
 *
 * decision.desired();   // 6
 * decision.explain();   // why
 * }</pre>
 */
public final class ScalingPolicy {
  /** How the sizes that several rules ask for become one. */
  public enum Combination {
    /** The largest: any rule may scale out, all must agree to scale in. The default. */
    MAX,
    /** The smallest: any rule may scale in, all must agree to scale out. */
    MIN,
    /** That of the first rule that has an opinion. */
    PRIORITY,
    /** The direction that most rules want; of those, the size nearest to the present number. */
    VOTE
  }

  final String name;
  final int least;
  final int most;
  final List<ScalingRule> rules;
  final Combination combination;
  final DirectionLimits up;
  final DirectionLimits down;
  final boolean sharedCooldown;
  final long criticalCooldown;
  final long warmup;
  final @Nullable FlapBudget flapBudget;
  final List<DownstreamBudget> budgets;
  final @Nullable CapacityMix mix;
  final DisruptionBudget disruption;
  final double confidenceToScaleIn;
  final @Nullable ScaleToZero zero;
  final @Nullable Metric wakePath;
  final long startupGrace;
  final long readinessDelay;
  final long staleAfter;
  final boolean projectionGuard;
  final boolean zeroIsOff;
  final boolean boundsFirst;

  /** How far back recommendations are kept. */
  final long longestWindow;

  /** How far back changes are kept. */
  final long longestPeriod;

  private ScalingPolicy(Builder builder) {
    this.name = builder.name;
    this.least = builder.least;
    this.most = builder.most;
    this.rules = List.copyOf(builder.rules);
    this.combination = builder.combination;
    this.up = builder.up;
    this.down = builder.down;
    this.sharedCooldown = builder.sharedCooldown;
    this.criticalCooldown = builder.criticalCooldown;
    this.warmup = builder.warmup;
    this.flapBudget = builder.flapBudget;
    this.budgets = List.copyOf(builder.budgets);
    this.mix = builder.mix;
    this.disruption = builder.disruption;
    this.confidenceToScaleIn = builder.confidenceToScaleIn;
    this.zero = builder.zero;
    @Nullable String path = zero == null ? null : zero.wakePath();
    this.wakePath = path == null ? null : Metric.custom(path, Metric.Kind.NON_PROPORTIONAL);
    this.startupGrace = builder.startupGrace;
    this.readinessDelay = builder.readinessDelay;
    this.staleAfter = builder.staleAfter;
    this.projectionGuard = builder.projectionGuard;
    this.zeroIsOff = builder.zeroIsOff;
    this.boundsFirst = builder.boundsFirst;
    this.longestWindow = Math.max(up.window().toMillis(), down.window().toMillis());
    this.longestPeriod =
        longestHistory(
            rules,
            Math.max(
                Math.max(longestPeriod(up), longestPeriod(down)),
                Math.max(
                    Math.max(criticalCooldown, warmup),
                    flapBudget == null ? 0 : flapBudget.window().toMillis())));
  }

  private static long longestHistory(List<ScalingRule> rules, long ofLimits) {
    long longest = ofLimits;
    for (ScalingRule rule : rules) {
      longest = Math.max(longest, rule.history().toMillis());
    }
    return longest;
  }

  private static long longestPeriod(DirectionLimits limits) {
    long longest = limits.cooldown().toMillis();
    for (RatePolicy rate : limits.rates()) {
      longest = Math.max(longest, rate.period().toMillis());
    }
    return longest;
  }

  /**
   * Begins a policy.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Decides. Pure: the same arguments give the same decision, down to the bytes of its text.
   *
   * @param state what happened before; {@link ScalingState#initial()} at first, then {@link
   *     ScalingDecision#next()}
   * @param metrics what is known now
   * @return the decision
   */
  public ScalingDecision decide(ScalingState state, ScalingMetrics metrics) {
    return Engine.decide(this, state, metrics);
  }

  /**
   * Begins another policy with everything that this one has.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * The policy in words: what each rule wants, and for each duration what it blocks, from when it
   * counts, and whether corrections of the bounds wait for it.
   *
   * @return several lines
   */
  public String describe() {
    return PolicyWords.describe(this);
  }

  /**
   * Its name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The least number of instances.
   *
   * @return the number
   */
  public int least() {
    return least;
  }

  /**
   * The greatest number of instances.
   *
   * @return the number
   */
  public int most() {
    return most;
  }

  /**
   * The rules.
   *
   * @return the rules, in order
   */
  public List<ScalingRule> rules() {
    return rules;
  }

  /**
   * How several rules become one.
   *
   * @return how
   */
  public Combination combination() {
    return combination;
  }

  /**
   * What holds scaling up back.
   *
   * @return the limits
   */
  public DirectionLimits scaleUp() {
    return up;
  }

  /**
   * What holds scaling down back.
   *
   * @return the limits
   */
  public DirectionLimits scaleDown() {
    return down;
  }

  /**
   * Whether both directions share one cooldown.
   *
   * @return whether
   */
  public boolean isSharedCooldown() {
    return sharedCooldown;
  }

  /**
   * How long after a change even an emergency waits.
   *
   * @return how long; 0 is not at all
   */
  public Duration criticalCooldown() {
    return Duration.ofMillis(criticalCooldown);
  }

  /**
   * For how long at most scaling in waits for instances of the last scale-up.
   *
   * @return how long; 0 is not at all
   */
  public Duration warmup() {
    return Duration.ofMillis(warmup);
  }

  /**
   * How many changes of direction there may be.
   *
   * @return the budget, or null if any number
   */
  public @Nullable FlapBudget flapBudget() {
    return flapBudget;
  }

  /**
   * What is downstream.
   *
   * @return the budgets, in the order in which they were added
   */
  public List<DownstreamBudget> downstream() {
    return budgets;
  }

  /**
   * What instances cost.
   *
   * @return the mix, or null if nobody asks
   */
  public @Nullable CapacityMix cost() {
    return mix;
  }

  /**
   * How many instances may be unavailable while unhealthy ones are replaced.
   *
   * @return the budget
   */
  public DisruptionBudget disruption() {
    return disruption;
  }

  /**
   * The least confidence with which instances are taken away.
   *
   * @return from 0 to 1
   */
  public double confidenceToScaleIn() {
    return confidenceToScaleIn;
  }

  /**
   * How it scales to zero.
   *
   * @return how, or null if it does not
   */
  public @Nullable ScaleToZero scaleToZero() {
    return zero;
  }

  /**
   * How long a sample that start-up raises does not count.
   *
   * @return how long
   */
  public Duration startupGrace() {
    return Duration.ofMillis(startupGrace);
  }

  /**
   * From which age on a sample is missing.
   *
   * @return the age
   */
  public Duration staleAfter() {
    return Duration.ofMillis(staleAfter);
  }

  /**
   * Whether a scale-in that a rule would undo at once does not happen.
   *
   * @return whether the projection guard is on
   */
  public boolean hasProjectionGuard() {
    return projectionGuard;
  }

  /**
   * Whether a service at 0 is one that is switched off.
   *
   * @return whether
   */
  public boolean isZeroOff() {
    return zeroIsOff;
  }

  /**
   * Whether a fleet outside of its bounds goes to the nearest one first.
   *
   * @return whether
   */
  public boolean isBoundsFirst() {
    return boundsFirst;
  }

  /** Collects a policy; not thread-safe. */
  public static final class Builder {
    /** The greatest number of instances that a policy may allow. */
    public static final int GREATEST_MAXIMUM = 1_000_000;

    /** How long a sample of a metric that start-up raises does not count, in seconds: {@value}. */
    public static final int DEFAULT_STARTUP_SECONDS = 300;

    /** The default of the readiness delay, in seconds: {@value}. */
    public static final int DEFAULT_READINESS_SECONDS = 30;

    /** From which age on a sample is missing, in seconds: {@value}. */
    public static final int DEFAULT_STALE_SECONDS = 300;

    /** The least confidence with which instances are taken away: {@value}. */
    public static final double DEFAULT_CONFIDENCE_TO_SCALE_IN = 0.25;

    /** How long the default stabilization window of scaling down is, in seconds: {@value}. */
    public static final int DEFAULT_DOWN_WINDOW_SECONDS = 300;

    private String name = "policy";
    private int least = -1;
    private int most = -1;
    private final List<ScalingRule> rules = new ArrayList<>();
    private Combination combination = Combination.MAX;
    private DirectionLimits up = DirectionLimits.none();
    private DirectionLimits down =
        DirectionLimits.none().window(Duration.ofSeconds(DEFAULT_DOWN_WINDOW_SECONDS));
    private boolean sharedCooldown;
    private long criticalCooldown;
    private long warmup;
    private @Nullable FlapBudget flapBudget;
    private final List<DownstreamBudget> budgets = new ArrayList<>();
    private @Nullable CapacityMix mix;
    private DisruptionBudget disruption = DisruptionBudget.instances(1);
    private double confidenceToScaleIn = DEFAULT_CONFIDENCE_TO_SCALE_IN;
    private @Nullable ScaleToZero zero;
    private long startupGrace = DEFAULT_STARTUP_SECONDS * 1000L;
    private long readinessDelay = DEFAULT_READINESS_SECONDS * 1000L;
    private long staleAfter = DEFAULT_STALE_SECONDS * 1000L;
    private boolean projectionGuard = true;

    private boolean zeroIsOff;
    private boolean boundsFirst;

    private Builder() {}

    private Builder(ScalingPolicy policy) {
      name = policy.name;
      least = policy.least;
      most = policy.most;
      rules.addAll(policy.rules);
      combination = policy.combination;
      up = policy.up;
      down = policy.down;
      sharedCooldown = policy.sharedCooldown;
      criticalCooldown = policy.criticalCooldown;
      warmup = policy.warmup;
      flapBudget = policy.flapBudget;
      budgets.addAll(policy.budgets);
      mix = policy.mix;
      disruption = policy.disruption;
      confidenceToScaleIn = policy.confidenceToScaleIn;
      startupGrace = policy.startupGrace;
      readinessDelay = policy.readinessDelay;
      staleAfter = policy.staleAfter;
      projectionGuard = policy.projectionGuard;
      zero = policy.zero;
      zeroIsOff = policy.zeroIsOff;
      boundsFirst = policy.boundsFirst;
    }

    /**
     * A name for explanations. Default: "policy".
     *
     * @param name the name, not blank, one line
     * @return this
     */
    public Builder name(String name) {
      this.name = checked("the name of the policy", name);
      return this;
    }

    /**
     * The least and the greatest number of instances. Has to be given.
     *
     * @param least at least 0
     * @param most not below {@code least}, at least 1, at most {@value #GREATEST_MAXIMUM}
     * @return this
     */
    public Builder bounds(int least, int most) {
      if (least < 0) {
        throw new IllegalArgumentException("the minimum must not be negative, was " + least);
      }
      if (most < 1 || most > GREATEST_MAXIMUM) {
        throw new IllegalArgumentException(
            "the maximum must be in [1, " + GREATEST_MAXIMUM + "], was " + most);
      }
      if (most < least) {
        throw new IllegalArgumentException(
            "the maximum must not be below the minimum, was " + most + " below " + least);
      }
      this.least = least;
      this.most = most;
      return this;
    }

    /**
     * One more rule.
     *
     * @param rule the rule; its name must be its own
     * @return this
     */
    public Builder rule(ScalingRule rule) {
      String ruleName = checked("the name of a rule", rule.name());
      for (ScalingRule other : rules) {
        if (other.name().equals(ruleName)) {
          throw new IllegalArgumentException(
              "there are two rules with the name '" + ruleName + "': give one of them another");
        }
      }
      rules.add(rule);
      return this;
    }

    /**
     * How several rules become one. Default: {@link Combination#MAX}.
     *
     * @param combination how
     * @return this
     */
    public Builder combine(Combination combination) {
      this.combination = Objects.requireNonNull(combination, "combination");
      return this;
    }

    /**
     * What holds scaling up back. Default: nothing.
     *
     * @param limits the limits
     * @return this
     */
    public Builder scaleUp(DirectionLimits limits) {
      this.up = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /**
     * What holds scaling down back. Default: a window of {@value #DEFAULT_DOWN_WINDOW_SECONDS}
     * seconds.
     *
     * @param limits the limits
     * @return this
     */
    public Builder scaleDown(DirectionLimits limits) {
      this.down = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /**
     * One clock for both cooldowns, as Azure, Cloud Foundry and Nomad have it: after a change,
     * either direction waits for the cooldown of the direction that was taken.
     *
     * @param shared whether; default no: up waits only for changes up, down for those in either
     *     direction
     * @return this
     */
    public Builder sharedCooldown(boolean shared) {
      this.sharedCooldown = shared;
      return this;
    }

    /**
     * How long after any change even an emergency waits; instead of the cooldown, not beside it.
     *
     * @param cooldown not negative, at most {@value DirectionLimits#GREATEST_DAYS} days; default 0:
     *     it does not wait
     * @return this
     */
    public Builder criticalCooldown(Duration cooldown) {
      this.criticalCooldown = millis("the critical cooldown", cooldown, 0);
      return this;
    }

    /**
     * For how long at most after a scale-up there is no scale-in while some of the instances asked
     * for are not ready: they have not had their chance yet to take load.
     *
     * @param warmup not negative, at most {@value DirectionLimits#GREATEST_DAYS} days; default 0:
     *     scaling in does not wait for them
     * @return this
     */
    public Builder warmup(Duration warmup) {
      this.warmup = millis("the warm-up", warmup, 0);
      return this;
    }

    /**
     * At most so many changes of direction per window. Default: any number.
     *
     * @param budget the budget
     * @return this
     */
    public Builder flapBudget(FlapBudget budget) {
      this.flapBudget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * One more ceiling: what is downstream allows no more instances. It counts for everything, also
     * for schedules, emergencies and numbers set by hand. Default: none.
     *
     * @param budget the budget; its name must be its own
     * @return this
     */
    public Builder downstream(DownstreamBudget budget) {
      for (DownstreamBudget other : budgets) {
        if (other.name().equals(budget.name())) {
          throw new IllegalArgumentException(
              "there are two downstream budgets with the name '" + budget.name() + "'");
        }
      }
      budgets.add(budget);
      return this;
    }

    /** As if nothing were downstream. */
    Builder withoutDownstream() {
      budgets.clear();
      return this;
    }

    /**
     * What instances cost, and which to take. Default: nobody asks.
     *
     * @param mix the mix
     * @return this
     */
    public Builder cost(CapacityMix mix) {
      this.mix = Objects.requireNonNull(mix, "mix");
      return this;
    }

    /**
     * How many instances may be unavailable while unhealthy ones are replaced. Default: one.
     *
     * @param budget the budget; of 0 instances, nothing is replaced
     * @return this
     */
    public Builder disruption(DisruptionBudget budget) {
      this.disruption = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * The least confidence with which instances are taken away; scaling up needs none. Confidence
     * is the product of
     *
     * <ul>
     *   <li>freshness, {@code min(1, 2 (1 - age / staleAfter))} of the oldest sample that counts;
     *   <li>coverage, the instances with a sample of those that should have one;
     *   <li>agreement, the rules that ask for the direction taken of those that ask (1 where the
     *       combination says that one is enough);
     *   <li>distance, {@code min(1, z / 2)}: z is how far the proposal is from the present number
     *       in standard errors, of the spread of instances against the target;
     *   <li>what rules say of themselves.
     * </ul>
     *
     * <p>A metric of the pool that is fresh has full confidence; the default stops scale-ins on
     * very little evidence only.
     *
     * @param least in [0, 1]; 0 switches it off; default {@value #DEFAULT_CONFIDENCE_TO_SCALE_IN}
     * @return this
     */
    public Builder confidenceToScaleIn(double least) {
      if (!(least >= 0 && least <= 1)) {
        throw new IllegalArgumentException(
            "the confidence to scale in must be in [0, 1], was " + least);
      }
      this.confidenceToScaleIn = least;
      return this;
    }

    /**
     * Scales to zero while there is no work. Needs {@code bounds(0, ...)}, and a rule that can say
     * at zero that there is work. Default: zero is a number like any other.
     *
     * @param zero when and how
     * @return this
     */
    public Builder scaleToZero(ScaleToZero zero) {
      if (zero.idleCount() >= zero.minimumAwake()) {
        throw new IllegalArgumentException(
            "the idle count must be below the minimum awake, was "
                + zero.idleCount()
                + " of "
                + zero.minimumAwake());
      }
      this.zero = zero;
      return this;
    }

    /**
     * How long an instance's start-up spoils its samples of metrics that {@linkplain
     * Metric#isRaisedByStartup() start-up raises}. The rule is Kubernetes': within {@code grace} of
     * its start, an instance's sample counts only if it is ready and was so for the whole window of
     * the sample; afterwards, unless it became unready within {@code readinessDelay} of its start
     * and still is, that is, has never been ready.
     *
     * @param grace not negative; default {@value #DEFAULT_STARTUP_SECONDS} s
     * @param readinessDelay not negative; default {@value #DEFAULT_READINESS_SECONDS} s
     * @return this
     */
    public Builder startup(Duration grace, Duration readinessDelay) {
      this.startupGrace = millis("the start-up grace", grace, 0);
      this.readinessDelay = millis("the readiness delay", readinessDelay, 0);
      return this;
    }

    /**
     * From which age on a sample is missing. Default: {@value #DEFAULT_STALE_SECONDS} s.
     *
     * @param age above 0
     * @return this
     */
    public Builder staleAfter(Duration age) {
      this.staleAfter = millis("the age of stale samples", age, 1);
      return this;
    }

    /**
     * Whether a scale-in is left out, or made smaller, if with the load of now a rule would scale
     * out again at the number that it leads to. Azure's rule: it goes to the least number, from the
     * one asked for upwards, at which no rule would; without any, nothing changes. The proof says
     * which rule it was and at which projected value. Default: on.
     *
     * <p>Switch it off to behave as an autoscaler that has no such guard; not otherwise: with 80 %
     * out, 60 % in, one fleet of two scales in and out for ever without it.
     *
     * @param on whether
     * @return this
     */
    public Builder projectionGuard(boolean on) {
      this.projectionGuard = on;
      return this;
    }

    /**
     * Whether a service at 0 instances, with a minimum above 0, is one that somebody has switched
     * off, as Kubernetes takes it: then nothing is done. Otherwise it is raised to the minimum at
     * once; it is switched off with {@link ScalingState#disabled()}.
     *
     * @param off whether; default no
     * @return this
     */
    public Builder zeroIsOff(boolean off) {
      this.zeroIsOff = off;
      return this;
    }

    /**
     * Whether a fleet that is outside of the policy's bounds goes to the nearest one first and
     * nowhere else in that decision, whatever rules and limits say, as in Kubernetes. Otherwise the
     * rules count at once: one instance of at least two, with load for six, becomes six.
     *
     * @param first whether; default no
     * @return this
     */
    public Builder boundsFirst(boolean first) {
      this.boundsFirst = first;
      return this;
    }

    /**
     * The policy.
     *
     * @return the policy
     * @throws IllegalArgumentException if bounds are not given, a ceiling is below the minimum, or
     *     the bounds do not let the policy scale to zero and back
     */
    public ScalingPolicy build() {
      if (most < 0) {
        throw new IllegalArgumentException("a policy needs bounds(least, most)");
      }
      for (DownstreamBudget budget : budgets) {
        if (budget.ceiling() < Math.max(least, 1)) {
          throw new IllegalArgumentException(
              "the ceiling must not be below "
                  + (least < 1 ? "one instance" : "the minimum " + least)
                  + ", was "
                  + budget);
        }
      }
      if (zero != null && (least > zero.idleCount() || most < zero.wakeTo())) {
        throw new IllegalArgumentException(
            "scaling to "
                + zero.idleCount()
                + " and back to "
                + zero.wakeTo()
                + " needs bounds around them, were "
                + least
                + " and "
                + most);
      }
      return new ScalingPolicy(this);
    }

    private static String checked(String what, String name) {
      if (name.isBlank() || !name.equals(name.strip()) || name.lines().count() != 1) {
        throw new IllegalArgumentException(
            what + " must be one line, neither blank nor padded, was '" + name + "'");
      }
      return name;
    }

    private static long millis(String knob, Duration value, long least) {
      Duration most = Duration.ofDays(DirectionLimits.GREATEST_DAYS);
      if (value.compareTo(Duration.ofMillis(least)) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            knob
                + " must be in ["
                + least
                + " ms, "
                + DirectionLimits.GREATEST_DAYS
                + " days], was "
                + value);
      }
      return value.toMillis();
    }
  }
}
