package dev.steelyard.lb.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the last span of time, in buckets.
 *
 * <p>A chain of buckets, newest first, each with the time at which it starts; starts are whole
 * bucket lengths apart. When the time of a bucket is over, the next call makes a new one and puts
 * it at the head with one compare-and-set. No bucket is ever emptied or used for another time: a
 * thread that is late adds to a bucket that is still counted as long as it should be, and what
 * falls out of the chain falls out with its time. A gap without calls needs no bucket and no work.
 * Who puts a bucket at the head cuts off what has left the window.
 *
 * <p>A good call is one atomic add. It has to look at the rules only if it may meet one: when it is
 * the first in its bucket, as good calls may have left the window with an old one, or while there
 * are fewer calls than a rule wants. `settled` says that neither is so; a bad call looks anyway.
 *
 * <p>A time before the head's start, of a late thread or a clock that went back, counts as the
 * head's time.
 */
final class TimeWindow extends BreakerWindow {
  private static final VarHandle NEWEST;
  private static final VarHandle CALLS;
  private static final VarHandle BAD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      NEWEST = lookup.findVarHandle(TimeWindow.class, "newest", Bucket.class);
      CALLS = lookup.findVarHandle(Bucket.class, "calls", long.class);
      BAD = lookup.findVarHandle(Bucket.class, "bad", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final class Bucket {
    private final long start;
    private volatile @Nullable Bucket older;
    private volatile long calls;
    private volatile long bad;
    private volatile boolean settled;

    Bucket(long start, @Nullable Bucket older) {
      this.start = start;
      this.older = older;
    }
  }

  private final long bucketNanos;
  private final long windowNanos;
  private final int minimumCalls;

  /** Null before the first call: so a window needs no time to be made. */
  private volatile @Nullable Bucket newest;

  /**
   * Makes an empty window.
   *
   * @param bucketNanos the length of a bucket
   * @param buckets how many there are
   * @param minimumCalls the highest minimum of the rules
   */
  TimeWindow(long bucketNanos, int buckets, int minimumCalls) {
    this.bucketNanos = bucketNanos;
    this.windowNanos = bucketNanos * buckets;
    this.minimumCalls = minimumCalls;
  }

  @Override
  boolean addGood(long nowNanos) {
    Bucket bucket = bucket(nowNanos);
    CALLS.getAndAdd(bucket, 1L);
    return !bucket.settled;
  }

  @Override
  void addBad(int bits, long nowNanos) {
    Bucket bucket = bucket(nowNanos);
    CALLS.getAndAdd(bucket, 1L);
    BAD.getAndAdd(bucket, pack(bits));
  }

  private Bucket bucket(long nowNanos) {
    Bucket head = newest;
    return head != null && nowNanos - head.start < bucketNanos ? head : turn(nowNanos);
  }

  private Bucket turn(long nowNanos) {
    while (true) {
      Bucket head = newest;
      if (head != null && nowNanos - head.start < bucketNanos) {
        return head;
      }
      Bucket next;
      if (head == null) {
        next = new Bucket(nowNanos, null);
      } else {
        long start = startAt(nowNanos, head);
        next = new Bucket(start, start - head.start < windowNanos ? head : null);
      }
      if (NEWEST.compareAndSet(this, head, next)) {
        cut(next);
        return next;
      }
    }
  }

  /** The start of the bucket of this time. */
  private long startAt(long nowNanos, Bucket head) {
    long elapsed = nowNanos - head.start;
    return elapsed < bucketNanos ? head.start : head.start + (elapsed - elapsed % bucketNanos);
  }

  /** Cuts what is not in the window of this head, and so not in that of any later one. */
  private void cut(Bucket head) {
    Bucket last = head;
    for (Bucket older = last.older;
        older != null && head.start - older.start < windowNanos;
        older = last.older) {
      last = older;
    }
    last.older = null;
  }

  @Override
  CircuitBreaker.@Nullable Cause judge(BreakerSettings rules, long nowNanos) {
    Bucket head = newest;
    long calls = 0;
    long bad = 0;
    if (head != null) {
      long start = startAt(nowNanos, head);
      for (Bucket b = head; b != null && start - b.start < windowNanos; b = b.older) {
        bad += b.bad; // before the calls, which are added first: never more bad ones than calls
        calls += b.calls;
      }
      if (calls >= minimumCalls && start == head.start && !head.settled) {
        head.settled = true;
      }
    }
    return rules.verdict(calls, failures(bad), slow(bad), run());
  }

  @Override
  Tally tally(long nowNanos) {
    Bucket head = newest;
    long calls = 0;
    long bad = 0;
    if (head != null) {
      long start = startAt(nowNanos, head);
      for (Bucket b = head; b != null && start - b.start < windowNanos; b = b.older) {
        bad += b.bad;
        calls += b.calls;
      }
    }
    return new Tally(calls, failures(bad), slow(bad));
  }

  @Override
  boolean usesTime() {
    return true;
  }

  /** How many buckets are held, for tests. */
  int buckets() {
    int count = 0;
    for (Bucket b = newest; b != null; b = b.older) {
      count++;
    }
    return count;
  }
}
