package dev.steelyard.autoscale.replay;

import static dev.steelyard.autoscale.replay.Checks.amount;
import static dev.steelyard.autoscale.replay.Checks.check;
import static dev.steelyard.autoscale.replay.Checks.millis;
import static dev.steelyard.autoscale.replay.Checks.pause;
import static dev.steelyard.autoscale.replay.Checks.positive;

import dev.steelyard.autoscale.Metric;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The service whose load is replayed: what an instance can take, how long it takes to start, what
 * happens to load that nobody takes, and what the policy gets to see of it. The formulas are in
 * {@code docs/replay.md}.
 *
 * <p>It is a fluid model, one step per interval of the trace: good for comparing policies with each
 * other, not for predicting a response time to the millisecond. Immutable and thread-safe.
 */
public final class ServiceModel {
  /** The default start-up delay in seconds: {@value}. */
  public static final int DEFAULT_STARTUP_SECONDS = 60;

  /** The default utilisation up to which an instance meets its objective: {@value}. */
  public static final double DEFAULT_TARGET_UTILIZATION = 0.8;

  /** The default service time of a request in milliseconds: {@value}. */
  public static final int DEFAULT_SERVICE_MILLIS = 100;

  /** The default limit of the response time in milliseconds: {@value}. */
  public static final int DEFAULT_RESPONSE_LIMIT_MILLIS = 1000;

  /** The default quantile of the response time that the policy sees: {@value}. */
  public static final double DEFAULT_QUANTILE = 0.95;

  final double capacity;
  final long perMillis;
  final long startupMillis;
  final long metricDelayMillis;
  final double targetUtilization;
  final double queueLimit;
  final double serviceSeconds;
  final double responseLimitSeconds;
  final double quantile;
  final double cpuIdle;
  final double cpuFull;
  final double memoryIdle;
  final double memoryFull;
  final double price;
  final int initialInstances;
  final double noise;
  final long noiseSeed;
  final long meanLifeMillis;
  final long failureSeed;
  final Metric responseMetric;
  final @Nullable Metric loadMetric;
  final @Nullable Set<Metric> seen;

  private ServiceModel(Builder builder) {
    this.capacity = builder.capacity;
    this.perMillis = builder.perMillis;
    this.startupMillis = builder.startupMillis;
    this.metricDelayMillis = builder.metricDelayMillis;
    this.targetUtilization = builder.targetUtilization;
    this.queueLimit = builder.queueLimit;
    this.serviceSeconds = builder.serviceMillis / 1000.0;
    this.responseLimitSeconds = builder.responseLimitMillis / 1000.0;
    this.quantile = builder.quantile;
    this.cpuIdle = builder.cpuIdle;
    this.cpuFull = builder.cpuFull;
    this.memoryIdle = builder.memoryIdle;
    this.memoryFull = builder.memoryFull;
    this.price = builder.price;
    this.initialInstances = builder.initialInstances;
    this.noise = builder.noise;
    this.noiseSeed = builder.noiseSeed;
    this.meanLifeMillis = builder.meanLifeMillis;
    this.failureSeed = builder.failureSeed;
    this.responseMetric = Metric.responseTime(percentile(quantile));
    this.loadMetric = builder.loadMetric;
    this.seen = builder.seen;
  }

  private static String percentile(double quantile) {
    double percent = Math.round(quantile * 1000) / 10.0;
    return "p" + (percent == Math.rint(percent) ? "" + (int) percent : "" + percent);
  }

  /**
   * Describes a service whose load is measured per second.
   *
   * @param capacity what one instance takes at 100 % utilisation, in the trace's unit per second,
   *     above 0
   * @return a builder with defaults for all else
   */
  public static Builder capacity(double capacity) {
    return capacity(capacity, Duration.ofSeconds(1));
  }

  /**
   * Describes a service whose load is measured per some other time: {@code capacity(3000,
   * Duration.ofMinutes(1))} goes with a trace of requests per minute.
   *
   * @param capacity what one instance takes at 100 % utilisation in that time, above 0
   * @param per the time that the trace's values refer to, which need not be its interval
   * @return a builder with defaults for all else
   */
  public static Builder capacity(double capacity, Duration per) {
    return new Builder(positive("capacity", capacity), millis("per", per));
  }

  /** What one instance takes in a second. */
  double capacityPerSecond() {
    return capacity * 1000 / perMillis;
  }

  /** A value of the trace as load per second. */
  double perSecond(double load) {
    return load * 1000 / perMillis;
  }

  /** The least number of instances that meet the objective at a load, 0 if there is none. */
  int demand(double load) {
    return (int) Math.ceil(load / (capacity * targetUtilization) - 1e-9);
  }

  double cpu(double utilization) {
    return cpuIdle + (cpuFull - cpuIdle) * utilization;
  }

  double memory(double utilization) {
    return memoryIdle + (memoryFull - memoryIdle) * utilization;
  }

  @Override
  public String toString() {
    return "an instance takes "
        + Words.number(capacity)
        + " "
        + Words.per(this)
        + ", starts in "
        + Words.span(Duration.ofMillis(startupMillis))
        + " and costs "
        + Words.number(price)
        + " an hour; metrics are "
        + Words.span(Duration.ofMillis(metricDelayMillis))
        + " late"
        + (noise == 0 ? "" : " with noise of " + Words.percent(noise))
        + "; objective: "
        + Words.percent(targetUtilization)
        + " utilisation, response within "
        + Words.number(1000 * responseLimitSeconds)
        + " ms of "
        + Words.number(1000 * serviceSeconds)
        + " ms work; "
        + Words.number(queueLimit)
        + " may wait"
        + (meanLifeMillis == 0
            ? ""
            : "; an instance fails every " + Words.span(Duration.ofMillis(meanLifeMillis)));
  }

  /** Sets what is not the default. Not thread-safe. */
  public static final class Builder {
    private final double capacity;
    private final long perMillis;
    private long startupMillis = DEFAULT_STARTUP_SECONDS * 1000L;
    private long metricDelayMillis;
    private double targetUtilization = DEFAULT_TARGET_UTILIZATION;
    private double queueLimit;
    private long serviceMillis = DEFAULT_SERVICE_MILLIS;
    private long responseLimitMillis = DEFAULT_RESPONSE_LIMIT_MILLIS;
    private double quantile = DEFAULT_QUANTILE;
    private double cpuIdle;
    private double cpuFull = 100;
    private double memoryIdle = 30;
    private double memoryFull = 60;
    private double price = 1;
    private int initialInstances = -1;
    private double noise;
    private long noiseSeed;
    private long meanLifeMillis;
    private long failureSeed;
    private @Nullable Metric loadMetric;
    private @Nullable Set<Metric> seen;

    private Builder(double capacity, long perMillis) {
      this.capacity = capacity;
      this.perMillis = perMillis;
    }

    /**
     * Sets how long it takes from the order of an instance until it serves.
     *
     * @param delay 0 or more, default {@value #DEFAULT_STARTUP_SECONDS} s
     * @return this
     */
    public Builder startup(Duration delay) {
      this.startupMillis = pause("startup", delay);
      return this;
    }

    /**
     * Sets how old metrics are when the policy sees them, in addition to being measured over the
     * interval before. Rounded up to whole intervals of the trace.
     *
     * @param delay 0 or more, default 0
     * @return this
     */
    public Builder metricDelay(Duration delay) {
      this.metricDelayMillis = pause("metricDelay", delay);
      return this;
    }

    /**
     * Sets the utilisation up to which an instance meets its objective: the demand is the load
     * divided by capacity × this, rounded up. Should be what the policy aims at or a little more.
     *
     * @param share above 0, at most 1, default {@value #DEFAULT_TARGET_UTILIZATION}
     * @return this
     */
    public Builder targetUtilization(double share) {
      check(share > 0 && share <= 1, "targetUtilization", share, "in (0, 1]");
      this.targetUtilization = share;
      return this;
    }

    /**
     * Sets how much load may wait for an instance; what does not fit is lost.
     *
     * @param load in requests, or whatever the trace counts, for the whole pool; default 0: load
     *     beyond the capacity is lost at once
     * @return this
     */
    public Builder queueLimit(double load) {
      this.queueLimit = amount("queueLimit", load);
      return this;
    }

    /**
     * Sets how long an instance works on a request when nothing waits.
     *
     * @param time above 0, default {@value #DEFAULT_SERVICE_MILLIS} ms
     * @return this
     */
    public Builder serviceTime(Duration time) {
      this.serviceMillis = millis("serviceTime", time);
      return this;
    }

    /**
     * Sets the response time beyond which a request counts as a violation of the objective.
     *
     * @param limit above 0, default {@value #DEFAULT_RESPONSE_LIMIT_MILLIS} ms
     * @return this
     */
    public Builder responseLimit(Duration limit) {
      this.responseLimitMillis = millis("responseLimit", limit);
      return this;
    }

    /**
     * Sets which quantile of the response time the policy sees, under the name that {@link
     * Metric#responseTime} gives it: {@code response_time_p95} for 0.95. Rounded to a tenth of a
     * percent.
     *
     * @param quantile 0.5 to 0.999, default {@value #DEFAULT_QUANTILE}
     * @return this
     */
    public Builder responseQuantile(double quantile) {
      check(quantile >= 0.5 && quantile <= 0.999, "responseQuantile", quantile, "in [0.5, 0.999]");
      this.quantile = quantile;
      return this;
    }

    /**
     * Sets the CPU utilisation that the policy sees; between the two it is linear.
     *
     * @param idle percent at no load, default 0
     * @param full percent at full load, above {@code idle}, at most 1000, default 100; more than
     *     100 where it is measured against a request that is less than the limit
     * @return this
     */
    public Builder cpu(double idle, double full) {
      check(idle >= 0 && idle < full, "idle", idle, "in [0, full)");
      check(full <= 1000, "full", full, "at most 1000");
      this.cpuIdle = idle;
      this.cpuFull = full;
      return this;
    }

    /**
     * Sets the memory utilisation that the policy sees; between the two it is linear.
     *
     * @param idle percent at no load, default 30
     * @param full percent at full load, at least {@code idle}, at most 100, default 60
     * @return this
     */
    public Builder memory(double idle, double full) {
      check(idle >= 0 && idle <= full, "idle", idle, "in [0, full]");
      check(full <= 100, "full", full, "at most 100");
      this.memoryIdle = idle;
      this.memoryFull = full;
      return this;
    }

    /**
     * Shows the trace's value to the policy under one more name, for rules on metrics of one's own.
     * The policy sees it as it is in the trace, but that of a {@link
     * Metric.Kind#PER_INSTANCE_AVERAGE} divided by the number of ready instances.
     *
     * @param metric the metric; the default is none
     * @return this
     */
    public Builder loadAs(Metric metric) {
      this.loadMetric = metric;
      return this;
    }

    /**
     * Hides all metrics but some from the policy, which then has to do without: CPU, memory,
     * request rate, queue depth, requests in flight, error rate, and response time can be seen.
     *
     * @param metrics what can be seen; the default is all
     * @return this
     */
    public Builder seeing(Metric... metrics) {
      this.seen = Set.of(metrics);
      return this;
    }

    /**
     * Sets the price of an instance. Instances cost from their order on, starting or ready.
     *
     * @param perHour 0 or more, in any currency, default 1
     * @return this
     */
    public Builder price(double perHour) {
      this.price = amount("price", perHour);
      return this;
    }

    /**
     * Sets how many instances are ready at the beginning.
     *
     * @param count 0 to 1000000; the default is the demand of the first interval, but at least 1
     * @return this
     */
    public Builder initialInstances(int count) {
      check(count >= 0 && count <= 1_000_000, "initialInstances", count, "0 to 1000000");
      this.initialInstances = count;
      return this;
    }

    /**
     * Lets the policy see metrics that are a little wrong: each is multiplied by 1 + a normal
     * number.
     *
     * @param deviation its standard deviation, 0 to 1, default 0
     * @param seed the same seed gives the same noise, for every policy
     * @return this
     */
    public Builder noise(double deviation, long seed) {
      check(deviation >= 0 && deviation <= 1, "deviation", deviation, "in [0, 1]");
      this.noise = deviation;
      this.noiseSeed = seed;
      return this;
    }

    /**
     * Lets ready instances fail now and then. The platform replaces them at once, but what replaces
     * them has to start.
     *
     * @param meanLife the mean time until an instance fails, at least 1 ms
     * @param seed the same seed gives the same failures for the same number of instances
     * @return this
     */
    public Builder failures(Duration meanLife, long seed) {
      this.meanLifeMillis = millis("meanLife", meanLife);
      this.failureSeed = seed;
      return this;
    }

    /**
     * Makes the model.
     *
     * @return the model
     * @throws IllegalArgumentException if the response limit is below the service time
     */
    public ServiceModel build() {
      check(
          responseLimitMillis >= serviceMillis,
          "responseLimit",
          responseLimitMillis + " ms",
          "at least the service time, " + serviceMillis + " ms");
      return new ServiceModel(this);
    }
  }
}
