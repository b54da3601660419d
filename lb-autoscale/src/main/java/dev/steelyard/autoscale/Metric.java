package dev.steelyard.autoscale;

import java.util.Objects;

/**
 * A metric by its name, and how it answers to the number of instances: its kind says which
 * arithmetic is allowed. Two metrics are equal if their names are; a policy and the metrics that it
 * is given meet by name. Immutable.
 */
public final class Metric {
  /** How a metric answers to the number of instances. */
  public enum Kind {
    /**
     * A total of the pool that does not depend on how many instances there are: requests per
     * second, messages in a queue. The need is total / target per instance.
     */
    PROPORTIONAL_TOTAL,
    /**
     * An average over the instances that halves when they double: CPU. The need is instances x
     * average / target.
     */
    PER_INSTANCE_AVERAGE,
    /**
     * Neither: response time, error rate, memory. Nothing can be computed from it; it may trip
     * steps and thresholds.
     */
    NON_PROPORTIONAL
  }

  /**
   * CPU in percent of what an instance may use; above 100 where it may burst. Raised by start-up.
   */
  public static final Metric CPU =
      new Metric("cpu", Kind.PER_INSTANCE_AVERAGE, "%", ScalingReason.CPU, true);

  /**
   * Memory in percent of what an instance may use. Non-proportional: the heap of a JVM does not
   * shrink when load is taken away.
   */
  public static final Metric MEMORY =
      new Metric("memory", Kind.NON_PROPORTIONAL, "%", ScalingReason.MEMORY, false);

  /** Requests per second of the whole pool. */
  public static final Metric REQUEST_RATE =
      new Metric("request_rate", Kind.PROPORTIONAL_TOTAL, "/s", ScalingReason.REQUEST_RATE, false);

  /** Messages or requests that wait, of the whole pool. */
  public static final Metric QUEUE_DEPTH =
      new Metric("queue_depth", Kind.PROPORTIONAL_TOTAL, "", ScalingReason.QUEUE, false);

  /** Requests in flight, of the whole pool. */
  public static final Metric IN_FLIGHT =
      new Metric("in_flight", Kind.PROPORTIONAL_TOTAL, "", ScalingReason.QUEUE, false);

  /** Failed requests in percent of all. */
  public static final Metric ERROR_RATE =
      new Metric("error_rate", Kind.NON_PROPORTIONAL, "%", ScalingReason.CUSTOM, false);

  private final String name;
  private final Kind kind;
  private final String unit;
  private final ScalingReason reason;
  private final boolean raisedByStartup;

  private Metric(
      String name, Kind kind, String unit, ScalingReason reason, boolean raisedByStartup) {
    if (name.isBlank() || !name.equals(name.strip()) || name.indexOf('\n') >= 0) {
      throw new IllegalArgumentException(
          "the name of a metric must not be blank, padded or have line breaks, was '" + name + "'");
    }
    this.name = name;
    this.kind = Objects.requireNonNull(kind, "kind");
    this.unit = unit;
    this.reason = reason;
    this.raisedByStartup = raisedByStartup;
  }

  /**
   * A response time in milliseconds; non-proportional.
   *
   * @param percentile which one, as users write it: {@code "p99"}
   * @return the metric {@code response_time_p99}
   */
  public static Metric responseTime(String percentile) {
    return new Metric(
        "response_time_" + percentile,
        Kind.NON_PROPORTIONAL,
        "ms",
        ScalingReason.RESPONSE_TIME,
        false);
  }

  /**
   * A metric of the user's own.
   *
   * @param name its name, not blank
   * @param kind how it answers to the number of instances
   * @return the metric; what it asks for has the reason {@link ScalingReason#CUSTOM}
   */
  public static Metric custom(String name, Kind kind) {
    return new Metric(name, kind, "", ScalingReason.CUSTOM, false);
  }

  /**
   * The same metric taken for another kind, as Kubernetes takes memory for an average that halves
   * when instances double.
   *
   * @param kind the kind
   * @return the metric
   */
  public Metric as(Kind kind) {
    return new Metric(name, kind, unit, reason, raisedByStartup);
  }

  /**
   * The same metric, said to be raised (or not) while an instance starts: samples of such a metric
   * from the time of an instance's start-up do not count as load. Of the given ones, only {@link
   * #CPU} is.
   *
   * @param raised whether starting up raises it
   * @return the metric
   */
  public Metric raisedByStartup(boolean raised) {
    return new Metric(name, kind, unit, reason, raised);
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
   * How it answers to the number of instances.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Its unit.
   *
   * @return the unit as it is printed, possibly empty
   */
  public String unit() {
    return unit;
  }

  /**
   * The reason that a decision gives where this metric asked for it.
   *
   * @return the reason
   */
  public ScalingReason reason() {
    return reason;
  }

  /**
   * Whether starting up raises it.
   *
   * @return whether it does
   */
  public boolean isRaisedByStartup() {
    return raisedByStartup;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Metric metric && name.equals(metric.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
