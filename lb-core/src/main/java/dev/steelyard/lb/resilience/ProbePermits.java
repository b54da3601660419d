package dev.steelyard.lb.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The probes of one half-open generation, in one word.
 *
 * <pre>
 *   55 .. 48   47 .... 40   39 .. 32   31 ............ 0
 *   failed     succeeded    issued     which have reported
 * </pre>
 *
 * Permits are only ever issued, never put back: however probes end, no more than `limit` of them
 * are sent. The bit of a probe makes its report count once. Since all is in one word, the verdict
 * is a function of it, of which there is one for all who look: who reports the deciding result and
 * who comes for a permit meanwhile act alike, and either may carry it out.
 *
 * <p>`newestNanos` is when the newest permit was issued, or a moment later. It is written before
 * the permit is taken, so that who finds none left never reads the time of an older one and takes
 * away a probe whose time has just begun.
 */
final class ProbePermits {
  /** The most probes of a generation. */
  static final int LIMIT = 32;

  /** Returned when there is no permit. */
  static final int NONE = -1;

  private static final long ISSUED = 1L << 32;
  private static final long SUCCEEDED = 1L << 40;
  private static final long FAILED = 1L << 48;

  /** What the reports come to. */
  enum Verdict {
    /** Not known yet. */
    PENDING,
    /** Enough probes succeeded. */
    CLOSE,
    /** Probes failed, and too few are left to succeed. */
    OPEN,
    /** All have reported, and too few of them had anything to say. */
    INCONCLUSIVE
  }

  private final AtomicLong word;
  private final int limit;
  private final int wanted;
  private volatile long newestNanos;

  /** Makes the permits of a generation, with the first issued, to who begins it. */
  ProbePermits(int limit, int wanted, long nowNanos) {
    this.limit = limit;
    this.wanted = wanted;
    this.newestNanos = nowNanos;
    this.word = new AtomicLong(ISSUED);
  }

  private static int issued(long word) {
    return (int) (word >>> 32) & 0xff;
  }

  private static int succeeded(long word) {
    return (int) (word >>> 40) & 0xff;
  }

  private static int failed(long word) {
    return (int) (word >>> 48) & 0xff;
  }

  private static int reported(long word) {
    return Integer.bitCount((int) word);
  }

  /** Takes a permit: its number, or {@link #NONE}. */
  int tryTake(long nowNanos) {
    while (true) {
      long now = word.get();
      if (issued(now) == limit || verdict(now) != Verdict.PENDING) {
        return NONE;
      }
      if (nowNanos - newestNanos > 0) {
        newestNanos = nowNanos;
      }
      if (word.compareAndSet(now, now + ISSUED)) {
        return issued(now);
      }
    }
  }

  /**
   * Takes a report.
   *
   * @param probe the number of the permit
   * @param informative whether it says something about the instance
   * @param success whether that is good
   */
  void report(int probe, boolean informative, boolean success) {
    long bit = 1L << probe;
    while (true) {
      long now = word.get();
      if (probe >= issued(now) || (now & bit) != 0) {
        return;
      }
      long counted = !informative ? 0 : success ? SUCCEEDED : FAILED;
      if (word.compareAndSet(now, (now | bit) + counted)) {
        return;
      }
    }
  }

  Verdict verdict() {
    return verdict(word.get());
  }

  private Verdict verdict(long now) {
    int succeeded = succeeded(now);
    int reported = reported(now);
    if (succeeded >= wanted) {
      return Verdict.CLOSE;
    }
    if (failed(now) > 0 && limit - (reported - succeeded) < wanted) {
      return Verdict.OPEN;
    }
    return reported == limit ? Verdict.INCONCLUSIVE : Verdict.PENDING;
  }

  boolean hasPermit() {
    return issued(word.get()) < limit;
  }

  /** Whether all permits are out and the newest of them has not reported for this long. */
  boolean isOverdue(long nowNanos, long leaseNanos) {
    return !hasPermit() && nowNanos - newestNanos >= leaseNanos;
  }

  /** Reads the reports, as calls. */
  BreakerWindow.Tally tally() {
    long now = word.get();
    return new BreakerWindow.Tally(succeeded(now) + failed(now), failed(now), 0);
  }
}
