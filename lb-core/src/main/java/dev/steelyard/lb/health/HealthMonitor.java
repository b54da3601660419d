package dev.steelyard.lb.health;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.request.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the instances of a registry and sets them {@link InstanceStatus#UP} and {@link
 * InstanceStatus#DOWN}.
 *
 * <pre>{@code
 * HealthMonitor monitor =
 *     HealthMonitor.builder(registry, HealthProbe.http("/health")).interval(Duration.ofSeconds(2)).build();
 * monitor.start();
 * }</pre>
 *
 * <p><b>States.</b> An instance has a health of 0 to {@code rise + fall - 1}, and works from {@code
 * rise} on. {@code rise} passes in a row bring it from 0 up, {@code fall} failures in a row from
 * the top down; a result that goes the other way begins the count anew (HAProxy's rule). The first
 * result after a registration decides alone, and so does the first after somebody else has set the
 * instance UP, DEGRADED or DOWN. One that is {@link InstanceStatus#STARTING} is UP at its first
 * pass; its failures do not count during {@link Builder#startGrace}, and count by {@code fall}
 * after it. {@link InstanceStatus#MAINTENANCE} and {@link InstanceStatus#DRAINING} are checked, and
 * never changed. An instance that was {@link InstanceStatus#DEGRADED} before it was DOWN is
 * DEGRADED again after it.
 *
 * <p>A result acts on the incarnation that was asked, and only while its status is the one that the
 * monitor knows: a change by somebody else during a check wins, and the check is void.
 *
 * <p><b>Threads.</b> None before {@link #start}; then a timer and, while checks run, daemon threads
 * that call the probe, which last a second longer than the work. A probe that blocks, hangs, throws
 * or answers twice does no harm to the checks of other instances. All methods are thread-safe.
 * Listeners, and those of the registry, run one at a time on whichever thread brought the result,
 * so they must not block.
 *
 * <p><b>Cost.</b> A check is O(log n) for timers and O(1) beside its probe; a change of status
 * costs what it costs the registry, O(n).
 *
 * <p><b>Not for</b> finding what only some requests meet: a check asks one question, every interval
 * (passive signals and circuit breakers see requests). Nor for thousands of clients that each check
 * thousands of instances: the checks become the load. Two monitors of one registry undo each
 * other's work.
 */
public final class HealthMonitor implements AutoCloseable {

  /** Passes in a row that bring an instance up, unless set otherwise: {@value}. */
  public static final int DEFAULT_RISE = 2;

  /** Failures in a row that take an instance down, unless set otherwise: {@value}. */
  public static final int DEFAULT_FALL = 3;

  /** Seconds between checks, unless set otherwise: {@value}. */
  public static final int DEFAULT_INTERVAL_SECONDS = 5;

  /** How much longer than its base a delay may be, as a share, unless set otherwise: {@value}. */
  public static final double DEFAULT_JITTER = 0.1;

  /** How many checks run at once at most, unless set otherwise: {@value}. */
  public static final int DEFAULT_MAX_CONCURRENT = 64;

  /** For how many seconds a STARTING instance may fail, unless set otherwise: {@value}. */
  public static final int DEFAULT_START_GRACE_SECONDS = 30;

  private static final Logger LOGGER = LoggerFactory.getLogger(HealthMonitor.class);

  private final HealthProbe probe;
  private final HealthSettings settings;
  private final FaultExit faults = new FaultExit(LOGGER, "health");
  private final CheckLoop loop;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  private HealthMonitor(InstanceRegistry registry, HealthProbe probe, HealthSettings settings) {
    this.probe = probe;
    this.settings = settings;
    this.loop = new CheckLoop(registry, probe, settings, faults);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param registry whose instances to check
   * @param probe how
   * @return a new builder
   */
  public static Builder builder(InstanceRegistry registry, HealthProbe probe) {
    return new Builder(registry, probe);
  }

  /**
   * Begins to check. The instances that are registered now are checked within one fast interval,
   * spread over it, so that a start asks neither late nor all at once; one that is registered later
   * is checked immediately. A second call does nothing.
   *
   * @throws IllegalStateException if the monitor is closed; make another one
   */
  public void start() {
    if (closed.get()) {
      throw new IllegalStateException("HealthMonitor: closed (expected: start before close)");
    }
    if (started.compareAndSet(false, true)) {
      if (probe instanceof HttpHealthProbe http) {
        http.attach();
      }
      loop.start();
    }
  }

  /**
   * Ends all checks: cancels and interrupts those that run, and does not wait for them. Statuses
   * stay as they are. Idempotent.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      loop.close();
      if (started.getAndSet(true) && probe instanceof HttpHealthProbe http) {
        http.detach();
      }
    }
  }

  /**
   * Tells how a request ended. Any outcome tells that there was a request ({@link
   * Builder#noTrafficInterval}); with {@link Builder#passiveFailures} failures in a row count as
   * failed checks. {@link Outcome#SUCCESS} ends the row; the others, {@link Outcome#OVERLOADED}
   * too, neither lengthen nor end it: who takes overloaded instances out overloads the rest.
   *
   * <p>O(1), without a lock, and 0 bytes unless a failed check is made of it. Does nothing where
   * that incarnation is not checked (any more).
   *
   * @param instanceId the id of the instance
   * @param incarnation the incarnation that the request went to ({@link Registration#incarnation})
   * @param outcome how it ended
   */
  public void passive(String instanceId, long incarnation, Outcome outcome) {
    Target target = loop.find(instanceId);
    if (target == null || target.incarnation() != incarnation) {
      return;
    }
    target.noteRequest();
    int limit = settings.passiveFailures();
    if (limit == 0) {
      return;
    }
    if (outcome == Outcome.SUCCESS) {
      target.noteSuccess();
    } else if (outcome == Outcome.FAILURE && target.noteFailure(limit)) {
      loop.requestsFailed(target, limit);
    }
  }

  /**
   * Adds a listener for the changes of status that this monitor makes: no event without a change.
   * What it throws is counted and logged.
   *
   * @param listener whom to tell; must not block
   * @return to be closed when the listener has heard enough
   */
  public Subscription listen(Consumer<? super Transition> listener) {
    return loop.judge().listen(requireNonNull(listener, "listener"));
  }

  /**
   * Returns how all instances are. O(n); each instance by itself is consistent.
   *
   * @return a snapshot; without instances before {@link #start}
   */
  public Summary summary() {
    long now = settings.ticker().nanos();
    Map<InstanceStatus, Integer> counts = new EnumMap<>(InstanceStatus.class);
    for (InstanceStatus status : InstanceStatus.values()) {
      counts.put(status, 0);
    }
    List<InstanceHealth> instances = new ArrayList<>();
    int working = 0;
    for (Target target : loop.targets()) {
      InstanceHealth health = health(target, now);
      instances.add(health);
      counts.merge(health.registration().status(), 1, Integer::sum);
      if (health.works() && health.registration().status().acceptsNewRequests()) {
        working++;
      }
    }
    instances.sort((one, other) -> one.registration().id().compareTo(other.registration().id()));
    return new Summary(
        counts,
        instances,
        working > 0 && working >= settings.guard().minimumUp(),
        loop.running(),
        loop.queued(),
        loop.late(),
        faults.count());
  }

  private InstanceHealth health(Target target, long nowNanos) {
    Standing standing = target.standing();
    boolean checked = standing.checks() > 0;
    return new InstanceHealth(
        target.registration(),
        standing.health(),
        settings.scale().isUp(standing.health()),
        standing.kept(),
        standing.passed(),
        standing.reason(),
        standing.passes(),
        standing.failures(),
        standing.checks(),
        standing.timeouts(),
        checked ? Duration.ofNanos(Math.max(nowNanos - standing.endedAtNanos(), 0)) : null,
        checked ? Duration.ofNanos(standing.tookNanos()) : null);
  }

  @Override
  public String toString() {
    return "HealthMonitor[" + probe + ", " + loop.targets().size() + " instances]";
  }

  /**
   * A change of status that a monitor has made.
   *
   * @param registration the instance, with its new status
   * @param from its old status
   * @param reason why it was found not to work; empty if it works
   */
  public record Transition(Registration registration, InstanceStatus from, String reason) {

    /**
     * Returns the new status.
     *
     * @return that of the registration
     */
    public InstanceStatus to() {
      return registration.status();
    }
  }

  /**
   * How an instance is.
   *
   * @param registration the instance, as the monitor knows it
   * @param health 0 to {@code rise + fall - 1}
   * @param works whether that is {@code rise} or above
   * @param keptUp whether it should be DOWN and is not, because {@link Builder#maxDownShare} or
   *     {@link Builder#minimumUp} forbids it
   * @param passed whether the last result was good; false before the first
   * @param reason why it was not; "not checked yet" before the first
   * @param consecutivePasses good results in a row
   * @param consecutiveFailures bad results in a row
   * @param checks how many checks came to a result
   * @param timeouts how many of them took too long
   * @param lastCheckAge how long ago the last check ended, or null before the first
   * @param lastCheckTook how long it took, or null before the first
   */
  public record InstanceHealth(
      Registration registration,
      int health,
      boolean works,
      boolean keptUp,
      boolean passed,
      String reason,
      int consecutivePasses,
      int consecutiveFailures,
      long checks,
      long timeouts,
      @Nullable Duration lastCheckAge,
      @Nullable Duration lastCheckTook) {}

  /**
   * How all instances are.
   *
   * @param counts how many are in each status; all statuses are there
   * @param instances each of them, by id
   * @param healthy whether at least one, and {@link Builder#minimumUp}, accept requests and work
   * @param running checks that run
   * @param waiting checks that wait for one of them to end
   * @param late results that came after a timeout, a removal or a change by somebody else, or twice
   * @param faults exceptions of listeners and hooks, and checks that the executor did not make
   */
  public record Summary(
      Map<InstanceStatus, Integer> counts,
      List<InstanceHealth> instances,
      boolean healthy,
      int running,
      int waiting,
      long late,
      long faults) {

    /**
     * Copies.
     *
     * @param counts how many are in each status
     * @param instances each of them
     * @param healthy whether enough work
     * @param running checks that run
     * @param waiting checks that wait
     * @param late results that came to nothing
     * @param faults exceptions and checks not made
     */
    public Summary {
      counts = Map.copyOf(counts);
      instances = List.copyOf(instances);
    }
  }

  /** Collects the settings of a monitor; not thread-safe. */
  public static final class Builder {
    private static final int MOST_RESULTS = 1_000;
    private static final long MILLISECOND = 1_000_000L;
    private static final long LONGEST_DELAY = Duration.ofDays(365).toNanos();

    private final InstanceRegistry registry;
    private final HealthProbe probe;
    private int rise = DEFAULT_RISE;
    private int fall = DEFAULT_FALL;
    private long intervalNanos = Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS).toNanos();
    private long fastNanos;
    private long downNanos;
    private long noTrafficNanos;
    private long timeoutNanos;
    private long startGraceNanos = Duration.ofSeconds(DEFAULT_START_GRACE_SECONDS).toNanos();
    private double jitter = DEFAULT_JITTER;
    private int maxConcurrent = DEFAULT_MAX_CONCURRENT;
    private int passiveFailures;
    private double maxDownShare = 1;
    private int minimumUp;
    private long unhealthyNanos;
    private @Nullable Consumer<? super Registration> onUnhealthy;
    private @Nullable Executor executor;
    private Ticker ticker = Ticker.system();
    private RandomSource random = RandomSource.threadLocal();
    private Scheduler scheduler = Scheduler.onDemand("steelyard-health");

    private Builder(InstanceRegistry registry, HealthProbe probe) {
      this.registry = requireNonNull(registry, "registry");
      this.probe = requireNonNull(probe, "probe");
    }

    /**
     * Sets how many passes in a row bring an instance up. Default: {@value #DEFAULT_RISE}.
     *
     * @param passes 1 to 1000
     * @return this builder
     */
    public Builder rise(int passes) {
      check(passes >= 1 && passes <= MOST_RESULTS, "rise", passes, "1..1000");
      this.rise = passes;
      return this;
    }

    /**
     * Sets how many failures in a row take an instance down. Default: {@value #DEFAULT_FALL}.
     *
     * @param failures 1 to 1000
     * @return this builder
     */
    public Builder fall(int failures) {
      check(failures >= 1 && failures <= MOST_RESULTS, "fall", failures, "1..1000");
      this.fall = failures;
      return this;
    }

    /**
     * Sets how long after the end of a check the next one begins. Default: {@value
     * #DEFAULT_INTERVAL_SECONDS} s.
     *
     * @param time 1 ms to 365 days
     * @return this builder
     */
    public Builder interval(Duration time) {
      this.intervalNanos = delay(time, "interval");
      return this;
    }

    /**
     * Sets the interval of an instance in transition: one whose last result is against its state,
     * or that is STARTING. Default: a fifth of the interval.
     *
     * @param time at least 1 ms, at most the interval
     * @return this builder
     */
    public Builder fastInterval(Duration time) {
      this.fastNanos = delay(time, "fastInterval");
      return this;
    }

    /**
     * Sets the interval of an instance whose health is 0. Default: the interval.
     *
     * @param time 1 ms to 365 days
     * @return this builder
     */
    public Builder downInterval(Duration time) {
      this.downNanos = delay(time, "downInterval");
      return this;
    }

    /**
     * Sets the interval of an instance of full health that had no request since its last check, as
     * told by {@link HealthMonitor#passive}. Default: none, the interval is used.
     *
     * @param time at least the interval, at most 365 days
     * @return this builder
     */
    public Builder noTrafficInterval(Duration time) {
      this.noTrafficNanos = delay(time, "noTrafficInterval");
      return this;
    }

    /**
     * Sets how long a check may take. Default: 1 s, or half the interval if that is less.
     *
     * @param time above 0, below the interval
     * @return this builder
     */
    public Builder timeout(Duration time) {
      this.timeoutNanos = positiveNanos(time, "timeout");
      return this;
    }

    /**
     * Sets how much longer than its base a delay may be: each is drawn from {@code base} to {@code
     * base * (1 + share)}, so that checks do not fall into step. Default: {@value #DEFAULT_JITTER}.
     *
     * @param share 0 to 1
     * @return this builder
     */
    public Builder jitter(double share) {
      check(share >= 0 && share <= 1, "jitter", share, "0..1");
      this.jitter = share;
      return this;
    }

    /**
     * Sets for how long failures of a STARTING instance do not count. Default: {@value
     * #DEFAULT_START_GRACE_SECONDS} s.
     *
     * @param time 0 or above
     * @return this builder
     */
    public Builder startGrace(Duration time) {
      this.startGraceNanos = time.isZero() ? 0 : positiveNanos(time, "startGrace");
      return this;
    }

    /**
     * Sets how many checks run at once at most; others wait their turn. Default: {@value
     * #DEFAULT_MAX_CONCURRENT}.
     *
     * @param checks 1 to 10 000
     * @return this builder
     */
    public Builder maxConcurrent(int checks) {
      check(checks >= 1 && checks <= 10_000, "maxConcurrent", checks, "1..10000");
      this.maxConcurrent = checks;
      return this;
    }

    /**
     * Sets how many requests to an instance have to fail in a row to count as one failed check, as
     * told by {@link HealthMonitor#passive}; the next check then comes after the fast interval.
     * Twice as many count as two, and so on. Default: off.
     *
     * @param consecutive 1 to 1 000 000
     * @return this builder
     */
    public Builder passiveFailures(int consecutive) {
      check(
          consecutive >= 1 && consecutive <= 1_000_000,
          "passiveFailures",
          consecutive,
          "1..1000000");
      this.passiveFailures = consecutive;
      return this;
    }

    /**
     * Sets which share of the instances may be DOWN: at most {@code floor(share * n)}, where {@code
     * n} leaves out those in MAINTENANCE and DRAINING. The monitor sets no more DOWN; {@link
     * InstanceHealth#keptUp} shows who should be. 0 only watches. Default: 1, no limit.
     *
     * @param share 0 to 1
     * @return this builder
     */
    public Builder maxDownShare(double share) {
      check(share >= 0 && share <= 1, "maxDownShare", share, "0..1");
      this.maxDownShare = share;
      return this;
    }

    /**
     * Sets how many instances that accept requests the monitor leaves at least, as with {@link
     * #maxDownShare}. Default: 0.
     *
     * @param instances 0 or above
     * @return this builder
     */
    public Builder minimumUp(int instances) {
      check(instances >= 0, "minimumUp", instances, ">= 0");
      this.minimumUp = instances;
      return this;
    }

    /**
     * Sets what happens to an instance that stays DOWN: who owns it may replace it. Called once for
     * each time that it is DOWN for so long without a break, on a thread of the executor's, where
     * it may block. What it throws is counted and logged. Default: nothing.
     *
     * @param after how long, 0 or above
     * @param hook gets the instance
     * @return this builder
     */
    public Builder onUnhealthy(Duration after, Consumer<? super Registration> hook) {
      this.unhealthyNanos = after.isZero() ? 0 : positiveNanos(after, "after");
      this.onUnhealthy = requireNonNull(hook, "hook");
      return this;
    }

    /**
     * Sets on which threads the probe and the hook are called. Default: daemon threads of the
     * monitor's own, as many as there are checks at once, and one for each instance for which the
     * probe hangs. A check that waits in the executor for its whole timeout has no result and is
     * counted as a fault.
     *
     * @param threads runs the calls, not on the thread that submits them unless the probe never
     *     blocks
     * @return this builder
     */
    public Builder executor(Executor threads) {
      this.executor = requireNonNull(threads, "executor");
      return this;
    }

    /**
     * Sets the source of elapsed time. Default: the JVM's.
     *
     * @param time the ticker
     * @return this builder
     */
    public Builder ticker(Ticker time) {
      this.ticker = requireNonNull(time, "ticker");
      return this;
    }

    /**
     * Sets the source of phases and jitter. Default: {@link RandomSource#threadLocal}.
     *
     * @param source the source
     * @return this builder
     */
    public Builder random(RandomSource source) {
      this.random = requireNonNull(source, "random");
      return this;
    }

    /**
     * Sets what keeps the times of checks. Default: {@link Scheduler#onDemand}.
     *
     * @param timers the scheduler; one that refuses a task ends the checks of that instance
     * @return this builder
     */
    public Builder scheduler(Scheduler timers) {
      this.scheduler = requireNonNull(timers, "scheduler");
      return this;
    }

    /**
     * Makes the monitor, which waits for {@link HealthMonitor#start}.
     *
     * @return a new monitor
     * @throws IllegalStateException if settings contradict each other
     */
    public HealthMonitor build() {
      long fast = fastNanos == 0 ? Math.max(intervalNanos / 5, MILLISECOND) : fastNanos;
      long timeout =
          timeoutNanos == 0 ? Math.min(intervalNanos / 2, 1_000 * MILLISECOND) : timeoutNanos;
      agree(timeout < intervalNanos, "timeout", timeout, "less than the interval");
      agree(fast <= intervalNanos, "fastInterval", fast, "at most the interval");
      agree(
          noTrafficNanos == 0 || noTrafficNanos >= intervalNanos,
          "noTrafficInterval",
          noTrafficNanos,
          "at least the interval");
      Cadence cadence =
          new Cadence(
              intervalNanos,
              fast,
              downNanos == 0 ? intervalNanos : downNanos,
              noTrafficNanos,
              jitter,
              random);
      return new HealthMonitor(
          registry,
          probe,
          new HealthSettings(
              new HealthScale(rise, fall),
              cadence,
              new DownGuard(maxDownShare, minimumUp),
              timeout,
              startGraceNanos,
              maxConcurrent,
              passiveFailures,
              unhealthyNanos,
              onUnhealthy,
              ticker,
              scheduler,
              executor));
    }

    private void agree(boolean holds, String knob, long nanos, String rule) {
      if (!holds) {
        throw new IllegalStateException(
            knob
                + ": "
                + Duration.ofNanos(nanos)
                + " (expected: "
                + rule
                + ", "
                + Duration.ofNanos(intervalNanos)
                + ')');
      }
    }

    private static long delay(Duration time, String knob) {
      long nanos = positiveNanos(time, knob);
      check(nanos >= MILLISECOND && nanos <= LONGEST_DELAY, knob, time, "1 ms..365 days");
      return nanos;
    }
  }
}
