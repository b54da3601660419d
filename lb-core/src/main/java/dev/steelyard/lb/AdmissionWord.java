package dev.steelyard.lb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts requests in flight and refuses new ones, in one word.
 *
 * <pre>
 *   63      62        61           60      59 ....... 24   23 ............ 0
 *   closed  unproven  unreachable  sealed  requests begun  requests in flight
 * </pre>
 *
 * One atomic add begins a request (+1 to both counts) and one ends it (-1 in flight). Because the
 * flags travel in the same word, the add that begins a request also learns whether it may: there is
 * no moment in which an instance has been reported as drained and a request that had been on its
 * way to it still begins. A refused request takes its add back; the drained state is {@code closed}
 * with nothing in flight, and whoever's subtraction makes it so reports it, a refused one's
 * included (twice is harmless).
 *
 * <p>All rare conditions are bits of {@link #ATTENTION}, so the common path tests them with one
 * branch:
 *
 * <ul>
 *   <li>closed: gets no new requests; set by the balancer's writer, after it has published a picker
 *       without this endpoint, so that a refused caller who looks again finds the new picker;
 *   <li>sealed, and then closed as well: gets not even the requests of sessions that are bound to
 *       it. Set by the writer, and by whoever finds a closed endpoint idle that somebody waits for:
 *       in one step, so that no bound session slips in between "idle" and "drained";
 *   <li>unproven: has not answered yet;
 *   <li>unreachable: no connection could be made the last time that it mattered;
 *   <li>bit 59, half of the request count: somebody moves a quarter to {@code folded}, long before
 *       it could overflow into the flags; the quarter that stays is what refused requests that are
 *       under way take back, which must not borrow from the flags either;
 *   <li>bit 23, half of the in-flight count: eight million leases that nobody completed.
 * </ul>
 *
 * Read-modify-writes are atomic adds and masks with full fences (x86 and AArch64 have nothing
 * cheaper); plain readers use opaque reads: a pick needs a recent value, not an ordered one.
 */
abstract class AdmissionWord {
  private static final VarHandle WORD;
  private static final VarHandle FOLDED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(AdmissionWord.class, "word", long.class);
      FOLDED = lookup.findVarHandle(AdmissionWord.class, "folded", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int BEGUN_SHIFT = 24;
  private static final long IN_FLIGHT_MASK = (1L << BEGUN_SHIFT) - 1;
  private static final long BEGIN = (1L << BEGUN_SHIFT) + 1;
  private static final long CLOSED = 1L << 63;
  private static final long UNPROVEN = 1L << 62;
  private static final long UNREACHABLE = 1L << 61;
  private static final long SEALED = 1L << 60;
  private static final long HALF_OF_BEGUN = 1L << 59;
  private static final long QUARTER_OF_BEGUN = HALF_OF_BEGUN >>> 1;
  private static final long HALF_OF_IN_FLIGHT = 1L << 23;
  private static final long BEGUN_MASK = (HALF_OF_BEGUN - 1 | HALF_OF_BEGUN) & ~IN_FLIGHT_MASK;
  private static final long ATTENTION =
      CLOSED | SEALED | UNPROVEN | UNREACHABLE | HALF_OF_BEGUN | HALF_OF_IN_FLIGHT;

  /** What {@link #begin} returns if the request must not be sent. */
  static final long REFUSED = -1;

  /** What {@link #begin} returns if as many requests are in flight as may be. */
  static final long FULL = -2;

  private volatile long word;
  private volatile long folded;

  // Plain: set before the endpoint is published, or by whoever adapts it; a request that goes by
  // the last limit for a moment does no harm.
  private int limit = Integer.MAX_VALUE;

  AdmissionWord(boolean closed) {
    this(closed, 0);
  }

  /** For tests that start near an overflow. */
  AdmissionWord(boolean closed, long requestsBegun) {
    this.word = (closed ? CLOSED : 0) | UNPROVEN | requestsBegun << BEGUN_SHIFT;
  }

  /**
   * Is called when the endpoint is closed and nothing is in flight; may be called several times.
   */
  abstract void onIdle();

  /** Is called when it has answered again after it could not be connected to. */
  abstract void onReachable();

  /**
   * Says whether the endpoint had better not get another request now. Asked only while it is
   * unproven or unreachable.
   *
   * @param unreachable whether it is unreachable, and not just unproven
   * @param busy whether a request is in flight to it already
   */
  abstract boolean defers(boolean unreachable, boolean busy);

  /**
   * Begins a request.
   *
   * @param choosy whether another endpoint could serve the request, so that this one may defer it
   * @return the number of requests begun before, modulo a power of two, or {@link #REFUSED}, or
   *     {@link #FULL}
   * @throws IllegalStateException if eight million requests are in flight
   */
  final long begin(boolean choosy) {
    return begin(CLOSED, choosy);
  }

  /** Begins a request of a session that is bound to this endpoint, as {@link #begin(boolean)}. */
  final long beginBound(boolean choosy) {
    return begin(SEALED, choosy);
  }

  private long begin(long shut, boolean choosy) {
    int most = limit;
    if (most != Integer.MAX_VALUE && inFlight() >= most) {
      return FULL; // without adding first: what is refused must not make others be refused
    }
    long before = (long) WORD.getAndAdd(this, BEGIN);
    if ((before & ATTENTION) != 0 && !admits(before, shut, choosy)) {
      return REFUSED;
    }
    if ((before & IN_FLIGHT_MASK) >= most) {
      takeBack();
      return FULL;
    }
    return (before & BEGUN_MASK) >>> BEGUN_SHIFT;
  }

  /** Sets how many requests may be in flight. What is in flight already goes on. */
  final void limit(int most) {
    limit = most;
  }

  final int limit() {
    return limit;
  }

  /** Takes back a request that was begun and will not be sent. */
  final void withdraw() {
    takeBack();
  }

  private boolean admits(long before, long shut, boolean choosy) {
    if ((before & HALF_OF_BEGUN) != 0) {
      fold();
    }
    if ((before & HALF_OF_IN_FLIGHT) != 0) {
      takeBack();
      throw new IllegalStateException(
          this + ": " + HALF_OF_IN_FLIGHT + " requests in flight; leases are not being completed");
    }
    boolean deferred =
        choosy
            && (before & (UNPROVEN | UNREACHABLE)) != 0
            && defers((before & UNREACHABLE) != 0, (before & IN_FLIGHT_MASK) != 0);
    if ((before & shut) != 0 || deferred) {
      takeBack();
      return false;
    }
    return true;
  }

  private void takeBack() {
    settle((long) WORD.getAndAdd(this, -BEGIN) - BEGIN);
  }

  /** Ends a request that {@link #begin} admitted. */
  final void end() {
    settle((long) WORD.getAndAdd(this, -1L) - 1);
  }

  private void settle(long after) {
    if (after < 0 && (after & IN_FLIGHT_MASK) == 0) {
      onIdle();
    }
  }

  private void fold() {
    long now = word;
    while ((now & HALF_OF_BEGUN) != 0) {
      if (WORD.compareAndSet(this, now, now - QUARTER_OF_BEGUN)) {
        FOLDED.getAndAdd(this, QUARTER_OF_BEGUN >>> BEGUN_SHIFT);
        return;
      }
      now = word;
    }
  }

  final void setClosed(boolean closed) {
    if (closed) {
      settle((long) WORD.getAndBitwiseOr(this, CLOSED) | CLOSED);
    } else {
      WORD.getAndBitwiseAnd(this, ~(CLOSED | SEALED));
    }
  }

  /** Closes without a word to who waits for idleness; {@link #checkIdle} is to follow. */
  final void closeQuietly() {
    WORD.getAndBitwiseOr(this, CLOSED);
  }

  final void checkIdle() {
    settle(word);
  }

  /** Closes for bound sessions, too; {@link #checkIdle} is to follow. */
  final void seal() {
    WORD.getAndBitwiseOr(this, CLOSED | SEALED);
  }

  /** Lets bound sessions in again; it stays closed for others. */
  final void unseal() {
    WORD.getAndBitwiseAnd(this, ~SEALED);
  }

  /** Seals the endpoint if it is closed and nothing is in flight. */
  final boolean sealIfIdle() {
    while (true) {
      long now = word;
      if (now >= 0 || (now & IN_FLIGHT_MASK) != 0) {
        return false;
      }
      if ((now & SEALED) != 0 || WORD.compareAndSet(this, now, now | SEALED)) {
        return true;
      }
    }
  }

  final boolean isClosed() {
    return (long) WORD.getOpaque(this) < 0;
  }

  final boolean isSealed() {
    return ((long) WORD.getOpaque(this) & SEALED) != 0;
  }

  /** It has answered. */
  final void setProven() {
    if (((long) WORD.getOpaque(this) & (UNPROVEN | UNREACHABLE)) != 0) {
      long before = (long) WORD.getAndBitwiseAnd(this, ~(UNPROVEN | UNREACHABLE));
      if ((before & UNREACHABLE) != 0) {
        onReachable();
      }
    }
  }

  /** It could not be connected to, and has to prove itself again. */
  final void setUnreachable() {
    WORD.getAndBitwiseOr(this, UNPROVEN | UNREACHABLE);
  }

  public final int inFlight() {
    return (int) ((long) WORD.getOpaque(this) & IN_FLIGHT_MASK);
  }

  public final boolean isUnproven() {
    return ((long) WORD.getOpaque(this) & UNPROVEN) != 0;
  }

  final boolean isClosedAndIdle() {
    long now = word;
    return now < 0 && (now & IN_FLIGHT_MASK) == 0;
  }

  /**
   * Requests begun, exact but for the instant in which a quarter of the count is on its way to
   * {@code folded}.
   */
  final long requests() {
    return folded + ((word & BEGUN_MASK) >>> BEGUN_SHIFT);
  }
}
