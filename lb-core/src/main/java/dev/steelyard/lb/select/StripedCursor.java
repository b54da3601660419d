package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter for turns, cut into stripes so that threads do not fight over one cache line.
 *
 * <p>A thread always uses the stripe that its id hashes to (Fibonacci hashing: consecutive ids land
 * far apart). Each stripe counts exactly, by an atomic add, so k threads are as even as one, give
 * or take the number of stripes. All stripes begin alike: a run on one thread is the same whatever
 * the thread's id.
 *
 * <p>Layout: stripe s is {@code cells[s * SPACING]}; 128 bytes apart because the adjacent-line
 * prefetcher of x86 moves lines in pairs. The add needs atomicity and no ordering with anything
 * else; on x86 and AArch64 there is nothing cheaper than the full-fence form for a fetch-and-add,
 * so the plain API is used.
 */
final class StripedCursor {
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long FIBONACCI = 0x9E3779B97F4A7C15L;
  private static final int SPACING_BITS = 4;
  private static final int STRIPE_BITS = 4;
  static final int STRIPES = 1 << STRIPE_BITS;

  private final long[] cells = new long[STRIPES << SPACING_BITS];

  StripedCursor(long start) {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      set(stripe, start);
    }
  }

  /** Takes a turn: 0 to Long.MAX_VALUE, one higher each time on one thread; wraps to 0. */
  long next() {
    int stripe = (int) ((Thread.currentThread().getId() * FIBONACCI) >>> (Long.SIZE - STRIPE_BITS));
    return (long) CELLS.getAndAdd(cells, stripe << SPACING_BITS, 1L) & Long.MAX_VALUE;
  }

  /** The turn that a stripe gives next. */
  long peek(int stripe) {
    return (long) CELLS.getVolatile(cells, stripe << SPACING_BITS) & Long.MAX_VALUE;
  }

  void set(int stripe, long turn) {
    CELLS.setVolatile(cells, stripe << SPACING_BITS, turn);
  }
}
