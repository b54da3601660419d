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
   * Requests earn shares in SLOTS slots of one second; a slot is one word, [second : 32 | parts : 32], so that
   * a slot that has grown too old is replaced by one compare-and-set, and no deposit is lost or counted in a
   * wrong second. A withdrawal takes from the oldest slot first: what would expire soonest is used first. What
   * it took before it found too little goes back to where it was, since a share must not grow younger.
   * The reserve is a GCRA bucket in one word: the time at which it is full again.
   */

  /**
   * How long an unused share of a request can be drawn on at most, in seconds: {@value}. At least
   * it is one second less.
   */
  public static final int WINDOW_SECONDS = 10;

  /** The default share of the requests: {@value}. */
  public static final double DEFAULT_RATIO = 0.2;

  /** The default retries per second besides: {@value}. */
  public static final double DEFAULT_PER_SECOND = 10;

  private static final long SECOND = 1_000_000_000L;
  private static final int SLOTS = 16;
  private static final int PARTS_BITS = 32;
  private static final long PARTS_MASK = (1L << PARTS_BITS) - 1;
  private static final long SECOND_MASK = (1L << (Long.SIZE - PARTS_BITS)) - 1;

  /** A whole retry, in the fixed-point unit of the slots. */
  private static final long RETRY = 1_000;

  /** 73 years: so long that nothing is ever added to it that overflows. */
  private static final double LONGEST_PAUSE = Long.MAX_VALUE / 4.0;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final AtomicLong reserveFullAt;
  private final LongAdder exhausted = new LongAdder();
  private final double perSecond;
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
    check(
        Math.abs(ratio * RETRY - Math.rint(ratio * RETRY)) < 1e-6,
        "ratio",
        ratio,
        "a multiple of 0.001");
    check(perSecond >= 0 && perSecond <= 1_000_000, "perSecond", perSecond, "0..1000000");
    this.partsPerRequest = Math.round(ratio * RETRY);
    this.perSecond = perSecond;
    this.nanosPerReserved =
        perSecond == 0 ? 0 : (long) Math.min(Math.ceil(SECOND / perSecond), LONGEST_PAUSE);
    this.reserveSpan = nanosPerReserved * Math.max(1, (long) perSecond);
    this.origin = nowNanos;
    this.reserveFullAt = new AtomicLong(0);
  }

  /**
   * Notes a request (not its retries), which earns its share of a retry unless it fails: {@link
   * #forfeit}.
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
   * Takes back what a request has earned, because it has failed: where everything fails only the
   * rate besides is left, and retries do not keep down what is overloaded.
   *
   * @param nowNanos the time that its {@link #deposit} was given
   */
  public void forfeit(long nowNanos) {
    take(second(nowNanos), partsPerRequest);
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

  private boolean withdrawShare(long nowNanos) {
    if (partsPerRequest == 0) {
      return false;
    }
    long now = second(nowNanos);
    return parts(now) >= RETRY && collect(now, WINDOW_SECONDS - 1, RETRY);
  }

  /** Collects the missing parts from the slots of this age and below, or nothing at all. */
  private boolean collect(long now, int age, long missing) {
    if (missing == 0) {
      return true;
    }
    if (age < 0) {
      return false;
    }
    long second = (now - age) & SECOND_MASK;
    long taken = take(second, missing);
    if (collect(now, age - 1, missing - taken)) {
      return true;
    }
    putBack(second, taken);
    return false;
  }

  private long parts(long now) {
    long parts = 0;
    for (int age = WINDOW_SECONDS - 1; age >= 0; age--) {
      long second = (now - age) & SECOND_MASK;
      long word = slots.get((int) (second % SLOTS));
      parts += word >>> PARTS_BITS == second ? word & PARTS_MASK : 0;
    }
    return parts;
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
    long word = slots.get(index);
    while (parts > 0
        && word >>> PARTS_BITS == second) { // else the slot is in use by another second
      long updated = Math.min((word & PARTS_MASK) + parts, PARTS_MASK) | second << PARTS_BITS;
      if (slots.compareAndSet(index, word, updated)) {
        return;
      }
      word = slots.get(index);
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
    double reserve = 0;
    if (nanosPerReserved > 0) {
      long owed = Math.max(reserveFullAt.get() - (nowNanos - origin), 0);
      reserve = Math.max((reserveSpan - owed) / nanosPerReserved, 0);
    }
    return Math.floor((double) parts(second(nowNanos)) / RETRY) + reserve;
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
        + perSecond
        + "]";
  }
}
