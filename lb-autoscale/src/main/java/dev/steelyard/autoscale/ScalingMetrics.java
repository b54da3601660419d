package dev.steelyard.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a service at one moment: the time, the instances, and samples of metrics, of
 * the whole pool or of each instance. Immutable; time is part of it, nothing here looks at a clock.
 *
 * <p>A metric that a policy asks for and that is not here is missing, and so is one whose sample is
 * too old: the rule's {@link MissingData} says what happens then. A number that cannot be one (NaN,
 * negative, from the future) is refused when it is given.
 *
 * <pre>{@code
 * ScalingMetrics.at(noon).instances(4).metric(Metric.CPU, 91).build();
 *
 * ScalingMetrics.at(noon)
 *     .instance("a", a -> a.startedAt(morning).metric(Metric.CPU, 93))
 *     .instance("b", b -> b.ready(false))
 *     .metric(Metric.QUEUE_DEPTH, 1200)
 *     .build();
 * }</pre>
 */
public final class ScalingMetrics {
  /** What an instance is doing. */
  public enum Phase {
    /** Ordered, not yet running. */
    PENDING,
    /** Running, ready or not. */
    RUNNING,
    /** On its way out; counts for nothing. */
    TERMINATING,
    /** Dead; counts for nothing. */
    FAILED
  }

  /** A time that is not known. */
  static final long UNKNOWN = Long.MIN_VALUE;

  /** The samples of one metric; arrays are by instance, NaN where there is no sample. */
  static final class Column {
    final Metric metric;
    double pool = Double.NaN;
    long poolTime = UNKNOWN;
    double[] usage = {};
    double[] capacity = {};
    long[] times = {};
    long[] windows = {};
    @Nullable String missingWhy;

    Column(Metric metric) {
      this.metric = metric;
    }

    private Column copy() {
      Column copy = new Column(metric);
      copy.pool = pool;
      copy.poolTime = poolTime;
      copy.usage = usage;
      copy.capacity = capacity;
      copy.times = times;
      copy.windows = windows;
      copy.missingWhy = missingWhy;
      return copy;
    }

    Column at(Reading reading, double value) {
      Column copy = copy();
      if (!Double.isNaN(pool)) {
        copy.pool = value;
        return copy;
      }
      boolean total = metric.kind() == Metric.Kind.PROPORTIONAL_TOTAL;
      copy.usage = usage.clone();
      for (int i = 0; i < usage.length; i++) {
        if (reading.value > 0) {
          copy.usage[i] = usage[i] * (value / reading.value);
        } else if (!Double.isNaN(usage[i])) {
          boolean share = !total && !Double.isNaN(capacity[i]);
          copy.usage[i] =
              total ? value / reading.counted : share ? value * capacity[i] / 100 : value;
        }
      }
      return copy;
    }

    Column later(long by) {
      Column copy = copy();
      copy.poolTime = poolTime == UNKNOWN ? UNKNOWN : poolTime + by;
      copy.times = times.clone();
      for (int i = 0; i < times.length; i++) {
        copy.times[i] += by;
      }
      return copy;
    }

    boolean perInstance() {
      return usage.length > 0;
    }

    void widen(int size) {
      if (usage.length < size) {
        int from = usage.length;
        int capacityNow = Math.max(size, from * 2);
        usage = Arrays.copyOf(usage, capacityNow);
        capacity = Arrays.copyOf(capacity, capacityNow);
        times = Arrays.copyOf(times, capacityNow);
        windows = Arrays.copyOf(windows, capacityNow);
        Arrays.fill(usage, from, capacityNow, Double.NaN);
        Arrays.fill(capacity, from, capacityNow, Double.NaN);
      }
    }

    void trim(int size) {
      if (usage.length > 0) {
        widen(size);
        usage = Arrays.copyOf(usage, size);
        capacity = Arrays.copyOf(capacity, size);
        times = Arrays.copyOf(times, size);
        windows = Arrays.copyOf(windows, size);
      }
    }
  }

  final long time;
  final int instances;
  final int running;
  final int ready;
  final @Nullable String[] ids;
  final Phase[] phases;
  final byte[] readiness;
  final long[] startedAt;
  final long[] readySince;
  final boolean[] unhealthy;
  final Column[] columns;

  private ScalingMetrics(Builder builder) {
    this.time = builder.time;
    int known = builder.count;
    this.ids = Arrays.copyOf(builder.ids, known);
    this.phases = Arrays.copyOf(builder.phases, known);
    this.readiness = Arrays.copyOf(builder.readiness, known);
    this.startedAt = Arrays.copyOf(builder.startedAt, known);
    this.readySince = Arrays.copyOf(builder.readySince, known);
    this.unhealthy = Arrays.copyOf(builder.unhealthy, known);
    this.columns = builder.columns.values().toArray(new Column[0]);
    for (Column column : columns) {
      column.trim(known);
    }
    this.instances = builder.instances >= 0 ? builder.instances : known;
    this.running = builder.running >= 0 ? builder.running : known > 0 ? known : instances;
    this.ready = builder.ready >= 0 ? builder.ready : known > 0 ? countReady() : running;
  }

  private int countReady() {
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (phases[i] == Phase.RUNNING && readiness[i] > 0) {
        count++;
      }
    }
    return count;
  }

  /**
   * Begins with the time.
   *
   * @param time when the numbers were taken
   * @return a builder
   */
  public static Builder at(Instant time) {
    return new Builder(Times.millis("the time of metrics", time));
  }

  /**
   * When the numbers were taken.
   *
   * @return the time, in milliseconds
   */
  public Instant time() {
    return Instant.ofEpochMilli(time);
  }

  /**
   * How many instances are asked for at present.
   *
   * @return the number
   */
  public int instances() {
    return instances;
  }

  /**
   * How many instances exist, in whatever phase.
   *
   * @return the number
   */
  public int running() {
    return running;
  }

  /**
   * How many instances are running and ready.
   *
   * @return the number
   */
  public int ready() {
    return ready;
  }

  /**
   * The instances that are known one by one.
   *
   * @return their ids, in the order in which they were given; empty if only the pool is known
   */
  public List<String> ids() {
    return List.of(ids);
  }

  /**
   * The metrics of which there are samples, or of which it was said that they are missing.
   *
   * @return the metrics, in the order in which they were given
   */
  public List<Metric> metrics() {
    List<Metric> all = new ArrayList<>(columns.length);
    for (Column column : columns) {
      all.add(column.metric);
    }
    return all;
  }

  private ScalingMetrics(ScalingMetrics that, long time, int instances, Column[] columns) {
    this.time = time;
    this.instances = instances;
    this.running = that.running;
    this.ready = that.ready;
    this.ids = that.ids;
    this.phases = that.phases;
    this.readiness = that.readiness;
    this.startedAt = that.startedAt;
    this.readySince = that.readySince;
    this.unhealthy = that.unhealthy;
    this.columns = columns;
  }

  /**
   * The same with one metric at another value: that of the pool replaced, those of instances in
   * proportion, or all alike where they were 0.
   */
  ScalingMetrics with(Reading reading, double value) {
    Column[] changed = columns.clone();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i].metric.equals(reading.metric)) {
        changed[i] = changed[i].at(reading, value);
      }
    }
    return new ScalingMetrics(this, time, instances, changed);
  }

  /** The same load at a later time, with another number of instances asked for. */
  ScalingMetrics later(long then, int count) {
    Column[] changed = new Column[columns.length];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = columns[i].later(then - time);
    }
    return new ScalingMetrics(this, then, count, changed);
  }

  /** Where the column of a metric is; -1 if there is none. */
  int position(Metric metric) {
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].metric.equals(metric)) {
        return i;
      }
    }
    return -1;
  }

  @Nullable Column column(Metric metric) {
    int at = position(metric);
    return at < 0 ? null : columns[at];
  }

  /** Collects what is known; not thread-safe. */
  public static final class Builder {
    private static final int FIRST = 8;

    private final long time;
    private int instances = -1;
    private int running = -1;
    private int ready = -1;
    private int count;
    private @Nullable String[] ids = new @Nullable String[FIRST];
    private Phase[] phases = new Phase[FIRST];
    private byte[] readiness = new byte[FIRST];
    private long[] startedAt = new long[FIRST];
    private long[] readySince = new long[FIRST];
    private boolean[] unhealthy = new boolean[FIRST];
    private final Map<Metric, Column> columns = new LinkedHashMap<>();
    private final Map<String, Integer> known = new HashMap<>();

    private Builder(long time) {
      this.time = time;
    }

    /**
     * How many instances are asked for at present. Without it: as many as are given one by one.
     *
     * @param count the number, not negative
     * @return this
     */
    public Builder instances(int count) {
      this.instances = notNegative("instances", count);
      return this;
    }

    /**
     * How many instances exist, in whatever phase. Without it: as many as are given one by one, or
     * as are asked for.
     *
     * @param count the number, not negative
     * @return this
     */
    public Builder running(int count) {
      this.running = notNegative("running", count);
      return this;
    }

    /**
     * How many instances are running and ready. Without it: those given one by one that are, or as
     * many as exist.
     *
     * @param count the number, not negative
     * @return this
     */
    public Builder ready(int count) {
      this.ready = notNegative("ready", count);
      return this;
    }

    /**
     * A metric of the pool, sampled just now: the total of a {@link Metric.Kind#PROPORTIONAL_TOTAL
     * proportional total}, the average over ready instances of any other.
     *
     * @param metric the metric
     * @param value its value, finite and not negative, in its unit
     * @return this
     */
    public Builder metric(Metric metric, double value) {
      return sample(metric, value, time);
    }

    /**
     * A metric of the pool.
     *
     * @param metric the metric
     * @param value its value, finite and not negative, in its unit
     * @param sampledAt when it was sampled, not after the time of these metrics
     * @return this
     */
    public Builder metric(Metric metric, double value, Instant sampledAt) {
      return sample(metric, value, Times.millis("the time of a sample", sampledAt));
    }

    private Builder sample(Metric metric, double value, long sampledAt) {
      Column column = column(metric);
      column.pool = usable(metric, value);
      column.poolTime = past(metric, sampledAt);
      return this;
    }

    /**
     * Says that a metric could not be had, and why. The same as not giving it, but with a reason
     * that the decision repeats.
     *
     * @param metric the metric
     * @param why the reason, for people
     * @return this
     */
    public Builder missing(Metric metric, String why) {
      column(metric).missingWhy = Objects.requireNonNull(why, "why");
      return this;
    }

    /**
     * One instance.
     *
     * @param id its id, unique here
     * @param facts what is known of it; without any it is running, ready and healthy
     * @return this
     */
    public Builder instance(String id, Consumer<InstanceFacts> facts) {
      Objects.requireNonNull(id, "id");
      if (known.putIfAbsent(id, count) != null) {
        throw new IllegalArgumentException("instance '" + id + "' is given twice");
      }
      if (count == ids.length) {
        int size = count * 2;
        ids = Arrays.copyOf(ids, size);
        phases = Arrays.copyOf(phases, size);
        readiness = Arrays.copyOf(readiness, size);
        startedAt = Arrays.copyOf(startedAt, size);
        readySince = Arrays.copyOf(readySince, size);
        unhealthy = Arrays.copyOf(unhealthy, size);
      }
      ids[count] = id;
      phases[count] = Phase.RUNNING;
      readiness[count] = 1;
      startedAt[count] = UNKNOWN;
      readySince[count] = UNKNOWN;
      count++;
      facts.accept(new InstanceFacts(this, count - 1));
      return this;
    }

    /**
     * The metrics. The builder is used up.
     *
     * @return the metrics
     * @throws IllegalArgumentException if the number of instances was neither given nor follows
     *     from instances given one by one, or more are ready than exist
     */
    public ScalingMetrics build() {
      if (instances < 0 && count == 0) {
        throw new IllegalArgumentException(
            "the number of instances is not known: give instances(n), or each instance(id, ...)");
      }
      ScalingMetrics metrics = new ScalingMetrics(this);
      if (metrics.ready > metrics.running) {
        throw new IllegalArgumentException(
            "ready must not be above the number of instances that exist, was "
                + metrics.ready
                + " of "
                + metrics.running);
      }
      return metrics;
    }

    private Column column(Metric metric) {
      return columns.computeIfAbsent(metric, Column::new);
    }

    private static int notNegative(String knob, int count) {
      if (count < 0) {
        throw new IllegalArgumentException(knob + " must not be negative, was " + count);
      }
      return count;
    }

    private static double usable(Metric metric, double value) {
      if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            metric.name()
                + " must be finite and not negative, was "
                + value
                + "; a metric without a value is missing(metric, why)");
      }
      return value;
    }

    private long past(Metric metric, long sampledAt) {
      if (sampledAt > time) {
        throw new IllegalArgumentException(
            metric.name()
                + " was sampled at "
                + Format.time(sampledAt)
                + ", after the time of the metrics "
                + Format.time(time));
      }
      return sampledAt;
    }
  }

  /** What is known of one instance; valid only inside {@link Builder#instance}. */
  public static final class InstanceFacts {
    private final Builder builder;
    private final int index;

    private InstanceFacts(Builder builder, int index) {
      this.builder = builder;
      this.index = index;
    }

    /**
     * What it is doing; without it {@link Phase#RUNNING}.
     *
     * @param phase the phase
     * @return this
     */
    public InstanceFacts phase(Phase phase) {
      builder.phases[index] = Objects.requireNonNull(phase, "phase");
      return this;
    }

    /**
     * Whether it takes requests; without it, it does.
     *
     * @param ready whether
     * @return this
     */
    public InstanceFacts ready(boolean ready) {
      builder.readiness[index] = (byte) (ready ? 1 : 0);
      return this;
    }

    /**
     * Whether it takes requests, and since when it does or does not.
     *
     * @param ready whether
     * @param since when it last became so
     * @return this
     */
    public InstanceFacts ready(boolean ready, Instant since) {
      builder.readySince[index] = Times.millis("the time of readiness", since);
      return ready(ready);
    }

    /**
     * Says that nobody knows whether it takes requests: it does not count as ready.
     *
     * @return this
     */
    public InstanceFacts readinessUnknown() {
      builder.readiness[index] = -1;
      return this;
    }

    /**
     * When it was started.
     *
     * @param time the time
     * @return this
     */
    public InstanceFacts startedAt(Instant time) {
      builder.startedAt[index] = Times.millis("the time of the start", time);
      return this;
    }

    /**
     * Says that it is broken and should be replaced.
     *
     * @return this
     */
    public InstanceFacts unhealthy() {
      builder.unhealthy[index] = true;
      return this;
    }

    /**
     * A metric of this instance, sampled just now.
     *
     * @param metric the metric
     * @param value its value, finite and not negative; percent for CPU and memory
     * @return this
     */
    public InstanceFacts metric(Metric metric, double value) {
      return sample(metric, value, Double.NaN, builder.time, 0);
    }

    /**
     * A metric of this instance.
     *
     * @param metric the metric
     * @param value its value, finite and not negative
     * @param sampledAt when it was sampled, not after the time of the metrics
     * @param window the time over which it is an average, ending there
     * @return this
     */
    public InstanceFacts metric(Metric metric, double value, Instant sampledAt, Duration window) {
      return sample(
          metric,
          value,
          Double.NaN,
          Times.millis("the time of a sample", sampledAt),
          Times.span("the window of a sample", window));
    }

    /**
     * What this instance uses of what it may use, in any unit: millicores of a request of
     * millicores. The percentage of the pool is the sum of the one over the sum of the other, so
     * that large instances count for more.
     *
     * @param metric the metric
     * @param used what it uses, finite and not negative
     * @param capacity what it may use, finite and above 0
     * @param sampledAt when it was sampled, not after the time of the metrics
     * @param window the time over which it is an average, ending there
     * @return this
     */
    public InstanceFacts usage(
        Metric metric, double used, double capacity, Instant sampledAt, Duration window) {
      if (!(capacity > 0) || capacity == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "the capacity of " + metric.name() + " must be finite and above 0, was " + capacity);
      }
      return sample(
          metric,
          used,
          capacity,
          Times.millis("the time of a sample", sampledAt),
          Times.span("the window of a sample", window));
    }

    /**
     * What this instance may use of something of which there is no sample.
     *
     * @param metric the metric
     * @param capacity what it may use, finite and above 0
     * @return this
     */
    public InstanceFacts capacity(Metric metric, double capacity) {
      if (!(capacity > 0) || capacity == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "the capacity of " + metric.name() + " must be finite and above 0, was " + capacity);
      }
      Column column = builder.column(metric);
      column.widen(index + 1);
      column.capacity[index] = capacity;
      return this;
    }

    private InstanceFacts sample(
        Metric metric, double value, double capacity, long sampledAt, long window) {
      Column column = builder.column(metric);
      column.widen(index + 1);
      column.usage[index] = Builder.usable(metric, value);
      if (!Double.isNaN(capacity)) {
        column.capacity[index] = capacity;
      }
      column.times[index] = builder.past(metric, sampledAt);
      column.windows[index] = window;
      return this;
    }
  }
}
