package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Endpoint;
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
 *
 * <p>{@code latency} and {@code failures} are {@link DecayingSignals} words: read opaquely,
 * replaced by compare-and-set. On a success there is usually nothing to write: the failure word is
 * 0, and the latency word changes once per tick.
 */
final class LiveEndpoint extends AdmissionWord implements Endpoint {
  private static final VarHandle LATENCY;
  private static final VarHandle FAILURES;
  private static final VarHandle IDLE;
  private static final VarHandle REPORTED;
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LATENCY = lookup.findVarHandle(LiveEndpoint.class, "latency", long.class);
      FAILURES = lookup.findVarHandle(LiveEndpoint.class, "failures", long.class);
      REPORTED = lookup.findVarHandle(LiveEndpoint.class, "reported", ReportedWeight.class);
      IDLE = lookup.findVarHandle(LiveEndpoint.class, "idle", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final LoadListener[] NOBODY = {};
  private static final double FAILURE_SHARE = 1.0 / 8;
  private static final double UNREACHABLE_SHARE = 1.0 / 2;
  private static final double SUCCESS_FACTOR = 3.0 / 4;
  private static final double FORGOTTEN = 1.0 / 1024;

  /** The failure rate from which on an endpoint had better be left alone: about two seconds. */
  private static final double FAILING = 1.0 / 4;

  private final Signals signals;
  // Of every outcome but SUCCESS, which is what remains: a success then writes no count of its own.
  private final long[] counts = new long[Outcome.values().length];
  private volatile Registration registration;
  // The next two are of the writer alone.
  private boolean left;
  private boolean sealedByStatus;
  // When it began to warm up; anything else is read as never.
  private volatile long warmingSince;
  private volatile boolean warming;
  private volatile @Nullable ReportedWeight reported;
  // Copied on write by the balancer's writer, read by every request.
  private volatile LoadListener[] listeners = NOBODY;
  private volatile long latency;
  private volatile long failures;
  // Made when somebody first asks; replaced when it is done and the endpoint has been used since.
  private volatile @Nullable CompletableFuture<Void> idle;

  LiveEndpoint(Signals signals, Registration registration, boolean closed) {
    super(closed);
    this.signals = signals;
    this.registration = registration;
  }

  Signals signals() {
    return signals;
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

  @Override
  public double latencyNanos(long nowNanos) {
    return signals.latency().read((long) LATENCY.getOpaque(this), nowNanos);
  }

  @Override
  public double failureRate() {
    long word = (long) FAILURES.getOpaque(this);
    return word == 0 ? 0 : signals.failures().read(word, signals.ticker().nanos());
  }

  /**
   * Whatever the strategy, an endpoint that could not be connected to gets single requests, and
   * none until the failure has faded some; and one that has not answered yet gets one at a time, if
   * the strategy goes by how fast it answers.
   */
  @Override
  boolean defers(boolean unreachable, boolean busy) {
    return unreachable ? busy || isFailing() : busy && signals.timed();
  }

  boolean isFailing() {
    return failureRate() >= FAILING;
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
    listeners = more;
  }

  /** How many listen; those that were there before a {@link #listen} stay at the front. */
  int listening() {
    return listeners.length;
  }

  /** Drops the listeners of pickers that are no longer in use. Called by the writer only. */
  void forgetListeners(int count) {
    LoadListener[] now = listeners;
    listeners = count == now.length ? NOBODY : Arrays.copyOfRange(now, count, now.length);
  }

  void tellBegan() {
    for (LoadListener listener : listeners) {
      listener.began();
    }
  }

  void tellEnded(Outcome outcome, long nanos) {
    for (LoadListener listener : listeners) {
      listener.ended(outcome, nanos);
    }
  }

  /** It has left the registry. */
  void leave() {
    left = true;
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
    warmingSince = signals.ticker().nanos();
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
    warmUp();
    signals.changes().recovered();
  }

  /** What it says about its load. */
  boolean report(LoadReport report) {
    double errorPenalty = signals.errorPenalty();
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
    if (!weight.accept(report, signals.ticker().nanos(), errorPenalty)) {
      return false;
    }
    signals.changes().reported();
    return true;
  }

  @Nullable ReportedWeight reported() {
    return reported;
  }

  /** An answer has begun. */
  void answered() {
    setProven();
  }

  /** An answer has begun, and what comes of it will not be timed. */
  void answered(long startNanos, long nowNanos) {
    setProven();
    measured(Math.max(nowNanos - startNanos, 0), nowNanos);
  }

  /** A request ended, and how long it took is not known. */
  void record(Outcome outcome) {
    if (outcome == Outcome.SUCCESS) {
      succeeded();
    } else {
      count(outcome);
      if (outcome.isFailure()) {
        failed(FAILURE_SHARE, signals.ticker().nanos());
      }
    }
  }

  /** A request ended. */
  void record(Outcome outcome, long startNanos, long nowNanos) {
    long nanos = Math.max(nowNanos - startNanos, 0);
    switch (outcome) {
      case SUCCESS -> {
        succeeded();
        measured(nanos, nowNanos);
      }
      case FAILURE, OVERLOADED -> {
        count(outcome);
        failed(FAILURE_SHARE, nowNanos);
        slowAtLeast(nanos, nowNanos);
      }
      case CANCELLED -> {
        count(outcome);
        if (nanos > latencyNanos(nowNanos)) {
          measured(nanos, nowNanos);
        }
      }
      case IGNORED -> count(outcome);
    }
  }

  /**
   * No connection could be made: besides being a failure, the instance has to prove itself again.
   */
  void recordUnreachable() {
    count(Outcome.FAILURE);
    setUnreachable();
    failed(UNREACHABLE_SHARE, signals.ticker().nanos());
  }

  private void succeeded() {
    setProven();
    long word = failures;
    while (word != 0) {
      long now = signals.ticker().nanos();
      long lower = signals.failures().lower(word, SUCCESS_FACTOR, FORGOTTEN, now);
      if (FAILURES.compareAndSet(this, word, lower)) {
        return;
      }
      word = failures;
    }
  }

  private void failed(double share, long nowNanos) {
    long word;
    do {
      word = failures;
    } while (!FAILURES.compareAndSet(this, word, signals.failures().raise(word, share, nowNanos)));
  }

  private void measured(long nanos, long nowNanos) {
    long word;
    long updated;
    do {
      word = latency;
      updated = signals.latency().sample(word, (double) nanos, nowNanos);
    } while (updated != word && !LATENCY.compareAndSet(this, word, updated));
  }

  private void slowAtLeast(long nanos, long nowNanos) {
    long word;
    do {
      word = latency;
    } while (word != 0
        && !LATENCY.compareAndSet(
            this, word, signals.latency().hold(word, (double) nanos, nowNanos)));
  }

  @SuppressWarnings("EnumOrdinal") // an index into an array that never leaves this object
  private static int index(Outcome outcome) {
    return outcome.ordinal();
  }

  private void count(Outcome outcome) {
    COUNTS.getAndAdd(counts, index(outcome), 1L);
  }

  long count(Outcome outcome, long requests, int inFlight) {
    if (outcome != Outcome.SUCCESS) {
      return (long) COUNTS.getVolatile(counts, index(outcome));
    }
    long others = 0;
    for (Outcome other : Outcome.values()) {
      others += other == Outcome.SUCCESS ? 0 : count(other, 0, 0);
    }
    // Counts of one moment are not read at one moment: a request that ends in between must not show
    // as -1.
    return Math.max(requests - inFlight - others, 0);
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
}
