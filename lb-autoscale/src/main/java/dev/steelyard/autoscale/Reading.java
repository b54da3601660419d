package dev.steelyard.autoscale;

import org.jspecify.annotations.Nullable;

/**
 * One metric at one moment, over the instances that count. Immutable.
 *
 * <p>Which instances count, as in Kubernetes: those on their way out or dead do not at all; pending
 * ones are <i>not ready</i>; those without a sample, or with one that is too old, are
 * <i>missing</i>; for a metric that start-up raises, so are <i>not ready</i> those whose sample may
 * be of their start-up ({@link ScalingPolicy.Builder#startup}). All others are <i>counted</i>.
 */
public final class Reading {
  final Metric metric;
  final double value;
  final int counted;
  final int missing;
  final int unready;
  final int ignored;
  final int stale;
  final double used;
  final double capacity;
  final double missingCapacity;
  final double unreadyCapacity;
  final boolean capacityIncomplete;
  final boolean pool;
  final double spread;
  final long oldest;
  final @Nullable String missingWhy;

  Reading(
      Metric metric,
      double value,
      int counted,
      int missing,
      int unready,
      int ignored,
      int stale,
      double used,
      double capacity,
      double missingCapacity,
      double unreadyCapacity,
      boolean capacityIncomplete,
      boolean pool,
      double spread,
      long oldest,
      @Nullable String missingWhy) {
    this.metric = metric;
    this.value = value;
    this.counted = counted;
    this.missing = missing;
    this.unready = unready;
    this.ignored = ignored;
    this.stale = stale;
    this.used = used;
    this.capacity = capacity;
    this.missingCapacity = missingCapacity;
    this.unreadyCapacity = unreadyCapacity;
    this.capacityIncomplete = capacityIncomplete;
    this.pool = pool;
    this.spread = spread;
    this.oldest = oldest;
    this.missingWhy = missingWhy;
  }

  /**
   * The metric.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }

  /**
   * Whether there is a value.
   *
   * @return whether
   */
  public boolean isKnown() {
    return !Double.isNaN(value);
  }

  /**
   * Its value: the total of a {@link Metric.Kind#PROPORTIONAL_TOTAL proportional total}, otherwise
   * the average over the counted instances; in percent where their capacities are known.
   *
   * @return the value, NaN if it is missing
   */
  public double value() {
    return value;
  }

  /**
   * How many instances have a sample that counts.
   *
   * @return the number; for a metric of the pool, that of the ready instances
   */
  public int counted() {
    return counted;
  }

  /**
   * How many instances have none, or one that is too old.
   *
   * @return the number
   */
  public int missing() {
    return missing;
  }

  /**
   * How many of the missing ones have one that is too old.
   *
   * @return the number
   */
  public int stale() {
    return stale;
  }

  /**
   * How many instances do not count because they are not ready.
   *
   * @return the number
   */
  public int unready() {
    return unready;
  }

  /**
   * How many instances do not count because they are on their way out or dead.
   *
   * @return the number
   */
  public int ignored() {
    return ignored;
  }

  /**
   * The sum over the counted instances.
   *
   * @return the sum of what they use
   */
  public double used() {
    return used;
  }

  /**
   * The sum of the capacities of the counted instances.
   *
   * @return the sum; NaN if capacities are not given
   */
  public double capacity() {
    return capacity;
  }

  /**
   * The sum of the capacities of instances without a sample that counts; one whose capacity is not
   * known has the average one.
   *
   * @return the sum; NaN if capacities are not given
   */
  public double missingCapacity() {
    return missingCapacity;
  }

  /**
   * The sum of the capacities of instances that are not ready; one whose capacity is not known has
   * the average one.
   *
   * @return the sum; NaN if capacities are not given
   */
  public double unreadyCapacity() {
    return unreadyCapacity;
  }

  /**
   * Whether capacities are given for some instances and not for others. If one without a capacity
   * has a sample that counts, there is no value.
   *
   * @return whether
   */
  public boolean isCapacityIncomplete() {
    return capacityIncomplete;
  }

  /**
   * Whether there is one value for the pool, and not one per instance.
   *
   * @return whether
   */
  public boolean isOfPool() {
    return pool;
  }

  /**
   * How far the instances are apart.
   *
   * @return the standard deviation of the values of counted instances; 0 for a metric of the pool
   */
  public double spread() {
    return spread;
  }

  /**
   * When the oldest sample that counts was taken.
   *
   * @return milliseconds since the epoch; {@link Long#MIN_VALUE} if there is none
   */
  public long oldest() {
    return oldest;
  }

  /**
   * Why there is no value.
   *
   * @return words for people; null if there is a value
   */
  public @Nullable String missingWhy() {
    return missingWhy;
  }
}
