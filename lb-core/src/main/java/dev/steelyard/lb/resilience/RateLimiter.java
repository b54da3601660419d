package dev.steelyard.lb.resilience;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Admits a number of permits per time, evenly, with bursts up to a bound: over any span of time T
 * at most {@code burst + rate x T}, whatever came before. There are no periods, so no double burst
 * at the border of two. It starts full.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.perSecond(100, 20);
 * if (!limiter.tryAcquire()) {
 *   throw new RequestRefusedException("orders", RequestRefusedException.Reason.RATE_LIMITED, null);
 * }
 * }</pre>
 *
 * <p>The algorithm is GCRA, the generic cell rate algorithm of ATM (ITU-T I.371), the same as a
 * token bucket that refills all the time. Thread-safe and lock-free, O(1), 0 bytes per call;
 * nothing here waits. {@link #reserve} says at once how long to wait, or that waiting is no use.
 *
 * <p>Methods that take the time want a reading of the limiter's own {@link Ticker}. A clock that
 * steps back grants nothing twice: the limiter stands still until the clock has caught up, or, if
 * that is more than a second away (and the longest wait it has promised), goes on empty after a
 * tenth of a second.
 *
 * <p><b>Not for</b> bounding what is under way at once: a rate says nothing about how long requests
 * take, and does not adapt when they take longer. Limit concurrency for that. Not shared between
 * processes: n clients with a rate each make n times the rate.
 */
public final class RateLimiter {
  /*
   * One word, fullAt: the time at which the bucket is full again if nothing more is taken (GCRA calls it the
   * theoretical arrival time). A bucket that is full has it in the past. To take a permit is to move it on, from
   * now if it is past, by one interval; that is allowed while it is then at most a span = burst x interval ahead.
   * A reservation may move it further; how much further is what it has to wait.
   *
   * Times are compared by subtraction, so their origin and a wrap mean nothing. An interval that is no whole
   * number of nanoseconds is rounded up, so a rate is never exceeded: to a nanosecond above a millisecond
   * (error below 1e-6), else to 1/16 of one, the word then counting sixteenths (a difference then wraps after
   * 18 years without a request instead of 292; it would look like a clock that has stepped back, and be mended
   * as such).
   *
   * Memory order: the compare-and-set alone decides. A stale read makes it fail, and the loop looks again; a
   * refusal from a stale read is one that was right a moment ago.
   *
   * A clock that steps back leaves fullAt further ahead than anything could have put it. But so does a thread
   * that read the clock and was then held up: it must not move the word back, as the next thread would find a
   * full bucket. So the first to see it notes what it saw, and who sees the same word CONFIRM later by his own
   * reading moves it: two threads held up for a second, that far apart, with nobody admitted between them.
   */
  private static final VarHandle FULL_AT;
  private static final VarHandle LONGEST_WAIT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FULL_AT = lookup.findVarHandle(RateLimiter.class, "fullAt", long.class);
      LONGEST_WAIT = lookup.findVarHandle(RateLimiter.class, "longestWait", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long SECOND = 1_000_000_000L;
  private static final int FRACTION_BITS = 4;

  /** From here on the rounding to a nanosecond does not matter. */
  private static final long LONG_INTERVAL = 1_000_000;

  /** 36 years in nanoseconds: a few of them add up without an overflow. */
  private static final long LONGEST = 1L << 60;

  private static final long BACKWARDS_NANOS = SECOND;
  private static final long CONFIRM_NANOS = SECOND / 10;

  /** Spares whole rates the rounding of a double. */
  private static final double EXACT = 1 - 1e-12;

  /** What somebody saw who found the clock behind. */
  private record StepBack(long fullAt, long seenAt) {}

  private final Ticker ticker;
  private final int shift;
  private final int burst;

  /** In units of 2^-shift nanoseconds, like all that follows. */
  private final long interval;

  private final long span;
  private volatile long fullAt;
  private volatile long longestWait;
  private volatile @Nullable StepBack stepBack;

  private RateLimiter(long interval, int shift, int burst, Ticker ticker) {
    this.ticker = requireNonNull(ticker, "ticker");
    check(burst >= 1, "burst", burst, "at least 1");
    check(
        burst <= LONGEST / interval,
        "burst",
        burst,
        "at most what the rate refills in " + Duration.ofNanos(LONGEST >> shift));
    this.interval = interval;
    this.shift = shift;
    this.burst = burst;
    this.span = burst * interval;
    this.fullAt = ticker.nanos() << shift;
  }

  /**
   * Returns a limiter over the system's clock.
   *
   * @param permits how many per second, 1e-9 to 1e9; below one is fine, 0.1 is one in ten seconds
   * @param burst how many at once after a pause, at least 1
   * @return a new limiter, full
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RateLimiter perSecond(double permits, int burst) {
    return perSecond(permits, burst, Ticker.system());
  }

  /**
   * Returns a limiter.
   *
   * @param permits how many per second, 1e-9 to 1e9; the interval of 1/permits is rounded up, to a
   *     nanosecond if it is at least a millisecond, else to 1/16 of one
   * @param burst how many at once after a pause, at least 1
   * @param ticker the clock, read once here and by the methods that take no time
   * @return a new limiter, full
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RateLimiter perSecond(double permits, int burst, Ticker ticker) {
    check(permits >= 1e-9 && permits <= 1e9, "permits", permits, "1e-9..1e9 per second");
    double nanos = SECOND / permits * EXACT;
    int shift = nanos >= LONG_INTERVAL || Math.ceil(nanos) * EXACT <= nanos ? 0 : FRACTION_BITS;
    return new RateLimiter((long) Math.ceil(nanos * (1L << shift)), shift, burst, ticker);
  }

  /**
   * Returns a limiter over the system's clock.
   *
   * @param permits how many per time, at least 1 and at most one per nanosecond
   * @param per the time, up to 36 years
   * @param burst how many at once after a pause, at least 1; {@code permits} allows what a counter
   *     per period would, but never twice that
   * @return a new limiter, full
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RateLimiter of(long permits, Duration per, int burst) {
    return of(permits, per, burst, Ticker.system());
  }

  /**
   * Returns a limiter.
   *
   * @param permits how many per time, at least 1 and at most one per nanosecond
   * @param per the time, up to 36 years
   * @param burst how many at once after a pause, at least 1
   * @param ticker the clock, read once here and by the methods that take no time
   * @return a new limiter, full
   * @throws IllegalArgumentException if an argument is out of range
   */
  public static RateLimiter of(long permits, Duration per, int burst, Ticker ticker) {
    long perNanos = positiveNanos(per, "per");
    check(perNanos <= LONGEST, "per", per, "at most 36 years");
    check(
        permits >= 1 && permits <= perNanos,
        "permits",
        permits,
        "1.." + perNanos + ", one per nanosecond: count larger units for more");
    long whole = perNanos / permits;
    long rest = perNanos % permits;
    int shift = rest == 0 || whole >= LONG_INTERVAL ? 0 : FRACTION_BITS;
    // rest < permits <= perNanos / whole: it fits, as the shift is 0 for all but short intervals.
    long parts = shift == 0 ? (rest == 0 ? 0 : 1) : ceilingOfSixteenths(rest, permits);
    return new RateLimiter((whole << shift) + parts, shift, burst, ticker);
  }

  /** 16 x rest / permits, bit by bit: the product may not fit. */
  private static long ceilingOfSixteenths(long rest, long permits) {
    long parts = 0;
    long left = rest;
    for (int bit = 0; bit < FRACTION_BITS; bit++) {
      left <<= 1;
      parts <<= 1;
      if (left >= permits) {
        left -= permits;
        parts++;
      }
    }
    return left == 0 ? parts : parts + 1;
  }

  /**
   * Takes a permit, by the limiter's own clock.
   *
   * @return whether it was there
   */
  public boolean tryAcquire() {
    return tryAcquire(ticker.nanos());
  }

  /**
   * Takes a permit.
   *
   * @param nowNanos the time now
   * @return whether it was there; if not, nothing has changed
   */
  public boolean tryAcquire(long nowNanos) {
    return take(interval, nowNanos, 0) >= 0;
  }

  /**
   * Takes some permits, all or none.
   *
   * @param permits how many, 1 to the burst
   * @param nowNanos the time now
   * @return whether they were there; if not, nothing has changed
   * @throws IllegalArgumentException if there can never be so many
   */
  public boolean tryAcquire(int permits, long nowNanos) {
    return take(cost(permits), nowNanos, 0) >= 0;
  }

  /**
   * Takes some permits of the near future. Later callers queue up behind: who does not use what he
   * has reserved gives it back by {@link #refund}.
   *
   * @param permits how many, 1 to the burst
   * @param nowNanos the time now
   * @param maxWaitNanos how long the caller would wait at most, at least 0
   * @return the nanoseconds to wait before they may be used, 0 for none; or -1 if they are not to
   *     be had in time, and then nothing has changed and there is no need to wait to find out
   * @throws IllegalArgumentException if there can never be so many, or the wait is negative
   */
  public long reserve(int permits, long nowNanos, long maxWaitNanos) {
    if (maxWaitNanos < 0) {
      check(false, "maxWaitNanos", maxWaitNanos, "at least 0");
    }
    return take(cost(permits), nowNanos, maxWaitNanos);
  }

  private long take(long cost, long nowNanos, long maxWaitNanos) {
    long now = nowNanos << shift;
    while (true) {
      long full = fullAt;
      long ahead = Math.max(full - now, 0);
      long wait = ahead + cost - span;
      if (ahead > span && ahead > horizon()) { // wait may even have overflown
        if (!movesBack(full, nowNanos)) {
          return -1;
        }
        continue;
      }
      if (wait > 0) {
        if (wait > Math.min(maxWaitNanos, LONGEST >> shift) << shift) {
          return -1;
        }
        raiseLongestWait(wait);
      }
      if (FULL_AT.compareAndSet(this, full, now + ahead + cost)) {
        return wait > 0 ? ceilingNanos(wait) : 0;
      }
    }
  }

  /** How far ahead the word can be without a clock that steps back. */
  private long horizon() {
    return span + longestWait + (BACKWARDS_NANOS << shift);
  }

  /** Before the reservation is made, so that nobody takes it for a clock that has stepped back. */
  private void raiseLongestWait(long wait) {
    long before = longestWait;
    while (wait > before && !LONGEST_WAIT.compareAndSet(this, before, wait)) {
      before = longestWait;
    }
  }

  /** Called when the clock is far behind the word. Returns whether the word is another one now. */
  private boolean movesBack(long full, long nowNanos) {
    StepBack seen = stepBack;
    if (seen == null || seen.fullAt() != full || nowNanos - seen.seenAt() < 0) {
      stepBack = new StepBack(full, nowNanos);
      return false;
    }
    if (nowNanos - seen.seenAt() < CONFIRM_NANOS) {
      return false;
    }
    FULL_AT.compareAndSet(this, full, (nowNanos << shift) + span);
    return true;
  }

  /**
   * Gives permits back that were taken and not used, by the limiter's own clock.
   *
   * @param permits how many, 1 to the burst
   * @throws IllegalArgumentException if that is not what can have been taken
   */
  public void refund(int permits) {
    refund(permits, ticker.nanos());
  }

  /**
   * Gives permits back that were taken and not used. There are never more than the burst. Who has a
   * reservation keeps his time; what comes back is for the next callers.
   *
   * @param permits how many, 1 to the burst
   * @param nowNanos the time now
   * @throws IllegalArgumentException if that is not what can have been taken
   */
  public void refund(int permits, long nowNanos) {
    long cost = cost(permits);
    long now = nowNanos << shift;
    while (true) {
      long full = fullAt;
      long ahead = full - now;
      if (ahead <= 0 || FULL_AT.compareAndSet(this, full, now + Math.max(ahead - cost, 0))) {
        return;
      }
    }
  }

  /**
   * Returns how long it takes until so many permits are there, if nobody else takes any.
   *
   * @param permits how many, 1 to the burst
   * @param nowNanos the time now
   * @return nanoseconds, rounded up; 0 if they are there
   * @throws IllegalArgumentException if there can never be so many
   */
  public long nanosUntilAvailable(int permits, long nowNanos) {
    long wait = cost(permits) - span + ahead(nowNanos);
    return wait > 0 ? ceilingNanos(wait) : 0;
  }

  /**
   * Returns how many permits are there.
   *
   * @param nowNanos the time now
   * @return 0 to the burst; 0 also while reservations are ahead
   */
  public int availablePermits(long nowNanos) {
    return (int) Math.max((span - ahead(nowNanos)) / interval, 0);
  }

  private long ahead(long nowNanos) {
    return Math.min(Math.max(fullAt - (nowNanos << shift), 0), horizon());
  }

  private long cost(int permits) {
    if (permits < 1 || permits > burst) { // else the message would be made for nothing
      check(false, "permits", permits, "1.." + burst);
    }
    return permits * interval;
  }

  private long ceilingNanos(long units) {
    return (units + (1L << shift) - 1) >> shift;
  }

  @Override
  public String toString() {
    double perSecond = (double) (SECOND << shift) / interval;
    return "RateLimiter[" + perSecond + "/s, burst=" + burst + "]";
  }
}
