package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Memory;
import java.time.Duration;
import java.time.Instant;

/**
 * The samples of so much time, in buckets of equal length: what a total was on average. Immutable;
 * recording gives another one, at O(buckets).
 *
 * <p>Samples of one bucket add up, so that there should be one per bucket, as Knative records one
 * per second. A sample may be late; one that is as old as the window is forgotten. The average is
 * over the buckets from the first sample to the last, as far as they are in the window: what has
 * not been seen yet does not count as zero, and neither does silence, until the window has passed.
 *
 * <p>The arithmetic is that of Knative's {@code TimedFloat64Buckets} and {@code
 * WeightedFloat64Buckets} (knative/serving, pkg/autoscaler/aggregation).
 */
public final class SampleWindow {
  /** The most buckets: {@value}. */
  public static final int GREATEST_BUCKETS = 3600;

  private static final int HEAD = 4;

  private final long granularity;
  private final long origin;
  private final double[] buckets;
  private final boolean empty;
  private final long first;
  private final long last;

  private SampleWindow(
      long granularity, long origin, double[] buckets, boolean empty, long first, long last) {
    this.granularity = granularity;
    this.origin = origin;
    this.buckets = buckets;
    this.empty = empty;
    this.first = first;
    this.last = last;
  }

  /**
   * An empty window, whose buckets begin at multiples of their length.
   *
   * @param window how long, at least 1 ms; rounded up to whole buckets, at most {@value
   *     #GREATEST_BUCKETS} of them
   * @param granularity the length of a bucket, at least 1 ms
   * @return the window
   */
  public static SampleWindow of(Duration window, Duration granularity) {
    return of(window, granularity, 0);
  }

  /** An empty window, of whose buckets one begins at a given time. */
  static SampleWindow of(Duration window, Duration granularity, long origin) {
    long length = granularity.toMillis();
    long all = window.toMillis();
    if (length < 1 || all < 1) {
      throw new IllegalArgumentException(
          "a window and its buckets must be at least 1 ms, were " + window + " and " + granularity);
    }
    long count = (all + length - 1) / length;
    if (count > GREATEST_BUCKETS) {
      throw new IllegalArgumentException(
          "a window must have at most " + GREATEST_BUCKETS + " buckets, was " + count);
    }
    return new SampleWindow(length, origin, new double[(int) count], true, 0, 0);
  }

  /**
   * This window and one more sample.
   *
   * @param time when it was taken
   * @param value its value, finite
   * @return the window with the sample; this one if the sample is older than the window
   */
  public SampleWindow record(Instant time, double value) {
    finite(value);
    long index = index(time.toEpochMilli());
    if (!empty && index <= last - buckets.length) {
      return this;
    }
    double[] copy = advanced(index);
    copy[slot(index)] += value;
    boolean fresh = empty || index - last >= buckets.length;
    return new SampleWindow(
        granularity,
        origin,
        copy,
        false,
        fresh ? index : Math.min(first, index),
        fresh ? index : Math.max(last, index));
  }

  /**
   * This window, in which the value stands for all the time since the last one: for samples that
   * come more seldom than there are buckets. Replaces what the present bucket has.
   */
  SampleWindow hold(long time, double value) {
    finite(value);
    long index = Math.max(index(time), empty ? Long.MIN_VALUE : last);
    double[] copy = advanced(index);
    long from = empty ? index : Math.min(index, last + 1);
    from = Math.max(from, index - buckets.length + 1);
    for (long i = from; i <= index; i++) {
      copy[slot(i)] = value;
    }
    return new SampleWindow(granularity, origin, copy, false, empty ? index : first, index);
  }

  /** A copy in which nothing is left of the buckets between the last one and this. */
  private double[] advanced(long index) {
    if (empty || index - last >= buckets.length) {
      return new double[buckets.length];
    }
    double[] copy = buckets.clone();
    for (long i = last + 1; i <= index; i++) {
      copy[slot(i)] = 0;
    }
    return copy;
  }

  private static void finite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a sample must be finite, was " + value);
    }
  }

  private long index(long time) {
    return Math.floorDiv(time - origin, granularity);
  }

  private int slot(long index) {
    return (int) Math.floorMod(index, (long) buckets.length);
  }

  /**
   * The sum of the samples of the window.
   *
   * @param now the end of the window; the last sample where that is later
   * @return the sum, 0 without any
   */
  public double sum(Instant now) {
    return sum(now.toEpochMilli(), buckets.length);
  }

  /**
   * The average over the buckets of the window, from its first sample to its last.
   *
   * @param now the end of the window; the last sample where that is later
   * @return the average, 0 without any
   */
  public double average(Instant now) {
    int count = count(now.toEpochMilli(), buckets.length);
    return count == 0 ? 0 : sum(now) / count;
  }

  /**
   * The average over the window with weights that fall exponentially with age; all of them together
   * are 99.99 %. Silence counts as zero.
   *
   * @param now the end of the window; the last sample where that is later
   * @return the average, 0 without any sample
   */
  public double weightedAverage(Instant now) {
    return weightedAverage(now.toEpochMilli(), buckets.length);
  }

  /** The weight of the newest of so many buckets in an average with exponential weights. */
  static double smoothing(int buckets) {
    return Math.max(1 - Math.pow(1 - 0.9999, 1.0 / buckets), 0.2);
  }

  double sum(long now, int length) {
    double sum = 0;
    for (long i = oldest(now, length); i <= last && !empty; i++) {
      sum += buckets[slot(i)];
    }
    return sum;
  }

  /** How many of the last {@code length} buckets there are from the first sample to the last. */
  int count(long now, int length) {
    return empty ? 0 : (int) Math.max(0, last - oldest(now, length) + 1);
  }

  private long oldest(long now, int length) {
    return Math.max(first, Math.max(index(now), last) - length + 1);
  }

  double weightedAverage(long now, int length) {
    long silent = empty ? Long.MAX_VALUE : Math.max(0, index(now) - last);
    if (silent > length) {
      return 0;
    }
    double coefficient = smoothing(length);
    double weight = coefficient * Math.pow(1 - coefficient, (double) silent);
    double sum = 0;
    for (long i = last; i > last - (length - silent); i--) {
      sum += buckets[slot(i)] * weight;
      weight *= 1 - coefficient;
    }
    return sum;
  }

  /** As numbers, so that a rule can remember it. */
  void store(double[] target, int at) {
    target[at] = granularity;
    target[at + 1] = origin;
    target[at + 2] = empty ? Double.NaN : first;
    target[at + 3] = last;
    System.arraycopy(buckets, 0, target, at + HEAD, buckets.length);
  }

  /** How many numbers {@link #store} needs. */
  int stored() {
    return HEAD + buckets.length;
  }

  /** What was stored, or an empty window where that was one of another length or granularity. */
  static SampleWindow restore(
      Memory memory, int at, Duration window, Duration granularity, long now) {
    SampleWindow fresh = of(window, granularity, now);
    boolean fits =
        memory.numbers() == at + fresh.stored()
            && memory.number(at, 0) == (double) fresh.granularity
            && !Double.isNaN(memory.number(at + 2, Double.NaN));
    if (!fits) {
      return fresh;
    }
    double[] buckets = new double[fresh.buckets.length];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = memory.number(at + HEAD + i, 0);
    }
    return new SampleWindow(
        fresh.granularity,
        (long) memory.number(at + 1, 0),
        buckets,
        false,
        (long) memory.number(at + 2, 0),
        (long) memory.number(at + 3, 0));
  }

  @Override
  public String toString() {
    return buckets.length + " buckets of " + granularity + " ms";
  }
}
