package dev.steelyard.lb.limit;

import static dev.steelyard.lb.internal.Checks.check;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long requests have taken lately, by quantile: what a hedge waits for, or an attempt may take.
 *
 * <p>A histogram of {@value #BUCKETS} buckets, eight to an octave from 1 us to 18 minutes, so what
 * it says is within 6 % of a time that was measured; shorter and longer ones count as the first and
 * the last. It covers the present window and the one before it, whole; after a pause of two windows
 * it is empty. Record successes only: failures are fast, and would make a hedge fire at requests
 * that are merely normal (Finagle's {@code BackupRequestFilter}).
 *
 * <p>Thread-safe and lock-free. {@link #record} is one compare-and-set and 0 bytes; {@link
 * #quantile} a search in a copy that is at most a {@value #REFRESHES_PER_WINDOW}th of a window old
 * (eight steps, 0 bytes; 1 kB when it is made anew). About 4 kB.
 */
public final class LatencyQuantile {
  /*
   * Two histograms, used by turns: that of a window is the one of its number's lowest bit. A bucket is one
   * word, [window : 32 | count : 32]. Who records into a bucket of an older window starts it at 1; who reads
   * takes the counts of this window and of the last one only. So nothing is ever cleared, no sample is lost
   * between two windows, and what an idle gap leaves behind is of a window that nobody asks for.
   *
   * Windows are counted from the creation, and never go back: a reading of the clock that is behind the newest
   * window counts for that one. newest is written once per window; a thread that has not seen it yet computes
   * the same number from its own reading.
   */
  private static final VarHandle NEWEST;

  static {
    try {
      NEWEST = MethodHandles.lookup().findVarHandle(LatencyQuantile.class, "newest", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How many buckets there are: {@value}. */
  public static final int BUCKETS = 240;

  /** How often per window the copy is renewed that is read: {@value}. */
  public static final int REFRESHES_PER_WINDOW = 16;

  private static final int SUB_BITS = 3;
  private static final int LOWEST_EXPONENT = 10;
  private static final long SHORTEST = 1L << LOWEST_EXPONENT;
  private static final long SHORTEST_WINDOW = 100_000_000;
  private static final long COUNT_MASK = 0xFFFF_FFFFL;

  /** The counts as they were, added up from the lowest bucket. */
  private static final class Copy {
    final long takenAt;
    final long window;
    final long[] upTo;

    Copy(long takenAt, long window, long[] upTo) {
      this.takenAt = takenAt;
      this.window = window;
      this.upTo = upTo;
    }

    long samples() {
      return upTo[BUCKETS - 1];
    }
  }

  private final AtomicLongArray counts = new AtomicLongArray(2 * BUCKETS);
  private final long windowNanos;
  private final long refreshNanos;
  private final int minimum;
  private final long origin;
  private volatile long newest;
  private volatile Copy copy;

  /**
   * Makes an empty histogram.
   *
   * @param windowNanos the length of a window in nanoseconds, at least 100 ms
   * @param minimum how many samples a quantile needs, at least 1
   * @param nowNanos the time now
   * @throws IllegalArgumentException if an argument is out of range
   */
  public LatencyQuantile(long windowNanos, int minimum, long nowNanos) {
    check(windowNanos >= SHORTEST_WINDOW, "windowNanos", windowNanos, "at least 100 ms");
    check(minimum >= 1, "minimum", minimum, "at least 1");
    this.windowNanos = windowNanos;
    this.refreshNanos = windowNanos / REFRESHES_PER_WINDOW;
    this.minimum = minimum;
    this.origin = nowNanos;
    this.newest = 2; // the zeroed words are of window 0: neither this one nor the one before
    this.copy = new Copy(nowNanos - windowNanos, newest, new long[BUCKETS]);
  }

  /**
   * Records how long a request took.
   *
   * @param latencyNanos the time it took; a negative one, of a clock that ran backwards, counts as
   *     the shortest
   * @param nowNanos the time now
   */
  public void record(long latencyNanos, long nowNanos) {
    long window = windowAt(nowNanos);
    int index = (int) (window & 1) * BUCKETS + bucket(latencyNanos);
    while (true) {
      long word = counts.get(index);
      long updated = ofWindow(word, window) ? word + 1 : window << Integer.SIZE | 1;
      if (counts.compareAndSet(index, word, updated)) {
        return;
      }
    }
  }

  /**
   * Returns the time within which a share of the recent requests was done.
   *
   * @param share above 0, up to 1: 0.95 for the 95th percentile
   * @param nowNanos the time now
   * @return nanoseconds, or -1 if there are fewer samples than the minimum
   * @throws IllegalArgumentException if the share is out of range
   */
  public long quantile(double share, long nowNanos) {
    if (!(share > 0 && share <= 1)) {
      check(false, "share", share, "above 0, up to 1");
    }
    Copy current = current(nowNanos);
    long samples = current.samples();
    if (samples < minimum) {
      return -1;
    }
    long rank = Math.max((long) Math.ceil(share * samples), 1);
    int low = 0;
    int high = BUCKETS - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (current.upTo[middle] >= rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return middleOf(low);
  }

  /**
   * Returns how many samples a quantile would be taken from.
   *
   * @param nowNanos the time now
   * @return the count of this window and the last
   */
  public long samples(long nowNanos) {
    return current(nowNanos).samples();
  }

  /**
   * Threads that find the copy too old at once each make one: a microsecond, and nobody reads old.
   */
  private Copy current(long nowNanos) {
    Copy current = copy;
    long window = windowAt(nowNanos);
    boolean recent = nowNanos - current.takenAt < refreshNanos && current.window == window;
    if (recent && current.samples() >= minimum) {
      return current;
    }
    if (recent && nowNanos - current.takenAt < refreshNanos / REFRESHES_PER_WINDOW) {
      return current; // too few yet: looked for more often
    }
    Copy renewed = new Copy(nowNanos, window, countUp(window));
    copy = renewed;
    return renewed;
  }

  private long[] countUp(long window) {
    long[] upTo = new long[BUCKETS];
    int present = (int) (window & 1) * BUCKETS;
    int before = BUCKETS - present;
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      long word = counts.get(present + i);
      sum += ofWindow(word, window) ? word & COUNT_MASK : 0;
      word = counts.get(before + i);
      sum += ofWindow(word, window - 1) ? word & COUNT_MASK : 0;
      upTo[i] = sum;
    }
    return upTo;
  }

  private long windowAt(long nowNanos) {
    long window = Math.max(nowNanos - origin, 0) / windowNanos + 2;
    long known = newest;
    while (window > known) {
      if (NEWEST.compareAndSet(this, known, window)) {
        return window;
      }
      known = newest;
    }
    return known;
  }

  /** By 32 bits, which take at least 13 years to come round. */
  private static boolean ofWindow(long word, long window) {
    return word >>> Integer.SIZE == (window & COUNT_MASK);
  }

  private static int bucket(long nanos) {
    long time = Math.max(nanos, SHORTEST);
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(time);
    int sub = (int) (time >>> (exponent - SUB_BITS)) & ((1 << SUB_BITS) - 1);
    return Math.min(((exponent - LOWEST_EXPONENT) << SUB_BITS) + sub, BUCKETS - 1);
  }

  /** The harmonic mean of its bounds, which is off by the same share at either end. */
  private static long middleOf(int bucket) {
    int exponent = (bucket >>> SUB_BITS) + LOWEST_EXPONENT;
    long step = 1L << (exponent - SUB_BITS);
    double low = (double) (1L << exponent) + (double) (bucket & ((1 << SUB_BITS) - 1)) * step;
    double high = low + step;
    return Math.round(2 * low * high / (low + high));
  }
}
