package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter for turns, cut into stripes so that threads do not fight over one cache line.
 *
 * <p>A thread always uses the stripe that its id hashes to (Fibonacci hashing: consecutive ids land
 * far apart). Each stripe counts exactly, by an atomic add, so k threads are as even as one, give
 * or take the number of stripes. A stripe begins when it is first used, one turn after the stripe
 * that began before it: a run on one thread is the same whatever the thread's id, and a burst of
 * new threads does not begin at one instance.
 *
 * <p>Layout: stripe s is {@code cells[s * SPACING]}; 128 bytes apart because the adjacent-line
 * prefetcher of x86 moves lines in pairs. A negative cell has not begun, or has wrapped, which is
 * the same. The add needs atomicity and no ordering with anything else; on x86 and AArch64 there is
 * nothing cheaper than the full-fence form for a fetch-and-add, so the plain API is used.
 */
final class StripedCursor {
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle NEXT_START;

  static {
    try {
      NEXT_START =
          MethodHandles.lookup().findVarHandle(StripedCursor.class, "nextStart", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long FIBONACCI = 0x9E3779B97F4A7C15L;
  private static final int SPACING_BITS = 4;
  private static final int STRIPE_BITS = 4;
  static final int STRIPES = 1 << STRIPE_BITS;

  private final long[] cells = new long[STRIPES << SPACING_BITS];
  private volatile long nextStart;

  /** Begins at a turn, at least 0. */
  StripedCursor(long start) {
    nextStart = start;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      cells[stripe << SPACING_BITS] = Long.MIN_VALUE;
    }
  }

  /** Takes a turn: 0 to Long.MAX_VALUE, one higher each time on one thread. */
  long next() {
    int stripe = (int) ((Thread.currentThread().getId() * FIBONACCI) >>> (Long.SIZE - STRIPE_BITS));
    int cell = stripe << SPACING_BITS;
    long turn = (long) CELLS.getAndAdd(cells, cell, 1L);
    return turn >= 0 ? turn : begin(cell);
  }

  private long begin(int cell) {
    long start = (long) NEXT_START.getAndAdd(this, 1L) & Long.MAX_VALUE;
    while (true) {
      long now = (long) CELLS.getVolatile(cells, cell);
      if (now >= 0) { // another thread of this stripe was faster
        long turn = (long) CELLS.getAndAdd(cells, cell, 1L);
        if (turn >= 0) {
          return turn;
        }
      } else if (CELLS.compareAndSet(cells, cell, now, start + 1 & Long.MAX_VALUE)) {
        return start;
      }
    }
  }

  /** Whether a stripe has been used. */
  boolean hasBegun(int stripe) {
    return (long) CELLS.getVolatile(cells, stripe << SPACING_BITS) >= 0;
  }

  /** The turn that a stripe gives next, if it has begun; otherwise about where it will begin. */
  long peek(int stripe) {
    long turn = (long) CELLS.getVolatile(cells, stripe << SPACING_BITS);
    return turn >= 0 ? turn : nextStart & Long.MAX_VALUE;
  }

  /** Where the next stripe begins. */
  long nextStart() {
    return nextStart & Long.MAX_VALUE;
  }

  void set(int stripe, long turn) {
    CELLS.setVolatile(cells, stripe << SPACING_BITS, turn);
  }
}
