package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.internal.Checks.check;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds the extra load that retries make: over any span of time they are at most a share of the
 * requests of that span and of the {@value #WINDOW_SECONDS} seconds before it, plus a rate that
 * keeps services with little traffic able to retry (Finagle's {@code RetryBudget}, but with a
 * reserve of one second instead of ten).
 *
 * <p>Thread-safe and lock-free; O(1), 0 bytes per call. Time is passed in, so it has no clock;
 * readings must come from one {@link dev.steelyard.lb.env.Ticker}.
 */
public final class RetryBudget {
  /*
   * Requests earn shares in SLOTS slots of one second; a slot is one word, [second : 24 | parts : 40], so that
   * a slot that has grown too old is replaced by one compare-and-set, and no deposit is lost or counted in a
   * wrong second. A withdrawal takes from the oldest slot first: what would expire soonest is used first.
   * The reserve is a GCRA bucket in one word: the time at which it is full again.
   */

  /** How long an unused share of a request can be drawn on, in seconds: {@value}. */
  public static final int WINDOW_SECONDS = 10;

  /** The default share of the requests: {@value}. */
  public static final double DEFAULT_RATIO = 0.2;

  /** The default retries per second besides: {@value}. */
  public static final double DEFAULT_PER_SECOND = 10;

  private static final long SECOND = 1_000_000_000L;
  private static final int SLOTS = 16;
  private static final int PARTS_BITS = 40;
  private static final long PARTS_MASK = (1L << PARTS_BITS) - 1;
  private static final long SECOND_MASK = (1L << (Long.SIZE - PARTS_BITS)) - 1;

  /** A whole retry, in the fixed-point unit of the slots. */
  private static final long RETRY = 1_000;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final AtomicLong reserveFullAt;
  private final LongAdder exhausted = new LongAdder();
  private final long partsPerRequest;
  private final long nanosPerReserved;
  private final long reserveSpan;
  private final long origin;

  /**
   * Makes a budget.
   *
   * @param ratio retries per request, 0 to 1 in steps of 0.001
   * @param perSecond retries per second besides, 0 to 1 000 000; at most one second's worth is
   *     saved up, but at least one retry unless this is 0
   * @param nowNanos the time now
   * @throws IllegalArgumentException if an argument is out of range
   */
  public RetryBudget(double ratio, double perSecond, long nowNanos) {
    check(ratio >= 0 && ratio <= 1, "ratio", ratio, "0..1");
    check(perSecond >= 0 && perSecond <= 1_000_000, "perSecond", perSecond, "0..1000000");
    this.partsPerRequest = Math.round(ratio * RETRY);
    this.nanosPerReserved = perSecond == 0 ? 0 : (long) (SECOND / perSecond);
    this.reserveSpan = Math.max(SECOND, nanosPerReserved);
    this.origin = nowNanos;
    this.reserveFullAt = new AtomicLong(0);
  }

  /**
   * Notes a request (not its retries).
   *
   * @param nowNanos the time now
   */
  public void deposit(long nowNanos) {
    if (partsPerRequest == 0) {
      return;
    }
    long second = second(nowNanos);
    int index = (int) (second % SLOTS);
    while (true) {
      long word = slots.get(index);
      long updated =
          word >>> PARTS_BITS == second
              ? Math.min((word & PARTS_MASK) + partsPerRequest, PARTS_MASK) | second << PARTS_BITS
              : partsPerRequest | second << PARTS_BITS;
      if (slots.compareAndSet(index, word, updated)) {
        return;
      }
    }
  }

  /**
   * Takes one retry out of the budget. To be called before any waiting, and not given back.
   *
   * @param nowNanos the time now
   * @return whether the retry may be made
   */
  public boolean tryWithdraw(long nowNanos) {
    if (withdrawShare(nowNanos) || withdrawReserve(nowNanos)) {
      return true;
    }
    exhausted.increment();
    return false;
  }

  /**
   * Collects a whole retry from the slots, oldest first; puts back what does not make a whole one.
   */
  private boolean withdrawShare(long nowNanos) {
    if (partsPerRequest == 0) {
      return false;
    }
    long now = second(nowNanos);
    long missing = RETRY;
    for (int age = WINDOW_SECONDS; age >= 0 && missing > 0; age--) {
      missing -= take((now - age) & SECOND_MASK, missing);
    }
    if (missing == 0) {
      return true;
    }
    putBack(now, RETRY - missing);
    return false;
  }

  private long take(long second, long wanted) {
    int index = (int) (second % SLOTS);
    while (true) {
      long word = slots.get(index);
      long parts = word & PARTS_MASK;
      if (word >>> PARTS_BITS != second || parts == 0) {
        return 0;
      }
      long taken = Math.min(parts, wanted);
      if (slots.compareAndSet(index, word, word - taken)) {
        return taken;
      }
    }
  }

  private void putBack(long second, long parts) {
    int index = (int) (second % SLOTS);
    while (parts > 0) {
      long word = slots.get(index);
      long there = word >>> PARTS_BITS == second ? word & PARTS_MASK : 0;
      long updated = Math.min(there + parts, PARTS_MASK) | second << PARTS_BITS;
      if (slots.compareAndSet(index, word, updated)) {
        return;
      }
    }
  }

  private boolean withdrawReserve(long nowNanos) {
    if (nanosPerReserved == 0) {
      return false;
    }
    long now = nowNanos - origin;
    while (true) {
      long fullAt = reserveFullAt.get();
      long next = Math.max(fullAt, now) + nanosPerReserved;
      if (next - now > reserveSpan) {
        return false;
      }
      if (reserveFullAt.compareAndSet(fullAt, next)) {
        return true;
      }
    }
  }

  /**
   * Returns how many retries could be made at this moment.
   *
   * @param nowNanos the time now
   * @return at least 0
   */
  public double balance(long nowNanos) {
    long now = second(nowNanos);
    long parts = 0;
    for (int age = WINDOW_SECONDS; age >= 0; age--) {
      long second = (now - age) & SECOND_MASK;
      long word = slots.get((int) (second % SLOTS));
      parts += word >>> PARTS_BITS == second ? word & PARTS_MASK : 0;
    }
    double reserve = 0;
    if (nanosPerReserved > 0) {
      long elapsed = nowNanos - origin;
      long owed = Math.max(reserveFullAt.get() - elapsed, 0);
      reserve = Math.floor((double) (reserveSpan - owed) / nanosPerReserved);
    }
    return Math.floor((double) parts / RETRY) + reserve;
  }

  /**
   * Returns how many retries were refused.
   *
   * @return the count since creation
   */
  public long exhausted() {
    return exhausted.sum();
  }

  /** Starts at WINDOW_SECONDS + 1, so that the zeroed slots are of seconds long past. */
  private long second(long nowNanos) {
    return (Math.max(nowNanos - origin, 0) / SECOND + WINDOW_SECONDS + 1) & SECOND_MASK;
  }

  @Override
  public String toString() {
    return "RetryBudget[ratio="
        + (double) partsPerRequest / RETRY
        + ", perSecond="
        + (nanosPerReserved == 0 ? 0 : (double) SECOND / nanosPerReserved)
        + "]";
  }
}
