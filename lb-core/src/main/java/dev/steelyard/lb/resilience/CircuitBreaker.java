package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops calls to something that fails, and finds out with few of them when it works again (M.
 * Nygard, "Release It!", 2007).
 *
 * <pre>{@code
 * CircuitBreaker breaker = CircuitBreaker.builder("orders").build();
 *
 * String answer = breaker.call(() -> legacyClient.get(URI.create("http://orders/42")));
 *
 * long permit = breaker.tryAcquire(); // or by hand
 * if (permit != CircuitBreaker.REFUSED) {
 *   breaker.record(permit, Outcome.SUCCESS, -1);
 * }
 * }</pre>
 *
 * <p>CLOSED, it admits every call and opens as soon as a rule is met: so many failures in a row, or
 * too high a share of failures or of slow calls among the last ones. OPEN, it refuses all until its
 * time is over; that time grows when it opens again and again. The first call after that makes it
 * HALF_OPEN: a few calls are probes, the others refused. If enough probes succeed it closes; as
 * soon as too few can, it opens again. There is no timer and no thread: calls move it.
 *
 * <p><b>A permit belongs to the generation that issued it.</b> Each change of the state begins a
 * new one, and what is recorded with an older permit changes nothing: a call that was sent before
 * the breaker opened never decides whether it closes. Every permit should be recorded, once. A
 * probe that is recorded twice counts once. One that is never recorded holds up the others for
 * {@link Builder#probeLease} at most. While CLOSED, a call that is not recorded is not counted, and
 * one that is recorded twice counts twice.
 *
 * <p>{@link Outcome#FAILURE} and {@link Outcome#OVERLOADED} are failures. {@link Outcome#IGNORED}
 * and {@link Outcome#CANCELLED} are not counted at all; a probe that ends so is used up
 * nevertheless. A slow call counts by its time, whatever its outcome of the other three; a probe
 * that is slow has failed. Only calls that ended are counted: give them a timeout.
 *
 * <p>Times come from one {@link Ticker}: the {@link Builder#ticker}, or one of the caller's that
 * passes in all readings itself. They are compared by subtraction; a clock that goes back counts as
 * one that stands.
 *
 * <p>Thread-safe and lock-free, but for the lock under which listeners come and go. All operations
 * are O(1), with a time window O(buckets) while there are failures; only a change of the state
 * allocates. With threads, each call that is just being recorded may be missing from the counts
 * when another one is judged by them; it is judged itself after that. Counts are exact when no call
 * is being recorded.
 *
 * <p><b>Not for</b> limiting concurrency or rate; nor for a service of many instances as a whole,
 * when some of them fail: one breaker per instance keeps the others in use. With very few calls
 * rates say little; a run of failures says more.
 */
public final class CircuitBreaker {
  /*
   * `phase` is all the state there is to agree on: one reference to an immutable object (BreakerPhase), changed by
   * compare-and-set alone. Whoever wins does what the change entails, after it: gives the guard's place back,
   * links the phases, has the listeners told. Who loses has nothing to undo but the place it took.
   *
   * The common path reads `phase`, and of it `token` and `window`. A permit is compared with `token` whole, so a
   * call in a later state, a probe, and a refusal that was recorded by mistake all take the long way. Between that
   * comparison and the counting the phase may end; then the call is counted in a window that nobody judges by,
   * since an opening begins with a compare-and-set from the phase of the window.
   */

  /** What {@link #tryAcquire} returns if the call must not be made. */
  public static final long REFUSED = -1;

  private static final VarHandle PHASE;

  static {
    try {
      PHASE =
          MethodHandles.lookup().findVarHandle(CircuitBreaker.class, "phase", BreakerPhase.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

  private final String name;
  private final BreakerSettings settings;
  private final @Nullable Guard guard;
  private final FaultExit faults;
  private final BreakerListeners listeners;
  private final LongAdder refused = new LongAdder();
  private final LongAdder keptClosed = new LongAdder();
  private volatile BreakerPhase phase;

  private CircuitBreaker(String name, BreakerSettings settings, @Nullable Guard guard) {
    this.name = name;
    this.settings = settings;
    this.guard = guard;
    this.faults = new FaultExit(logger, name);
    this.phase = BreakerPhase.first(settings.newWindow());
    this.listeners = new BreakerListeners(phase, faults);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param name the name of the breakers, for messages
   * @return a new builder
   */
  public static Builder builder(String name) {
    return new Builder(notBlank(name, "name"));
  }

  /** What a breaker does with calls. */
  public enum State {
    /** Admits all, and judges by how they end. */
    CLOSED,
    /** Refuses all until its time is over. */
    OPEN,
    /** Admits a few as probes. */
    HALF_OPEN,
    /** Refuses all until {@link CircuitBreaker#reset}. */
    FORCED_OPEN,
    /** Admits all and counts nothing, until {@link CircuitBreaker#reset}. */
    DISABLED,
    /**
     * Admits all and counts, and tells listeners, once, when it would have opened, until {@link
     * CircuitBreaker#reset}.
     */
    METRICS_ONLY;

    boolean admitsAll() {
      return this == CLOSED || this == DISABLED || this == METRICS_ONLY;
    }
  }

  /** Why a breaker changed. */
  public enum Cause {
    /** A rule: {@link Builder#consecutiveFailures}. */
    CONSECUTIVE_FAILURES,
    /** A rule: {@link Builder#failureRate}. */
    FAILURE_RATE,
    /** A rule: {@link Builder#slowCallRate}. */
    SLOW_CALL_RATE,
    /** {@link CircuitBreaker#trip}. */
    TRIPPED,
    /** The time of OPEN was over, and a call came. */
    OPEN_TIME_OVER,
    /** Enough probes succeeded. */
    PROBES_SUCCEEDED,
    /** Too few probes can still succeed. */
    PROBES_FAILED,
    /** The probes that were missing did not report in time: new ones are sent. */
    PROBES_OVERDUE,
    /** All probes reported, without a verdict: new ones are sent. */
    PROBES_INCONCLUSIVE,
    /** {@code forceOpen}, {@code disable}, {@code metricsOnly} or {@code reset}. */
    OPERATOR;

    /**
     * Returns whether this is a rule about calls.
     *
     * @return true for the first three
     */
    public boolean isRule() {
      return this == CONSECUTIVE_FAILURES || this == FAILURE_RATE || this == SLOW_CALL_RATE;
    }
  }

  /**
   * A change of a breaker. If {@code from} and {@code to} are the same, either a new generation of
   * that state has begun (probes, {@code reset}), or, for METRICS_ONLY with a rule as the cause,
   * the breaker would have opened.
   *
   * @param breaker the name of the breaker
   * @param from the state before
   * @param to the state after
   * @param cause why
   * @param generation the generation that began; only the METRICS_ONLY that would have opened goes
   *     on with its own
   * @param atNanos when, by the clock that the caller used
   * @param openNanos how long it will be OPEN, 0 if it is not
   * @param before what was counted until then
   */
  public record Transition(
      String breaker,
      State from,
      State to,
      Cause cause,
      long generation,
      long atNanos,
      long openNanos,
      Metrics before) {}

  /**
   * What a breaker has counted. The counts of calls are of the window while it admits all, of the
   * probes while HALF_OPEN, else 0.
   *
   * @param state the state
   * @param generation the generation of the state
   * @param calls how many calls are counted
   * @param failures how many of them failed
   * @param slow how many of them were slow; 0 without {@link Builder#slowCallRate}
   * @param consecutiveFailures how many failures there were since the last success
   * @param openings how often it opened since it was made
   * @param refused how many calls it refused since it was made
   * @param keptClosed how often the {@link Guard} kept it closed since it was made
   */
  public record Metrics(
      State state,
      long generation,
      long calls,
      long failures,
      long slow,
      long consecutiveFailures,
      long openings,
      long refused,
      long keptClosed) {

    /**
     * Returns the share of failures.
     *
     * @return 0 to 1, and 0 if there are no calls
     */
    public double failureRate() {
      return calls == 0 ? 0 : (double) failures / calls;
    }

    /**
     * Returns the share of slow calls.
     *
     * @return 0 to 1, and 0 if there are no calls
     */
    public double slowCallRate() {
      return calls == 0 ? 0 : (double) slow / calls;
    }
  }

  /**
   * Allows a breaker to open: a cap that several of them share. The breaker holds a place exactly
   * while it is OPEN or HALF_OPEN: it takes one before it opens, and gives it back once, after it
   * has left those states by whatever way, or at once if another thread changed the state first. So
   * no place is lost, and there are never more breakers open than places taken. A breaker that is
   * given up while OPEN has to be told: {@link CircuitBreaker#disable} gives its place back for
   * good.
   *
   * <p>Called by the threads that record, concurrently; must not block, nor call the breaker. What
   * {@link #tryTake} throws counts as no.
   */
  public interface Guard {

    /**
     * Asks for a place.
     *
     * @return whether the breaker may open; if so, it has the place
     */
    boolean tryTake();

    /** Takes the place back. */
    void giveBack();
  }

  /**
   * What {@link CircuitBreaker#call} protects.
   *
   * @param <T> the type of the result
   * @param <X> the type of the checked exception, if any
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Exception> {

    /**
     * Makes the call.
     *
     * @return its result
     * @throws X if it fails
     */
    T run() throws X;
  }

  /**
   * Asks for a permit to make a call. A permit is to be given to {@link #record} when the call has
   * ended.
   *
   * @param nowNanos the time now
   * @return a permit, 0 or more, or {@link #REFUSED}
   */
  public long tryAcquire(long nowNanos) {
    long token = phase.token;
    return token >= 0 ? token : acquireElsewhere(nowNanos);
  }

  /**
   * As {@link #tryAcquire(long)}, with the ticker of the builder, which is read only if the time
   * matters: not while all calls are admitted.
   *
   * @return a permit, 0 or more, or {@link #REFUSED}
   */
  public long tryAcquire() {
    long token = phase.token;
    return token >= 0 ? token : acquireElsewhere(settings.ticker().nanos());
  }

  private long acquireElsewhere(long nowNanos) {
    while (true) {
      BreakerPhase now = phase;
      if (now.token >= 0) {
        return now.token;
      }
      ProbePermits probes = now.probes;
      Cause cause;
      if (probes != null) {
        int probe = probes.tryTake(nowNanos);
        if (probe != ProbePermits.NONE) {
          return now.tokenOf(probe);
        }
        ProbePermits.Verdict verdict = probes.verdict();
        if (carryOut(now, verdict, nowNanos)) {
          continue;
        }
        cause = renewal(probes, verdict, nowNanos);
      } else {
        cause = isOver(now, nowNanos) ? Cause.OPEN_TIME_OVER : null;
      }
      if (cause == null) {
        refused.increment();
        return REFUSED;
      }
      BreakerPhase next =
          now.halfOpened(
              new ProbePermits(settings.probes(), settings.successesWanted(), nowNanos),
              transition(now, State.HALF_OPEN, cause, nowNanos, 0));
      if (move(now, next)) {
        return next.tokenOf(0);
      }
    }
  }

  private static boolean isOver(BreakerPhase now, long nowNanos) {
    return now.state == State.OPEN && nowNanos - now.timeNanos >= 0;
  }

  /** Why new probes may be sent although no permit is left. */
  private @Nullable Cause renewal(
      ProbePermits probes, ProbePermits.Verdict verdict, long nowNanos) {
    if (verdict == ProbePermits.Verdict.INCONCLUSIVE) {
      return Cause.PROBES_INCONCLUSIVE;
    }
    return probes.isOverdue(nowNanos, settings.leaseNanos()) ? Cause.PROBES_OVERDUE : null;
  }

  /**
   * Returns whether {@link #tryAcquire} would give a permit. Changes nothing, so that many breakers
   * can be asked before one is used.
   *
   * @param nowNanos the time now
   * @return whether a call would be admitted
   */
  public boolean wouldAdmit(long nowNanos) {
    BreakerPhase now = phase;
    if (now.token >= 0) {
      return true;
    }
    ProbePermits probes = now.probes;
    if (probes == null) {
      return isOver(now, nowNanos);
    }
    ProbePermits.Verdict verdict = probes.verdict();
    return switch (verdict) {
      case CLOSE, INCONCLUSIVE -> true;
      case OPEN -> false;
      case PENDING -> probes.hasPermit() || probes.isOverdue(nowNanos, settings.leaseNanos());
    };
  }

  /**
   * Notes how a call ended. Without effect if the permit is of another generation than the present
   * one, or of a probe that has been recorded, or {@link #REFUSED}.
   *
   * @param permit from {@link #tryAcquire}
   * @param outcome how the call ended
   * @param durationNanos how long it took, below 0 if that is not known: then it is not slow
   * @param nowNanos the time now
   */
  public void record(long permit, Outcome outcome, long durationNanos, long nowNanos) {
    BreakerPhase now = phase;
    if (permit != now.token) {
      report(now, permit, outcome, durationNanos, nowNanos);
    } else if (count(now, outcome, durationNanos, nowNanos)) {
      judge(now, nowNanos);
    }
  }

  /**
   * As {@link #record(long, Outcome, long, long)}, with the ticker of the builder, which is read
   * only if the time matters: with a count window, when the state may change.
   *
   * @param permit from {@link #tryAcquire}
   * @param outcome how the call ended
   * @param durationNanos how long it took, below 0 if that is not known: then it is not slow
   */
  public void record(long permit, Outcome outcome, long durationNanos) {
    BreakerPhase now = phase;
    if (permit != now.token) {
      if (now.issued(permit)) {
        report(now, permit, outcome, durationNanos, settings.ticker().nanos());
      }
    } else if (settings.windowCalls() == 0) {
      long nowNanos = settings.ticker().nanos();
      if (count(now, outcome, durationNanos, nowNanos)) {
        judge(now, nowNanos);
      }
    } else if (count(now, outcome, durationNanos, 0) && isBad(now)) {
      judge(now, settings.ticker().nanos());
    }
  }

  /** Looks at the rules without a time, which a count window does not need. */
  private boolean isBad(BreakerPhase now) {
    return now.window != null && now.window.judge(settings, 0) != null;
  }

  /** Counts a call in the window; returns whether a rule may be met now that was not before. */
  private boolean count(BreakerPhase now, Outcome outcome, long durationNanos, long nowNanos) {
    BreakerWindow window = now.window;
    if (window == null) {
      return false;
    }
    boolean slow = settings.isSlow(durationNanos);
    if (outcome == Outcome.SUCCESS && !slow) {
      return window.good(nowNanos);
    }
    boolean failed = outcome.isFailure();
    if (!failed && outcome != Outcome.SUCCESS) {
      return false;
    }
    window.bad((failed ? BreakerWindow.FAILED : 0) | (slow ? BreakerWindow.SLOW : 0), nowNanos);
    return true;
  }

  private void judge(BreakerPhase now, long nowNanos) {
    Cause cause = now.window == null ? null : now.window.judge(settings, nowNanos);
    if (cause == null) {
      return;
    }
    if (now.state == State.CLOSED) {
      open(now, cause, nowNanos);
    } else if (!now.isTold()) {
      move(now, now.told(transition(now, now.state, cause, nowNanos, 0)));
    }
  }

  private void report(
      BreakerPhase now, long permit, Outcome outcome, long durationNanos, long nowNanos) {
    ProbePermits probes = now.probes;
    if (probes == null || !now.issued(permit)) {
      return;
    }
    boolean success = outcome == Outcome.SUCCESS && !settings.isSlow(durationNanos);
    boolean informative = outcome == Outcome.SUCCESS || outcome.isFailure();
    probes.report(BreakerPhase.probeOf(permit), informative, success);
    carryOut(now, probes.verdict(), nowNanos);
  }

  /** Ends HALF_OPEN if there is a verdict that does. Returns whether there is. */
  private boolean carryOut(BreakerPhase now, ProbePermits.Verdict verdict, long nowNanos) {
    if (verdict == ProbePermits.Verdict.CLOSE) {
      Transition closing = transition(now, State.CLOSED, Cause.PROBES_SUCCEEDED, nowNanos, 0);
      move(now, now.closed(settings.newWindow(), nowNanos, closing));
      return true;
    }
    if (verdict == ProbePermits.Verdict.OPEN) {
      moveToOpen(now, Cause.PROBES_FAILED, nowNanos);
      return true;
    }
    return false;
  }

  /** Opens a closed breaker, if the guard agrees. Returns whether this call has opened it. */
  private boolean open(BreakerPhase now, Cause cause, long nowNanos) {
    if (phase != now) {
      return false; // the guard need not be asked
    }
    if (!takePlace()) {
      keptClosed.increment();
      return false;
    }
    if (moveToOpen(now, cause, nowNanos)) {
      return true;
    }
    giveBackPlace();
    return false;
  }

  private boolean moveToOpen(BreakerPhase now, Cause cause, long nowNanos) {
    int counted = now.countedOpenings(settings, nowNanos);
    long openNanos = settings.openNanosAfter(counted);
    Transition opening = transition(now, State.OPEN, cause, nowNanos, openNanos);
    return move(now, now.opened(settings, counted, nowNanos + openNanos, opening));
  }

  private boolean takePlace() {
    if (guard == null) {
      return true;
    }
    try {
      return guard.tryTake();
    } catch (Throwable fault) {
      faults.report("Guard.tryTake", fault);
      return false;
    }
  }

  private void giveBackPlace() {
    if (guard != null) {
      try {
        guard.giveBack();
      } catch (Throwable fault) {
        faults.report("Guard.giveBack", fault);
      }
    }
  }

  private Transition transition(
      BreakerPhase now, State to, Cause cause, long nowNanos, long openNanos) {
    long generation = now.generation + (cause.isRule() && to == now.state ? 0 : 1);
    return new Transition(
        name, now.state, to, cause, generation, nowNanos, openNanos, metrics(now, nowNanos));
  }

  /** The one place where the phase changes, and what a change entails. */
  private boolean move(BreakerPhase now, BreakerPhase next) {
    if (!PHASE.compareAndSet(this, now, next)) {
      return false;
    }
    if (now.holdsPlace() && !next.holdsPlace()) {
      giveBackPlace();
    }
    now.next = next;
    listeners.catchUp();
    return true;
  }

  /**
   * Opens the breaker if it is CLOSED and its {@link Guard} agrees, as a rule would: for a verdict
   * that others come to, such as outlier detection.
   *
   * @param nowNanos the time now
   * @return whether this call has opened it
   */
  public boolean trip(long nowNanos) {
    BreakerPhase now = phase;
    return now.state == State.CLOSED && open(now, Cause.TRIPPED, nowNanos);
  }

  /**
   * Refuses all calls until {@link #reset}. Without effect if it does.
   *
   * @param nowNanos the time now
   */
  public void forceOpen(long nowNanos) {
    order(State.FORCED_OPEN, nowNanos);
  }

  /**
   * Admits all calls and counts none until {@link #reset}; also the end of a breaker that is not
   * needed any more, so that it holds no place of its {@link Guard}. Without effect if it does.
   *
   * @param nowNanos the time now
   */
  public void disable(long nowNanos) {
    order(State.DISABLED, nowNanos);
  }

  /**
   * Admits all calls and counts them, until {@link #reset}; when it would have opened, listeners
   * are told, once. If it does so already, it begins anew.
   *
   * @param nowNanos the time now
   */
  public void metricsOnly(long nowNanos) {
    order(State.METRICS_ONLY, nowNanos);
  }

  /**
   * Closes the breaker, whatever its state; what it has counted, and how often it opened, counts no
   * more.
   *
   * @param nowNanos the time now
   */
  public void reset(long nowNanos) {
    order(State.CLOSED, nowNanos);
  }

  private void order(State to, long nowNanos) {
    while (true) {
      BreakerPhase now = phase;
      if (now.state == to && (to == State.FORCED_OPEN || to == State.DISABLED)) {
        return;
      }
      boolean counts = to == State.CLOSED || to == State.METRICS_ONLY;
      BreakerWindow fresh = counts ? settings.newWindow() : null;
      if (move(now, now.ordered(to, fresh, transition(now, to, Cause.OPERATOR, nowNanos, 0)))) {
        return;
      }
    }
  }

  /**
   * Calls something if the breaker admits it, and records how it ended. A result is a success, what
   * is thrown a failure, but for two: an {@link InterruptedException} or {@link
   * CancellationException} is {@link Outcome#CANCELLED}, and a {@link RequestRefusedException}, of
   * something further in, is {@link Outcome#IGNORED}.
   *
   * @param <T> the type of the result
   * @param <X> the type of the checked exception, if any
   * @param body what to call
   * @return its result
   * @throws X what it throws
   * @throws RequestRefusedException if the breaker refuses, with the time that it will be open
   */
  public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
    return call(body, (result, thrown) -> classify(thrown));
  }

  /**
   * As {@link #call(Body)}, with a classifier of one's own. What that throws is logged, and the
   * call counts as {@link Outcome#IGNORED}; the caller gets its result nevertheless.
   *
   * @param <T> the type of the result
   * @param <X> the type of the checked exception, if any
   * @param body what to call
   * @param classifier tells the outcome from the result, or from what was thrown; that is null if
   *     nothing was, and the result is null if something was
   * @return its result
   * @throws X what it throws
   * @throws RequestRefusedException if the breaker refuses, with the time that it will be open
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      Body<T, X> body,
      BiFunction<? super @Nullable T, ? super @Nullable Throwable, Outcome> classifier)
      throws X {
    requireNonNull(body, "body");
    requireNonNull(classifier, "classifier");
    long started = settings.ticker().nanos();
    long permit = tryAcquire(started);
    if (permit == REFUSED) {
      throw refusal(started);
    }
    T result;
    try {
      result = body.run();
    } catch (Throwable thrown) {
      end(permit, started, outcome(classifier, null, thrown));
      throw thrown;
    }
    end(permit, started, outcome(classifier, result, null));
    return result;
  }

  private void end(long permit, long started, Outcome outcome) {
    long now = settings.ticker().nanos();
    record(permit, outcome, Math.max(now - started, 0), now);
  }

  private <T extends @Nullable Object> Outcome outcome(
      BiFunction<? super @Nullable T, ? super @Nullable Throwable, Outcome> classifier,
      @Nullable T result,
      @Nullable Throwable thrown) {
    try {
      return requireNonNull(classifier.apply(result, thrown), "outcome");
    } catch (Throwable fault) {
      faults.report("classifier", fault);
      return Outcome.IGNORED;
    }
  }

  private static Outcome classify(@Nullable Throwable thrown) {
    if (thrown == null) {
      return Outcome.SUCCESS;
    }
    if (thrown instanceof RequestRefusedException) {
      return Outcome.IGNORED;
    }
    return thrown instanceof InterruptedException || thrown instanceof CancellationException
        ? Outcome.CANCELLED
        : Outcome.FAILURE;
  }

  private RequestRefusedException refusal(long nowNanos) {
    BreakerPhase now = phase;
    Duration wait = now.state == State.OPEN ? Duration.ofNanos(remaining(now, nowNanos)) : null;
    return new RequestRefusedException(name, RequestRefusedException.Reason.CIRCUIT_OPEN, wait);
  }

  /**
   * Adds a listener. It is told of every transition that begins after this, once, in the order in
   * which they happened, one at a time, after the change: by the thread that made it, or by one
   * that is telling of an earlier one just then. So it must not block. It may call the breaker;
   * what that changes is told when it has returned. What it throws is logged.
   *
   * @param listener what to tell
   * @return the connection; closing it ends the telling
   */
  public Subscription listen(Consumer<? super Transition> listener) {
    return listeners.add(requireNonNull(listener, "listener"));
  }

  /**
   * Returns the state, as it was last changed. An OPEN whose time is over stays OPEN until a call
   * comes.
   *
   * @return the state
   */
  public State state() {
    return phase.state;
  }

  /**
   * Returns for how long no call will be admitted.
   *
   * @param nowNanos the time now
   * @return nanoseconds, 0 if it is not OPEN or its time is over, {@link Long#MAX_VALUE} if it was
   *     forced open
   */
  public long remainingOpenNanos(long nowNanos) {
    BreakerPhase now = phase;
    return now.state == State.FORCED_OPEN ? Long.MAX_VALUE : remaining(now, nowNanos);
  }

  private static long remaining(BreakerPhase now, long nowNanos) {
    return now.state == State.OPEN ? Math.max(now.timeNanos - nowNanos, 0) : 0;
  }

  /**
   * Reads what is counted, as of this time. O(buckets).
   *
   * @param nowNanos the time now
   * @return the counts
   */
  public Metrics metrics(long nowNanos) {
    return metrics(phase, nowNanos);
  }

  private Metrics metrics(BreakerPhase of, long nowNanos) {
    return of.metrics(nowNanos, refused.sum(), keptClosed.sum());
  }

  /**
   * Returns how many exceptions of listeners, classifiers and guards were contained.
   *
   * @return the count since it was made
   */
  public long faults() {
    return faults.count();
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /** The window of the present phase, for tests. */
  @Nullable BreakerWindow window() {
    return phase.window;
  }

  @Override
  public String toString() {
    return "CircuitBreaker[" + name + ", " + phase.state + "]";
  }

  /**
   * The knobs of a breaker. Reusable: every {@code build} makes a breaker of its own. Not
   * thread-safe.
   */
  public static final class Builder {
    /** Failures in a row, unless set otherwise: {@value}. */
    public static final int DEFAULT_CONSECUTIVE_FAILURES = 5;

    /** Share of failures, unless set otherwise: {@value}. */
    public static final double DEFAULT_FAILURE_RATE = 0.5;

    /** Calls before the share of failures is looked at, unless set otherwise: {@value}. */
    public static final int DEFAULT_MINIMUM_CALLS = 20;

    /** Calls in the window, unless set otherwise: {@value}. */
    public static final int DEFAULT_COUNT_WINDOW = 100;

    /** Seconds of being open, unless set otherwise: {@value}. */
    public static final int DEFAULT_OPEN_SECONDS = 5;

    /** How much longer each opening lasts, unless set otherwise: {@value}. */
    public static final double DEFAULT_BACKOFF = 2;

    /** The longest opening as a multiple of the first, unless set otherwise: {@value}. */
    public static final int DEFAULT_BACKOFF_LIMIT = 12;

    /** By which share the time of an opening varies, unless set otherwise: {@value}. */
    public static final double DEFAULT_JITTER = 0.1;

    /** Probes, unless set otherwise: {@value}. */
    public static final int DEFAULT_PROBES = 3;

    /** Probes that have to succeed, unless set otherwise: {@value}. */
    public static final int DEFAULT_SUCCESS_THRESHOLD = 2;

    /** Seconds for a probe to report, unless set otherwise: {@value}. */
    public static final int DEFAULT_PROBE_LEASE_SECONDS = 10;

    private static final int LARGEST_WINDOW = 1_000_000;
    private static final int MOST_BUCKETS = 100;
    private static final Duration SHORTEST_BUCKET = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    private String name;
    private int consecutiveFailures = DEFAULT_CONSECUTIVE_FAILURES;
    private double failureThreshold = DEFAULT_FAILURE_RATE;
    private int failureMinimum = DEFAULT_MINIMUM_CALLS;
    private double slowThreshold;
    private int slowMinimum;
    private Duration slow = LONGEST;
    private int windowCalls = DEFAULT_COUNT_WINDOW;
    private Duration windowLength = Duration.ZERO;
    private int buckets;
    private Duration openFor = Duration.ofSeconds(DEFAULT_OPEN_SECONDS);
    private double backoff = DEFAULT_BACKOFF;
    private @Nullable Duration longestOpen;
    private double jitter = DEFAULT_JITTER;
    private int probes = DEFAULT_PROBES;
    private int successThreshold = DEFAULT_SUCCESS_THRESHOLD;
    private Duration probeLease = Duration.ofSeconds(DEFAULT_PROBE_LEASE_SECONDS);
    private @Nullable Guard guard;
    private Ticker ticker = Ticker.system();
    private RandomSource random = RandomSource.threadLocal();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Returns a builder with the same knobs; changes to one do not show in the other.
     *
     * @return a new builder
     */
    public Builder copy() {
      Builder copy = new Builder(name);
      copy.consecutiveFailures = consecutiveFailures;
      copy.failureThreshold = failureThreshold;
      copy.failureMinimum = failureMinimum;
      copy.slowThreshold = slowThreshold;
      copy.slowMinimum = slowMinimum;
      copy.slow = slow;
      copy.windowCalls = windowCalls;
      copy.windowLength = windowLength;
      copy.buckets = buckets;
      copy.openFor = openFor;
      copy.backoff = backoff;
      copy.longestOpen = longestOpen;
      copy.jitter = jitter;
      copy.probes = probes;
      copy.successThreshold = successThreshold;
      copy.probeLease = probeLease;
      copy.guard = guard;
      copy.ticker = ticker;
      copy.random = random;
      return copy;
    }

    /**
     * Sets the rule that opens at so many failures in a row. It looks at no window: a success ends
     * the run, time does not.
     *
     * @param failures 1 to 1 000 000, or 0 for no such rule; {@value #DEFAULT_CONSECUTIVE_FAILURES}
     *     unless set
     * @return this
     */
    public Builder consecutiveFailures(int failures) {
      check(
          failures >= 0 && failures <= LARGEST_WINDOW,
          "consecutiveFailures",
          failures,
          "0..1000000");
      this.consecutiveFailures = failures;
      return this;
    }

    /**
     * Sets the rule that opens when at least this share of the calls in the window failed.
     *
     * @param threshold above 0 to 1; {@value #DEFAULT_FAILURE_RATE} unless set
     * @param minimumCalls how many calls must be in the window before their share says anything, 1
     *     to 1 000 000, and not more than a count window has; {@value #DEFAULT_MINIMUM_CALLS}
     *     unless set
     * @return this
     */
    public Builder failureRate(double threshold, int minimumCalls) {
      checkRate("failureRate", threshold, minimumCalls);
      this.failureThreshold = threshold;
      this.failureMinimum = minimumCalls;
      return this;
    }

    /**
     * Removes the rule about the share of failures.
     *
     * @return this
     */
    public Builder noFailureRate() {
      this.failureThreshold = 0;
      return this;
    }

    /**
     * Sets the rule that opens when at least this share of the calls in the window, successful or
     * not, was slow. Off unless set. A slow probe counts as failed.
     *
     * @param threshold above 0 to 1
     * @param slow from which duration on a call is slow, above 0 to 365 days
     * @param minimumCalls as for {@link #failureRate}, but for this rule alone
     * @return this
     */
    public Builder slowCallRate(double threshold, Duration slow, int minimumCalls) {
      checkRate("slowCallRate", threshold, minimumCalls);
      this.slow = span(slow, "slow");
      this.slowThreshold = threshold;
      this.slowMinimum = minimumCalls;
      return this;
    }

    /**
     * Removes the rule about the share of slow calls.
     *
     * @return this
     */
    public Builder noSlowCallRate() {
      this.slowThreshold = 0;
      return this;
    }

    private static void checkRate(String knob, double threshold, int minimumCalls) {
      check(threshold > 0 && threshold <= 1, knob, threshold, "> 0 and <= 1");
      check(
          minimumCalls >= 1 && minimumCalls <= LARGEST_WINDOW,
          knob + " minimumCalls",
          minimumCalls,
          "1..1000000");
    }

    private static Duration span(Duration value, String knob) {
      positiveNanos(value, knob);
      check(value.compareTo(LONGEST) <= 0, knob, value, "at most 365 days");
      return value;
    }

    /**
     * Has the rates look at the last calls, however long ago; replaces the window set before. It
     * takes 1 to 2 bytes per call.
     *
     * @param calls 1 to 1 000 000; {@value #DEFAULT_COUNT_WINDOW} unless set
     * @return this
     */
    public Builder countWindow(int calls) {
      check(calls >= 1 && calls <= LARGEST_WINDOW, "countWindow", calls, "1..1000000");
      this.windowCalls = calls;
      return this;
    }

    /**
     * Has the rates look at the calls of the last span of time; replaces the window set before. The
     * window slides by the length of a bucket: a call leaves it after {@code length} at the latest,
     * and after {@code length - length / buckets} at the earliest.
     *
     * @param length above 0 to 365 days
     * @param buckets 2 to 100, of at least 1 ms each
     * @return this
     */
    public Builder timeWindow(Duration length, int buckets) {
      span(length, "timeWindow");
      check(
          buckets >= 2 && buckets <= MOST_BUCKETS,
          "timeWindow buckets",
          buckets,
          "2..100; one alone would forget everything at once");
      check(
          length.dividedBy(buckets).compareTo(SHORTEST_BUCKET) >= 0,
          "timeWindow",
          length + " in " + buckets + " buckets",
          "at least 1 ms each");
      this.windowCalls = 0;
      this.windowLength = length;
      this.buckets = buckets;
      return this;
    }

    /**
     * Sets how long the first opening lasts.
     *
     * @param time above 0 to 365 days; {@value #DEFAULT_OPEN_SECONDS} s unless set
     * @return this
     */
    public Builder openFor(Duration time) {
      this.openFor = span(time, "openFor");
      return this;
    }

    /**
     * Sets how the time of an opening grows with the number of openings before. That number goes
     * down by one for every {@link #openFor} that the breaker was closed since the last (as Envoy's
     * ejection multiplier does), and does not go above what it takes to reach the maximum.
     *
     * @param multiplier above 1 to 100; {@value #DEFAULT_BACKOFF} unless set
     * @param max the longest time, before jitter, above {@link #openFor}; {@value
     *     #DEFAULT_BACKOFF_LIMIT} times {@link #openFor} unless set
     * @return this
     */
    public Builder openBackoff(double multiplier, Duration max) {
      check(
          multiplier > 1 && multiplier <= 100,
          "openBackoff",
          multiplier,
          "> 1 and <= 100; noBackoff() for openings of the same length");
      this.longestOpen = span(max, "openBackoff max");
      this.backoff = multiplier;
      return this;
    }

    /**
     * Makes all openings last {@link #openFor}.
     *
     * @return this
     */
    public Builder noBackoff() {
      this.backoff = 1;
      this.longestOpen = null;
      return this;
    }

    /**
     * Sets by which share the time of an opening is longer or shorter, at random, so that clients
     * that saw the same failure do not all come back at once.
     *
     * @param share 0 to below 1; {@value #DEFAULT_JITTER} unless set
     * @return this
     */
    public Builder openJitter(double share) {
      check(share >= 0 && share < 1, "openJitter", share, ">= 0 and < 1");
      this.jitter = share;
      return this;
    }

    /**
     * Sets how many calls are admitted in HALF_OPEN, and how many of them have to succeed. It opens
     * again as soon as that many can no longer succeed. By default a single lucky probe does not
     * close the breaker, and a single unlucky one does not open it.
     *
     * @param probes 1 to 32; {@value #DEFAULT_PROBES} unless set
     * @param successThreshold 1 to {@code probes}; {@value #DEFAULT_SUCCESS_THRESHOLD} unless set
     * @return this
     */
    public Builder halfOpen(int probes, int successThreshold) {
      check(probes >= 1 && probes <= ProbePermits.LIMIT, "halfOpen probes", probes, "1..32");
      check(
          successThreshold >= 1 && successThreshold <= probes,
          "halfOpen successThreshold",
          successThreshold,
          "1.." + probes + ", the probes");
      this.probes = probes;
      this.successThreshold = successThreshold;
      return this;
    }

    /**
     * Sets how long a probe may take to report. If all permits are out, and the newest one for so
     * long, new probes are sent and the old ones count no more. Should be longer than the timeout
     * of a call.
     *
     * @param time above 0 to 365 days; {@value #DEFAULT_PROBE_LEASE_SECONDS} s unless set
     * @return this
     */
    public Builder probeLease(Duration time) {
      this.probeLease = span(time, "probeLease");
      return this;
    }

    /**
     * Sets who is asked before a rule, or {@code trip}, opens the breaker. If the answer is no, it
     * stays closed with all that it has counted, and the guard is asked again at the next failure
     * or slow call that leaves a rule met. None unless set.
     *
     * @param guard what to ask
     * @return this
     */
    public Builder guard(Guard guard) {
      this.guard = requireNonNull(guard, "guard");
      return this;
    }

    /**
     * Sets the clock of the methods that take no time.
     *
     * @param ticker the clock; the JVM's unless set
     * @return this
     */
    public Builder ticker(Ticker ticker) {
      this.ticker = requireNonNull(ticker, "ticker");
      return this;
    }

    /**
     * Sets the source of the jitter.
     *
     * @param random the source; the thread's own unless set
     * @return this
     */
    public Builder random(RandomSource random) {
      this.random = requireNonNull(random, "random");
      return this;
    }

    /**
     * Returns whether a rule looks at how long calls take.
     *
     * @return whether {@link #slowCallRate} is on
     */
    public boolean judgesDuration() {
      return slowThreshold > 0;
    }

    /**
     * Makes a breaker.
     *
     * @return a new breaker, closed
     * @throws IllegalStateException if knobs contradict each other; the message says which and why
     */
    public CircuitBreaker build() {
      return build(name);
    }

    /**
     * Makes a breaker of another name, such as one of many of the same kind.
     *
     * @param name its name
     * @return a new breaker, closed
     * @throws IllegalStateException if knobs contradict each other; the message says which and why
     */
    public CircuitBreaker build(String name) {
      return new CircuitBreaker(notBlank(name, "name"), settings(), guard);
    }

    private BreakerSettings settings() {
      require(
          consecutiveFailures > 0 || failureThreshold > 0 || slowThreshold > 0,
          "no rule is on, so it would never open");
      requireReachable("failureRate", failureThreshold, failureMinimum);
      requireReachable("slowCallRate", slowThreshold, slowMinimum);
      long openNanos = openFor.toNanos();
      Duration longest =
          backoff == 1
              ? openFor
              : longestOpen == null ? openFor.multipliedBy(DEFAULT_BACKOFF_LIMIT) : longestOpen;
      require(
          backoff == 1 || longest.compareTo(openFor) > 0,
          "openBackoff: a maximum of "
              + longest
              + " leaves nothing to grow above openFor, "
              + openFor
              + " (noBackoff() for openings of the same length)");
      return new BreakerSettings(
          consecutiveFailures,
          failureThreshold,
          failureMinimum,
          slowThreshold,
          slowMinimum,
          slowThreshold > 0 ? slow.toNanos() : Long.MAX_VALUE,
          windowCalls,
          windowCalls > 0 ? 0 : (windowLength.toNanos() + buckets - 1) / buckets,
          buckets,
          openNanos,
          backoff,
          longest.toNanos(),
          jitter,
          probes,
          successThreshold,
          probeLease.toNanos(),
          ticker,
          random);
    }

    private void requireReachable(String rule, double threshold, int minimumCalls) {
      require(
          threshold == 0 || windowCalls == 0 || minimumCalls <= windowCalls,
          rule
              + ": minimumCalls "
              + minimumCalls
              + " is more than countWindow "
              + windowCalls
              + " ever has, so the rule would never be met");
    }

    private void require(boolean holds, String message) {
      if (!holds) {
        throw new IllegalStateException("CircuitBreaker " + name + ": " + message);
      }
    }

    @Override
    public String toString() {
      return "CircuitBreaker.Builder["
          + name
          + ", consecutiveFailures="
          + consecutiveFailures
          + (failureThreshold == 0
              ? ", noFailureRate"
              : ", failureRate=" + failureThreshold + "/" + failureMinimum)
          + (slowThreshold == 0
              ? ""
              : ", slowCallRate=" + slowThreshold + "/" + slow + "/" + slowMinimum)
          + (windowCalls > 0
              ? ", countWindow=" + windowCalls
              : ", timeWindow=" + windowLength + "/" + buckets)
          + ", openFor="
          + openFor
          + (backoff == 1 ? ", noBackoff" : ", openBackoff=" + backoff)
          + (longestOpen == null ? "" : "/" + longestOpen)
          + ", openJitter="
          + jitter
          + ", halfOpen="
          + probes
          + "/"
          + successThreshold
          + ", probeLease="
          + probeLease
          + (guard == null ? "" : ", guarded")
          + "]";
    }
  }
}
