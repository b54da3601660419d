package dev.steelyard.lb.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The last calls, however long ago.
 *
 * <p>A ring of bytes, one per call, 0 for a good one; `cursor` counts the calls that entered it,
 * `bad` sums the bytes. The ring's length is a power of two that is at least the window's size: the
 * call that enters at `cursor` clears the place `size` before it, so all places that are not in the
 * window are 0 and no remainder need be computed.
 *
 * <p><b>Nothing bad, and full: a further good call is no change</b>, up to a rotation of a ring of
 * zeros, so it is only read. While the ring fills, a good call is one atomic add: its place is 0
 * already.
 *
 * <p>With something bad in the window, every change of a place is an exchange, and the difference
 * between what was there and what is there is added to `bad` afterwards. So once all threads are
 * done `bad` is the sum of the ring, in whatever order they were. Meanwhile it may lack what a
 * thread is about to add, or have what a thread is about to take out: at the threshold, one call
 * more or less for each thread that is recording at this moment. A call that lacks is not
 * overlooked: who adds it looks at the rules after that.
 */
final class CountWindow extends BreakerWindow {
  private static final VarHandle CURSOR;
  private static final VarHandle BAD;
  private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(byte[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CURSOR = lookup.findVarHandle(CountWindow.class, "cursor", long.class);
      BAD = lookup.findVarHandle(CountWindow.class, "bad", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final byte[] places;
  private final int mask;
  private final int size;
  private final int minimumCalls;
  private volatile long cursor;
  private volatile long bad;

  /**
   * Makes an empty window.
   *
   * @param size calls in it
   * @param minimumCalls the highest minimum of the rules: with more calls a good one meets no rule
   */
  CountWindow(int size, int minimumCalls) {
    this.size = size;
    this.minimumCalls = minimumCalls;
    this.places = new byte[size == 1 ? 1 : Integer.highestOneBit(size - 1) << 1];
    this.mask = places.length - 1;
  }

  @Override
  boolean addGood(long nowNanos) {
    if (bad == 0 && cursor >= size) {
      return false;
    }
    return add(0) < minimumCalls && bad != 0;
  }

  @Override
  void addBad(int bits, long nowNanos) {
    add(bits);
  }

  /** Returns how many calls there were before. */
  private long add(int bits) {
    long before = (long) CURSOR.getAndAdd(this, 1L);
    long change = 0;
    int leaving = (int) (before - size) & mask;
    if ((byte) PLACES.getVolatile(places, leaving) != 0) {
      change -= exchange(leaving, 0);
    }
    if (bits != 0) {
      change += pack(bits) - exchange((int) before & mask, bits);
    }
    if (change != 0) {
      BAD.getAndAdd(this, change);
    }
    return before;
  }

  private long exchange(int place, int bits) {
    return pack((byte) PLACES.getAndSet(places, place, (byte) bits));
  }

  @Override
  CircuitBreaker.@Nullable Cause judge(BreakerSettings rules, long nowNanos) {
    long sum = bad;
    return rules.verdict(Math.min(cursor, size), failures(sum), slow(sum), run());
  }

  @Override
  Tally tally(long nowNanos) {
    long sum = bad;
    return new Tally(Math.min(cursor, size), Math.max(failures(sum), 0), Math.max(slow(sum), 0));
  }

  @Override
  boolean usesTime() {
    return false;
  }

  /** The sum of the ring, for tests: what {@code bad} is once no thread is recording. */
  Tally recount() {
    long sum = 0;
    for (int i = 0; i < places.length; i++) {
      sum += pack((byte) PLACES.getVolatile(places, i));
    }
    return new Tally(Math.min(cursor, size), failures(sum), slow(sum));
  }
}
