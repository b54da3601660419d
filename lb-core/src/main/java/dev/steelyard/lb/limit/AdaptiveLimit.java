package dev.steelyard.lb.limit;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many requests one instance should have in flight, learned from how long they take: more than
 * it can work on only stand in its queue.
 *
 * <p>The algorithm is a gradient, as in Envoy's adaptive concurrency filter and Netflix's Gradient
 * limits, with the queue of TCP Vegas as what it may not pass. The latency of a window is compared
 * with the latency of the instance without a queue; by Little's law the share of the two, times the
 * requests in flight, is how many are being worked on. The limit aims at one and a half times that,
 * plus one. So on an instance with k workers it settles near {@code 1.5 k + 1}, and what is in
 * flight is the measure of both directions: it shrinks only below what is in flight, and grows only
 * with it, but for the way back to the initial limit while there is no queue.
 *
 * <ul>
 *   <li>Latencies are averaged as logarithms (the geometric mean): one answer in fifty that takes a
 *       hundred times as long makes it 10 % longer, and not three times.
 *   <li>The latency without a queue follows slow drifts while there seems to be none. When there
 *       has been one for {@value #PROBE_SECONDS} seconds or so, it is measured: the limit is halved
 *       for two windows, and again while that makes answers faster. So an instance that has become
 *       slower for good is not held down for ever, and one that was first seen under load is not
 *       taken to be that slow.
 *   <li>{@link Outcome#OVERLOADED} shrinks the limit by half the share of such answers in a window,
 *       at least by one, whatever the latency. A failure, and a request that was given up, count as
 *       a latency if it is above the usual one: a timeout says that it takes at least so long, a
 *       fast failure says nothing.
 *   <li>A window lasts two latencies, from 100 ms to 10 s, and has at least {@value #MIN_SAMPLES}
 *       samples. With less than about six requests a second the limit stays what it is.
 * </ul>
 *
 * <p>Thread-safe without a lock: {@link #sample} is one atomic add, 0 bytes, and {@link #limit} one
 * volatile read. The thread that ends a window does the arithmetic; others do not wait for it.
 *
 * <p><b>Not for</b> instances whose latency depends on the request far more than on the load, or
 * with fewer than about four workers, where a fixed limit is as good. It sees the queue that all
 * clients make but can only take away its own part: a server that many clients use wants a limit of
 * its own, and answers of 503 or 429 that say so.
 */
public final class AdaptiveLimit {
  /*
   * The samples of a window are one word, so that a sample is one add and a window is taken by one exchange:
   *
   *   63 ..... 52   51 ............ 26   25 ............ 0
   *   samples       sum of in flight     sum of logarithms
   *
   * A logarithm has 14 bits (6 before and 8 after the point), requests in flight at most 14, so 4095 samples
   * fit. From FULL on nobody adds any more until the window is over; the 2047 that are left are for threads that
   * looked before. Overloads are counted beside it: they are rare.
   *
   * Everything below "guarded" is read and written by the thread that has set closing from 0 to 1, which
   * happens-before the next one's. Nobody waits for that flag: whoever does not get it goes on. closeAt, limit
   * and usual are published for all; a sample that uses the old ones for a moment does no harm.
   */
  private static final VarHandle WINDOW;
  private static final VarHandle OVERLOADS;
  private static final VarHandle CLOSING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WINDOW = lookup.findVarHandle(AdaptiveLimit.class, "window", long.class);
      OVERLOADS = lookup.findVarHandle(AdaptiveLimit.class, "overloads", int.class);
      CLOSING = lookup.findVarHandle(AdaptiveLimit.class, "closing", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The highest limit there is: {@value}. */
  public static final int HIGHEST = 10_000;

  /** How many samples a window has at least: {@value}. */
  public static final int MIN_SAMPLES = 64;

  /** How many answers there are at least in a window with overloads: {@value}. */
  public static final int MIN_WITH_OVERLOADS = 10;

  /** After how many seconds of a queue the latency without one is measured: {@value}, +-25 %. */
  public static final int PROBE_SECONDS = 30;

  private static final long MILLI = 1_000_000;
  private static final long SHORTEST_WINDOW = 100 * MILLI;
  private static final long LONGEST_WINDOW = 10_000 * MILLI;
  private static final long FIRST_PROBE = 2_000 * MILLI;

  /** A window that gets its samples later than this is of another time, and is dropped. */
  private static final long TOO_LATE = 10_000 * MILLI;

  private static final int COUNT_SHIFT = 52;
  private static final int IN_FLIGHT_SHIFT = 26;
  private static final long SUM_MASK = (1L << 26) - 1;
  private static final int MOST_IN_FLIGHT = (1 << 14) - 1;
  private static final long FULL = 2048;

  private static final int LOG_BITS = 8;

  /** A doubling, in logarithms. */
  private static final double OCTAVE = 1 << LOG_BITS;

  /** Up to a factor of 1.2 there is no queue to speak of. */
  private static final double NO_QUEUE = 0.263 * OCTAVE;

  /** A probe that is a quarter faster has found a queue, and not only noise. */
  private static final double FASTER = 0.4 * OCTAVE;

  private static final double DRIFT = 1.0 / 16;

  /** In flight per request that is worked on. */
  private static final double HEADROOM = 1.5;

  /** So long after an overload it does not grow, and ten times as long it grows by ones. */
  private static final long CAUTION = 2_000 * MILLI;

  private enum Phase {
    STEADY,
    /** Of a probe: requests from before it end. */
    DRAINING,
    MEASURING
  }

  private final int min;
  private final int max;
  private final int initial;
  private final RandomSource random;

  private volatile long window;
  private volatile int overloads;
  private volatile long closeAt;
  private volatile int closing;
  private volatile int limit;

  /** The logarithm of the latency without a queue, 0 if not known. */
  private volatile int usual;

  // guarded
  private double exact;
  private double base;
  private boolean proven;
  private boolean cautious;
  private long overloadedAt;
  private Phase phase = Phase.STEADY;
  private int probeLimit;
  private long probeAt;

  /**
   * Makes a limit.
   *
   * @param min the lowest limit, at least 1; it is never below that
   * @param max the highest limit, up to {@value #HIGHEST}
   * @param initial the limit to begin with, and to go back to while there is no queue, min to max
   * @param random spreads the probes of several limits
   * @param nowNanos the time now
   * @throws IllegalArgumentException if an argument is out of range
   */
  public AdaptiveLimit(int min, int max, int initial, RandomSource random, long nowNanos) {
    check(min >= 1 && min <= HIGHEST, "min", min, "1.." + HIGHEST);
    check(max >= min && max <= HIGHEST, "max", max, min + ".." + HIGHEST);
    check(initial >= min && initial <= max, "initial", initial, min + ".." + max);
    this.min = min;
    this.max = max;
    this.random = requireNonNull(random, "random");
    this.initial = initial;
    this.exact = initial;
    this.limit = initial;
    this.closeAt = nowNanos + SHORTEST_WINDOW;
    this.probeAt = nowNanos + FIRST_PROBE;
  }

  /**
   * Returns the limit.
   *
   * @return how many requests should be in flight at most, min to max
   */
  public int limit() {
    return limit;
  }

  /**
   * Takes a request into account that has ended.
   *
   * @param latencyNanos how long it took
   * @param inFlight how many were in flight at its end, itself included
   * @param outcome how it ended
   * @param nowNanos the time now
   */
  public void sample(long latencyNanos, int inFlight, Outcome outcome, long nowNanos) {
    int log = log(latencyNanos);
    switch (outcome) {
      case SUCCESS -> add(log, inFlight);
      case OVERLOADED -> {
        var unused = (int) OVERLOADS.getAndAdd(this, 1);
      }
      case FAILURE, CANCELLED -> {
        int known = usual;
        if (known == 0 || log <= known) {
          return;
        }
        add(log, inFlight);
      }
      case IGNORED -> {
        return;
      }
    }
    long late = nowNanos - closeAt;
    if (late >= 0 || late < -LONGEST_WINDOW) {
      tryClose(nowNanos);
    }
  }

  private void add(int log, int inFlight) {
    if ((long) WINDOW.getOpaque(this) >>> COUNT_SHIFT < FULL) {
      long flying = Math.min(Math.max(inFlight, 1), MOST_IN_FLIGHT);
      var unused =
          (long) WINDOW.getAndAdd(this, 1L << COUNT_SHIFT | flying << IN_FLIGHT_SHIFT | log);
    }
  }

  /** The logarithm to base 2, straight between the powers: within 0.09 of it. */
  static int log(long nanos) {
    long time = Math.max(nanos, 1);
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(time);
    long rest = time ^ (1L << exponent);
    long fraction =
        exponent >= LOG_BITS ? rest >>> (exponent - LOG_BITS) : rest << (LOG_BITS - exponent);
    return exponent << LOG_BITS | (int) fraction;
  }

  private void tryClose(long nowNanos) {
    if (closing != 0 || !CLOSING.compareAndSet(this, 0, 1)) {
      return;
    }
    try {
      close(nowNanos);
    } finally {
      CLOSING.setRelease(this, 0);
    }
  }

  private void close(long nowNanos) {
    long late = nowNanos - closeAt;
    if (late < 0 && late >= -LONGEST_WINDOW) {
      return; // somebody has closed it in the meantime
    }
    boolean dropped = late < 0 || late > TOO_LATE;
    long samples = window >>> COUNT_SHIFT;
    int refusals = overloads;
    if (!dropped
        && samples < MIN_SAMPLES
        && (refusals == 0 || samples + refusals < MIN_WITH_OVERLOADS)) {
      return;
    }
    long taken = (long) WINDOW.getAndSet(this, 0L);
    refusals = (int) OVERLOADS.getAndSet(this, 0);
    samples = taken >>> COUNT_SHIFT;
    double log = samples == 0 ? base : (double) (taken & SUM_MASK) / samples;
    if (dropped) {
      endProbe(nowNanos);
    } else if (refusals > 0) {
      endProbe(nowNanos);
      shrinkBy((double) refusals / (samples + refusals));
      overloadedAt = nowNanos;
      cautious = true;
    } else {
      double inFlight = (double) (taken >>> IN_FLIGHT_SHIFT & SUM_MASK) / samples;
      learn(log, inFlight, nowNanos);
    }
    usual = (int) base;
    limit = phase == Phase.STEADY ? (int) exact : probeLimit;
    closeAt = nowNanos + windowNanos(log);
  }

  private static long windowNanos(double log) {
    double latency = Math.pow(2, log / OCTAVE);
    return (long) Math.min(Math.max(2 * latency, SHORTEST_WINDOW), LONGEST_WINDOW);
  }

  /** As DCTCP does with marked packets: by half their share. */
  private void shrinkBy(double share) {
    exact = Math.max(Math.min(exact * (1 - share / 2), exact - 1), min);
  }

  private void learn(double log, double inFlight, long nowNanos) {
    if (base == 0) {
      base = log;
    }
    switch (phase) {
      case DRAINING -> phase = Phase.MEASURING;
      case MEASURING -> measured(log, nowNanos);
      case STEADY -> steady(log, inFlight, nowNanos);
    }
  }

  private void steady(double log, double inFlight, long nowNanos) {
    double above = log - base;
    if (above <= NO_QUEUE) {
      base += above * DRIFT;
      if (proven || inFlight < exact / 2) {
        probeAt = nextProbe(nowNanos); // needs none: this is the latency without a queue
      }
    }
    double working = inFlight * Math.pow(2, -Math.max(above, 0) / OCTAVE);
    if (nowNanos - probeAt >= 0) {
      probe(working / 2);
      return;
    }
    double target = Math.min(Math.max(HEADROOM * working + 1, min), max);
    if (target < inFlight && target < exact) {
      exact = (exact + target) / 2;
      return;
    }
    double most = above <= NO_QUEUE ? Math.max(target, initial) : target;
    if (most > exact) {
      exact = Math.min(most, exact + step(nowNanos));
    }
  }

  private double step(long nowNanos) {
    if (cautious) {
      long since = nowNanos - overloadedAt;
      if (since < CAUTION) {
        return 0;
      }
      cautious = since < 10 * CAUTION;
    }
    return cautious ? 1 : Math.sqrt(exact);
  }

  private void probe(double limitDuring) {
    probeLimit = (int) Math.min(Math.max(limitDuring, min), exact);
    phase = Phase.DRAINING;
  }

  private void measured(double log, long nowNanos) {
    boolean faster = log < base - FASTER;
    // At most doubled: others may have filled the queue just now.
    base = Math.abs(log - base) < NO_QUEUE ? (log + base) / 2 : Math.min(log, base + OCTAVE);
    if (faster && probeLimit > min) {
      probe(probeLimit / 2.0);
      return;
    }
    proven = true;
    endProbe(nowNanos);
  }

  private void endProbe(long nowNanos) {
    if (phase != Phase.STEADY) {
      phase = Phase.STEADY;
      probeAt = nextProbe(nowNanos);
    }
  }

  private long nextProbe(long nowNanos) {
    return nowNanos + PROBE_SECONDS * MILLI * (750 + random.nextInt(501));
  }

  @Override
  public String toString() {
    return "AdaptiveLimit[" + limit() + " of " + min + ".." + max + "]";
  }
}
