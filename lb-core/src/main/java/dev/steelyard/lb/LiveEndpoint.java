package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.limit.AdaptiveLimit;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.select.LoadListener;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.weigh.ReportedWeight;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer knows of one incarnation of an instance. Outcomes write it, picks read it, and
 * the registration in it is replaced by the balancer's writer. An outcome that arrives after the
 * instance has left changes nothing but this object, which nobody picks any more.
 */
final class LiveEndpoint extends MeasuredEndpoint {
  private static final VarHandle IDLE;
  private static final VarHandle REPORTED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      REPORTED = lookup.findVarHandle(LiveEndpoint.class, "reported", ReportedWeight.class);
      IDLE = lookup.findVarHandle(LiveEndpoint.class, "idle", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final LoadListener[] NOBODY = {};

  /** No hold; a time that falls on it is moved by a nanosecond. */
  private static final long NOT_HELD = 0;

  // Until when it has asked to be left alone. Writers race harmlessly: a hold is advice.
  private volatile long holdUntil;
  private volatile Registration registration;
  private @Nullable CircuitBreaker breaker;
  private @Nullable EjectionSlot slot;
  private @Nullable AdaptiveLimit adaptive;
  // The next four are of the writer alone.
  private LoadListener[] listeners = NOBODY;
  private boolean left;
  private boolean sealedByStatus;
  private boolean lettingIn;
  // When it began to warm up; anything else is read as never.
  private volatile long warmingSince;
  private volatile boolean warming;
  private volatile @Nullable ReportedWeight reported;
  // Made when somebody first asks; replaced when it is done and the endpoint has been used since.
  private volatile @Nullable CompletableFuture<Void> idle;

  LiveEndpoint(Signals signals, Registration registration, boolean closed) {
    super(signals, closed);
    this.registration = registration;
  }

  Registration registration() {
    return registration;
  }

  void update(Registration now) {
    registration = now;
  }

  @Override
  public Instance instance() {
    return registration.instance();
  }

  @Override
  public long incarnation() {
    return registration.incarnation();
  }

  /** Begins a request of the strategy's: a count from 0, or why not. */
  long admit(boolean choosy) {
    return choosy && isHeld() ? REFUSED : begin(choosy);
  }

  /** Begins a request of a session that is bound to it. */
  long admitBound(boolean choosy) {
    return choosy && isHeld() ? REFUSED : beginBound(choosy);
  }

  /** It has said when it wants to be asked again: while others can serve, it is left alone. */
  void holdOff(long nanos) {
    long until = signals().ticker().nanos() + nanos;
    long before = holdUntil;
    if (before == NOT_HELD || until - before > 0) {
      holdUntil = until == NOT_HELD ? until + 1 : until;
    }
  }

  /** How long it still wants to be left alone. */
  long heldFor(long nowNanos) {
    long until = holdUntil;
    return until == NOT_HELD ? 0 : Math.max(until - nowNanos, 0);
  }

  private boolean isHeld() {
    long until = holdUntil;
    if (until == NOT_HELD) {
      return false;
    }
    if (until - signals().ticker().nanos() > 0) {
      return true;
    }
    holdUntil = NOT_HELD;
    return false;
  }

  /** Whether as many requests are in flight as may be. */
  boolean isFull() {
    return inFlight() >= limit();
  }

  /**
   * Whatever the strategy, an endpoint that could not be connected to gets single requests, and
   * none until the failure has faded some; and one that has not answered yet gets one at a time, if
   * the strategy goes by how fast it answers.
   */
  @Override
  boolean defers(boolean unreachable, boolean busy) {
    return unreachable ? busy || isFailing() : busy && signals().timed();
  }

  @Override
  public boolean servesBoundSessions() {
    return !isSealed();
  }

  @Override
  public void listen(LoadListener listener) {
    LoadListener[] now = listeners;
    LoadListener[] more = Arrays.copyOf(now, now.length + 1);
    more[now.length] = listener;
    listenersAre(more);
  }

  private void listenersAre(LoadListener[] now) {
    listeners = now;
    tell(now.length == 0 ? null : now.length == 1 ? now[0] : new Several(now));
  }

  /** How many listen; those that were there before a {@link #listen} stay at the front. */
  int listening() {
    return listeners.length;
  }

  /** Drops the listeners of pickers that are no longer in use. Called by the writer only. */
  void forgetListeners(int count) {
    LoadListener[] now = listeners;
    if (count > 0) {
      listenersAre(count == now.length ? NOBODY : Arrays.copyOfRange(now, count, now.length));
    }
  }

  /** It has left the registry. */
  void leave() {
    left = true;
    if (slot != null) {
      slot.leave();
    }
  }

  /** Set before it is published. */
  void equip(CircuitBreaker itsBreaker, EjectionSlot itsSlot) {
    breaker = itsBreaker;
    slot = itsSlot;
  }

  @Nullable CircuitBreaker breaker() {
    return breaker;
  }

  /** A permit of its breaker, or {@link CircuitBreaker#REFUSED}. */
  long permit() {
    CircuitBreaker guarded = breaker;
    return guarded == null ? 0 : guarded.tryAcquire();
  }

  /** Tells its breaker how a request ended; the times are below 0 if they are not known. */
  void judge(long permit, Outcome outcome, long nanos) {
    CircuitBreaker guarded = breaker;
    if (guarded != null) {
      guarded.record(permit, outcome, nanos);
    }
  }

  /** As {@link #judge(long, Outcome, long)}, where the time is known. */
  void judge(long permit, Outcome outcome, long nanos, long now) {
    CircuitBreaker guarded = breaker;
    if (guarded != null) {
      guarded.record(permit, outcome, nanos, now);
    }
  }

  /** Set before it is published. */
  void equip(AdaptiveLimit itsLimit) {
    adaptive = itsLimit;
    limit(itsLimit.limit());
  }

  /** Moves its limit by what a request took that is still counted as in flight. */
  void adapt(Outcome outcome, long nanos, long now) {
    AdaptiveLimit adapting = adaptive;
    if (adapting != null) {
      adapting.sample(nanos, inFlight(), outcome, now);
      limit(adapting.limit());
    }
  }

  /** It is out of line with the others. */
  boolean trip(long now) {
    CircuitBreaker guarded = breaker;
    return guarded != null && guarded.trip(now);
  }

  /** Whether it takes room among those that are ejected. */
  boolean isOut() {
    return slot != null && slot.isOut();
  }

  /** Whether it is one of those that may be ejected, and is not. */
  boolean isIn() {
    return registration.status().acceptsNewRequests() && !isOut();
  }

  /** How long it is ejected for, Long.MAX_VALUE until somebody lets it in, 0 if it is not. */
  long ejectedFor(long now) {
    CircuitBreaker guarded = breaker;
    if (guarded == null || lettingIn) {
      return 0;
    }
    return switch (guarded.state()) {
      case FORCED_OPEN -> Long.MAX_VALUE;
      case OPEN -> guarded.remainingOpenNanos(now);
      case CLOSED, HALF_OPEN, DISABLED, METRICS_ONLY -> 0;
    };
  }

  /** The writer is about to let it in, as soon as it has left its lock. */
  void lettingIn(boolean soon) {
    lettingIn = soon;
  }

  /** Lets it in, whatever it has done. */
  void letIn(long now) {
    CircuitBreaker guarded = breaker;
    if (guarded != null) {
      guarded.reset(now);
    }
  }

  /** It gets no new requests; those of bound sessions if it is still there and may serve them. */
  void shut() {
    if (left || !registration.status().servesBoundSessions()) {
      sealedByStatus = true;
      seal();
      return;
    }
    closeQuietly();
    if (sealedByStatus) { // and not because it was drained
      sealedByStatus = false;
      unseal();
    }
  }

  /** It gets requests. */
  void open() {
    sealedByStatus = false;
    setClosed(false);
  }

  /** It begins to warm up. */
  void warmUp() {
    warmingSince = signals().ticker().nanos();
    warming = true;
  }

  /** How long it has been warming up, -1 if it is not. */
  long warmingFor(long nowNanos) {
    return warming ? Math.max(nowNanos - warmingSince, 0) : -1;
  }

  void isWarm() {
    warming = false;
  }

  @Override
  void onReachable() {
    signals().changes().recovered(this);
  }

  /** What it says about its load. */
  boolean report(LoadReport report) {
    double errorPenalty = signals().errorPenalty();
    if (errorPenalty < 0) {
      return false;
    }
    ReportedWeight weight = reported;
    if (weight == null) {
      weight = new ReportedWeight();
      if (!REPORTED.compareAndSet(this, null, weight)) {
        weight = requireNonNull(reported);
      }
    }
    if (!weight.accept(report, signals().ticker().nanos(), errorPenalty)) {
      return false;
    }
    signals().changes().reported();
    return true;
  }

  @Nullable ReportedWeight reported() {
    return reported;
  }

  /** Completes when the endpoint is closed and nothing is in flight to it. */
  CompletableFuture<Void> whenIdle() {
    CompletableFuture<Void> future = idle;
    while (future == null || future.isDone()) {
      CompletableFuture<Void> fresh = new CompletableFuture<>();
      future = IDLE.compareAndSet(this, future, fresh) ? fresh : idle;
    }
    if (sealIfIdle()) {
      future.complete(null);
    }
    return future;
  }

  @Override
  void onIdle() {
    CompletableFuture<Void> future = idle;
    if (future != null && sealIfIdle()) {
      future.complete(null);
    }
  }

  @Override
  public String toString() {
    return registration.id() + '#' + registration.incarnation();
  }

  /** While a picker is being replaced, and where an endpoint is in several groups. */
  private static final class Several implements LoadListener {
    private final LoadListener[] each;

    Several(LoadListener[] each) {
      this.each = each;
    }

    @Override
    public void began() {
      for (LoadListener listener : each) {
        listener.began();
      }
    }

    @Override
    public void answered(long nanos) {
      for (LoadListener listener : each) {
        listener.answered(nanos);
      }
    }

    @Override
    public void ended(Outcome outcome, long nanos) {
      for (LoadListener listener : each) {
        listener.ended(outcome, nanos);
      }
    }
  }
}
