package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import dev.steelyard.autoscale.ScalingPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The knobs of an {@link AutoScaler}. Not thread-safe. */
public final class AutoScalerBuilder {
  /** The default of {@link #interval}, in seconds. */
  public static final int DEFAULT_INTERVAL_SECONDS = 15;

  /** The default of {@link #readTimeout}, in seconds. */
  public static final int DEFAULT_READ_TIMEOUT_SECONDS = 10;

  /** The default of {@link #actionTimeout}, in seconds. */
  public static final int DEFAULT_ACTION_TIMEOUT_SECONDS = 60;

  /** The default of {@link #historyCapacity}. */
  public static final int DEFAULT_HISTORY_CAPACITY = 1_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Duration LEAST = Duration.ofMillis(1);

  final String name;
  final ScalingPolicy policy;
  final ScalingTarget target;
  final List<MetricsSource> sources = new ArrayList<>();
  final List<String> sourceNames = new ArrayList<>();
  final List<AutoScalerListener> listeners = new ArrayList<>();
  Duration interval = Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS);
  Duration shortestWait = Duration.ofSeconds(1);
  Duration readTimeout = Duration.ofSeconds(DEFAULT_READ_TIMEOUT_SECONDS);
  Duration actionTimeout = Duration.ofSeconds(DEFAULT_ACTION_TIMEOUT_SECONDS);
  Duration closeTimeout = Duration.ofSeconds(10);
  Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));
  int historyCapacity = DEFAULT_HISTORY_CAPACITY;
  boolean dryRun;
  boolean coldStart;
  @Nullable StateStore store;
  InstantSource clock = InstantSource.system();
  @Nullable ScheduledExecutorService timer;
  @Nullable Executor workers;

  AutoScalerBuilder(String name, ScalingPolicy policy, ScalingTarget target) {
    if (!NAME.matcher(requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException("name must match " + NAME + ", was '" + name + "'");
    }
    this.name = name;
    this.policy = requireNonNull(policy, "policy");
    this.target = requireNonNull(target, "target");
  }

  private AutoScalerBuilder(AutoScalerBuilder other) {
    this(other.name, other.policy, other.target);
    sources.addAll(other.sources);
    sourceNames.addAll(other.sourceNames);
    listeners.addAll(other.listeners);
    interval = other.interval;
    shortestWait = other.shortestWait;
    readTimeout = other.readTimeout;
    actionTimeout = other.actionTimeout;
    closeTimeout = other.closeTimeout;
    backoff = other.backoff;
    historyCapacity = other.historyCapacity;
    dryRun = other.dryRun;
    coldStart = other.coldStart;
    store = other.store;
    clock = other.clock;
    timer = other.timer;
    workers = other.workers;
  }

  /**
   * Adds a source. Without any, all metrics are missing, and only schedules and a number set by
   * hand scale.
   *
   * @param source the source
   * @return this
   */
  public AutoScalerBuilder source(MetricsSource source) {
    sources.add(requireNonNull(source, "source"));
    sourceNames.add("source " + sources.size());
    return this;
  }

  /**
   * Adds a listener.
   *
   * @param listener the listener
   * @return this
   */
  public AutoScalerBuilder listener(AutoScalerListener listener) {
    listeners.add(requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Sets how often to look. Default: {@value #DEFAULT_INTERVAL_SECONDS} s, Kubernetes' value.
   *
   * @param time 1 ms to a day; a multiple of the metrics' own interval, or it sees them twice
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder interval(Duration time) {
    interval = Knobs.duration("interval", time, LEAST);
    return this;
  }

  /**
   * Sets the least time from the end of a round to the next one, whoever asks for it: a decision
   * that wants to look again before the interval is over, or {@link AutoScaler#lookNow}. Default: 1
   * s.
   *
   * @param time 1 ms to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder shortestWait(Duration time) {
    shortestWait = Knobs.duration("shortestWait", time, LEAST);
    return this;
  }

  /**
   * Sets how long all sources together may take. Default: {@value #DEFAULT_READ_TIMEOUT_SECONDS} s.
   *
   * @param time 1 ms to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder readTimeout(Duration time) {
    readTimeout = Knobs.duration("readTimeout", time, LEAST);
    return this;
  }

  /**
   * Sets how long an action may take before it is interrupted and counts as failed. Default:
   * {@value #DEFAULT_ACTION_TIMEOUT_SECONDS} s. A target that waits for its instances to be ready
   * needs longer than the slowest of them.
   *
   * @param time 1 ms to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder actionTimeout(Duration time) {
    actionTimeout = Knobs.duration("actionTimeout", time, LEAST);
    return this;
  }

  /**
   * Sets how long {@link AutoScaler#close} waits for calls that it has interrupted. Default: 10 s.
   *
   * @param time 0 to a day
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder closeTimeout(Duration time) {
    closeTimeout = Knobs.duration("closeTimeout", time, Duration.ZERO);
    return this;
  }

  /**
   * Sets how long to wait after failed actions: doubled with each failure in a row. Default: 5 s to
   * 5 min.
   *
   * @param first after the first, 1 ms to a day
   * @param longest the limit, not below the first
   * @return this
   * @throws IllegalArgumentException if they are not
   */
  public AutoScalerBuilder backoff(Duration first, Duration longest) {
    Knobs.duration("first back-off", first, LEAST);
    backoff = new Backoff(first, Knobs.duration("longest back-off", longest, first));
    return this;
  }

  /**
   * Sets how many entries the history keeps. Default: {@value #DEFAULT_HISTORY_CAPACITY}.
   *
   * @param entries 1 to 1 000 000
   * @return this
   * @throws IllegalArgumentException if it is not
   */
  public AutoScalerBuilder historyCapacity(int entries) {
    historyCapacity = Knobs.range("historyCapacity", entries, 1, 1_000_000);
    return this;
  }

  /**
   * Decides and records, and never touches the target. Default: off. Each decision starts from the
   * target's real count, so after the first change that was not made a dry run shows what would be
   * asked for now, and not the course of a fleet; a replay shows that.
   *
   * @param on whether
   * @return this
   */
  public AutoScalerBuilder dryRun(boolean on) {
    dryRun = on;
    return this;
  }

  /**
   * Keeps the state over a restart. Default: it is not kept.
   *
   * @param keeper the store; one per loop
   * @return this
   */
  public AutoScalerBuilder stateStore(StateStore keeper) {
    store = requireNonNull(keeper, "stateStore");
    return this;
  }

  /**
   * Starts as if for the first time where the saved state is broken, of another version or of
   * another loop, and overwrites it. Default: off, {@link AutoScaler#start} fails: somebody should
   * know that cooldowns, a number set by hand and scaling that was switched off are forgotten.
   *
   * @param on whether
   * @return this
   */
  public AutoScalerBuilder coldStartIfUnreadable(boolean on) {
    coldStart = on;
    return this;
  }

  /**
   * Sets the clock. Default: the system's. If it goes back by up to 5 minutes, time stands still
   * until it has caught up; if by more, the past is forgotten, as at a first start.
   *
   * @param source the clock
   * @return this
   */
  public AutoScalerBuilder clock(InstantSource source) {
    clock = requireNonNull(source, "clock");
    return this;
  }

  /**
   * Sets who runs the loop. Default: a thread of its own.
   *
   * @param executor runs short tasks; not shut down by the loop
   * @return this
   */
  public AutoScalerBuilder timer(ScheduledExecutorService executor) {
    timer = requireNonNull(executor, "timer");
    return this;
  }

  /**
   * Sets who calls sources and target. Default: threads of its own, one per source and one for the
   * target.
   *
   * @param executor runs tasks that block; needs a thread per source and one more; not shut down by
   *     the loop
   * @return this
   */
  public AutoScalerBuilder workers(Executor executor) {
    workers = requireNonNull(executor, "workers");
    return this;
  }

  /**
   * Builds the loop. It does nothing before {@link AutoScaler#start}.
   *
   * @return the loop
   */
  public AutoScaler build() {
    return new AutoScaler(new AutoScalerBuilder(this));
  }
}
