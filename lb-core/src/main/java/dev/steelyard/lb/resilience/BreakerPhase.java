package dev.steelyard.lb.resilience;

import dev.steelyard.lb.resilience.CircuitBreaker.Metrics;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.CircuitBreaker.Transition;
import org.jspecify.annotations.Nullable;

/**
 * A state with all that belongs to it, published as one: nobody sees a state with the deadline or
 * the permits of another one. What is counted in a phase is in objects of its own, so an outcome
 * that comes too late is counted where nobody looks any more.
 *
 * <p>Phases are chained in the order in which they came to be; {@link BreakerListeners} follows the
 * chain. It points forward only, so a phase is garbage once it is over and told.
 */
final class BreakerPhase {
  /** Not equal to any permit, nor to REFUSED. */
  private static final long NO_TOKEN = -2;

  private static final int SLOT_BITS = 6;
  private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;

  final State state;
  final long generation;

  /** The permit that everybody gets, negative if not everybody gets one. */
  final long token;

  final @Nullable BreakerWindow window;
  final @Nullable ProbePermits probes;

  /** OPEN: when it may be probed. CLOSED after it was open: since when. Else of no meaning. */
  final long timeNanos;

  /** The openings that count for the next one's length. */
  final int backedOff;

  /** All openings. */
  final long openings;

  /** How it came to be; null for the first. */
  final @Nullable Transition origin;

  volatile @Nullable BreakerPhase next;

  private BreakerPhase(
      State state,
      long generation,
      @Nullable BreakerWindow window,
      @Nullable ProbePermits probes,
      long timeNanos,
      int backedOff,
      long openings,
      @Nullable Transition origin) {
    this.state = state;
    this.generation = generation;
    this.token = state.admitsAll() ? generation << SLOT_BITS : NO_TOKEN;
    this.window = window;
    this.probes = probes;
    this.timeNanos = timeNanos;
    this.backedOff = backedOff;
    this.openings = openings;
    this.origin = origin;
  }

  static BreakerPhase first(BreakerWindow window) {
    return new BreakerPhase(State.CLOSED, 0, window, null, 0, 0, 0, null);
  }

  /** Whether breakers in this state take a place of the guard's. */
  boolean holdsPlace() {
    return state == State.OPEN || state == State.HALF_OPEN;
  }

  long tokenOf(int probe) {
    return generation << SLOT_BITS | probe;
  }

  boolean issued(long permit) {
    return permit >>> SLOT_BITS == generation;
  }

  static int probeOf(long permit) {
    return (int) (permit & SLOT_MASK);
  }

  /** The openings that count, less those that the calm since it closed has paid off. */
  int countedOpenings(BreakerSettings settings, long nowNanos) {
    if (state != State.CLOSED || backedOff == 0) {
      return backedOff;
    }
    long calm = Math.max(nowNanos - timeNanos, 0) / settings.openNanos();
    return (int) Math.max(backedOff - calm, 0);
  }

  BreakerPhase opened(BreakerSettings settings, int counted, long untilNanos, Transition origin) {
    return new BreakerPhase(
        State.OPEN,
        generation + 1,
        null,
        null,
        untilNanos,
        Math.min(counted + 1, settings.mostOpenings()),
        openings + 1,
        origin);
  }

  BreakerPhase halfOpened(ProbePermits permits, Transition origin) {
    return new BreakerPhase(
        State.HALF_OPEN, generation + 1, null, permits, 0, backedOff, openings, origin);
  }

  BreakerPhase closed(BreakerWindow fresh, long nowNanos, Transition origin) {
    return new BreakerPhase(
        State.CLOSED, generation + 1, fresh, null, nowNanos, backedOff, openings, origin);
  }

  /** What an operator orders; forgets how often it opened. */
  BreakerPhase ordered(State to, @Nullable BreakerWindow fresh, Transition origin) {
    return new BreakerPhase(to, generation + 1, fresh, null, 0, 0, openings, origin);
  }

  /** The same generation and window, from when on nobody need be told again. */
  BreakerPhase told(Transition origin) {
    return new BreakerPhase(
        state, generation, window, null, timeNanos, backedOff, openings, origin);
  }

  /** Whether a phase that only watches has told already. */
  boolean isTold() {
    return origin != null && origin.from() == origin.to() && origin.cause().isRule();
  }

  Metrics metrics(long nowNanos, long refused, long keptClosed) {
    BreakerWindow.Tally tally =
        window != null
            ? window.tally(nowNanos)
            : probes != null ? probes.tally() : new BreakerWindow.Tally(0, 0, 0);
    return new Metrics(
        state,
        generation,
        tally.calls(),
        tally.failures(),
        tally.slow(),
        window == null ? 0 : window.run(),
        openings,
        refused,
        keptClosed);
  }
}
