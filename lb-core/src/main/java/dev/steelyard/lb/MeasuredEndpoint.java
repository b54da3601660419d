package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.LoadListener;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint learns from its requests, and who is told of them.
 *
 * <p>{@code latency} and {@code failures} are {@link DecayingSignals} words: read opaquely,
 * replaced by compare-and-set. On a success there is usually nothing to write: the failure word is
 * 0, and the latency word changes once per tick.
 *
 * <p>A class of its own for the sake of the layout, too: the fields of a superclass come first, so
 * all that a pick and a request touch lies together, before what only the writer needs.
 */
abstract class MeasuredEndpoint extends AdmissionWord implements Endpoint {
  private static final VarHandle LATENCY;
  private static final VarHandle FAILURES;
  private static final VarHandle BUSY_SINCE;
  private static final VarHandle OPEN;
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LATENCY = lookup.findVarHandle(MeasuredEndpoint.class, "latency", long.class);
      FAILURES = lookup.findVarHandle(MeasuredEndpoint.class, "failures", long.class);
      BUSY_SINCE = lookup.findVarHandle(MeasuredEndpoint.class, "busySince", long.class);
      OPEN = lookup.findVarHandle(MeasuredEndpoint.class, "open", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final double FAILURE_SHARE = 1.0 / 8;
  private static final double UNREACHABLE_SHARE = 1.0 / 2;
  private static final double SUCCESS_FACTOR = 3.0 / 4;
  private static final double FORGOTTEN = 1.0 / 1024;

  /** The failure rate from which on an endpoint had better be left alone: about two seconds. */
  private static final double FAILING = 1.0 / 4;

  private volatile long latency;
  private volatile long failures;

  // Of those in flight, the requests whose answers have begun: long bodies and streams, which may
  // be silent as long as they like.
  @SuppressWarnings("UnusedVariable") // accessed through OPEN
  private int open;

  // Written when a request begins and no other is waited for, if requests are timed. Two that begin
  // at once may leave it as it was: then the time of the latency word stands for it.
  @SuppressWarnings("UnusedVariable") // accessed through BUSY_SINCE
  private long busySince;

  private final Signals signals;
  // Null for nobody. Replaced by the balancer's writer, read by every request.
  private volatile @Nullable LoadListener listener;
  // Of every outcome but SUCCESS, which is what remains: a success then writes no count of its own.
  private final long[] counts = new long[Outcome.values().length];

  MeasuredEndpoint(Signals signals, boolean closed) {
    super(closed);
    this.signals = signals;
  }

  final Signals signals() {
    return signals;
  }

  /**
   * While requests are in flight nothing fades, and no answer tells as much as one: what is under
   * way takes at least as long as nothing has been heard of it. So an instance that stops to answer
   * looks slower with each moment, and not, as its average fades, better.
   */
  @Override
  public double latencyNanos(long nowNanos) {
    long word = (long) LATENCY.getOpaque(this);
    if (word == 0 || !isAwaited()) {
      return signals.latency().read(word, nowNanos);
    }
    long since = (long) BUSY_SINCE.getOpaque(this);
    double last = signals.latency().read(word, since - nowNanos > 0 ? nowNanos : since);
    return Math.max(last, (double) silence(word, since, nowNanos));
  }

  @Override
  public long silentNanos(long nowNanos) {
    return isAwaited()
        ? silence((long) LATENCY.getOpaque(this), (long) BUSY_SINCE.getOpaque(this), nowNanos)
        : 0;
  }

  /** Since the last answer, if there was one, or since somebody waits for one. */
  private long silence(long word, long since, long nowNanos) {
    long waiting = Math.max(nowNanos - since, 0);
    return word == 0 ? waiting : Math.min(signals.latency().elapsedNanos(word, nowNanos), waiting);
  }

  /** Whether an answer is owed, and the time of each was taken, so that silence is one. */
  private boolean isAwaited() {
    return signals.timed() && inFlight() > (int) OPEN.getOpaque(this);
  }

  /** A request that is timed has begun. */
  final void begun(long nowNanos) {
    if (inFlight() - (int) OPEN.getOpaque(this) <= 1) {
      BUSY_SINCE.setOpaque(this, nowNanos);
    }
  }

  /** A timed request whose answer had begun has ended. */
  final void closed() {
    OPEN.getAndAdd(this, -1);
  }

  @Override
  public double failureRate() {
    long word = (long) FAILURES.getOpaque(this);
    return word == 0 ? 0 : signals.failures().read(word, signals.ticker().nanos());
  }

  final boolean isFailing() {
    return failureRate() >= FAILING;
  }

  final void tell(@Nullable LoadListener whom) {
    listener = whom;
  }

  final void tellBegan() {
    LoadListener told = listener;
    if (told != null) {
      told.began();
    }
  }

  final void tellEnded(Outcome outcome, long nanos) {
    LoadListener told = listener;
    if (told != null) {
      told.ended(outcome, nanos);
    }
  }

  /** An answer has begun. */
  void answered() {
    setProven();
  }

  /** An answer has begun, and what comes of it will not be timed, until {@link #closed}. */
  void answered(long startNanos, long nowNanos) {
    OPEN.getAndAdd(this, 1);
    setProven();
    long nanos = Math.max(nowNanos - startNanos, 0);
    measured(nanos, nowNanos);
    LoadListener told = listener;
    if (told != null) {
      told.answered(nanos);
    }
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
        if (nanos > signals.latency().read((long) LATENCY.getOpaque(this), nowNanos)) {
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
    signals.changes().failed();
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
}
