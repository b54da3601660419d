package dev.steelyard.lb.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The calls by which a breaker judges, of one generation; and the run of failures that the last of
 * them ended with.
 *
 * <p>The run is exact for each thread: a failure learns its length from the add that makes it
 * longer. A success writes only if there is a run to end, so that healthy traffic shares the line
 * without taking it from each other.
 */
abstract class BreakerWindow {
  private static final VarHandle RUN;

  static {
    try {
      RUN = MethodHandles.lookup().findVarHandle(BreakerWindow.class, "run", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What is bad about a call, as bits. Nothing, for most. */
  static final int FAILED = 1;

  /** It took longer than it may. */
  static final int SLOW = 2;

  private volatile long run;

  /** What is in the window. */
  record Tally(long calls, long failures, long slow) {}

  /**
   * Counts a call with nothing bad about it.
   *
   * @return whether a rule may be met now that was not before
   */
  final boolean good(long nowNanos) {
    endRun();
    return addGood(nowNanos);
  }

  /** Counts a call with one or two bits set; the rules are to be looked at afterwards. */
  final void bad(int bits, long nowNanos) {
    addBad(bits, nowNanos);
    if ((bits & FAILED) != 0) {
      RUN.getAndAdd(this, 1L);
    } else {
      endRun();
    }
  }

  private void endRun() {
    if (run != 0) {
      RUN.setRelease(this, 0L);
    }
  }

  /** How many failures there were since the last success. */
  final long run() {
    return run;
  }

  abstract boolean addGood(long nowNanos);

  abstract void addBad(int bits, long nowNanos);

  /** Returns which rule is met, if any. Changes nothing that {@link #tally} shows. */
  abstract CircuitBreaker.@Nullable Cause judge(BreakerSettings rules, long nowNanos);

  /** Reads the counts as of this time. */
  abstract Tally tally(long nowNanos);

  /** Whether {@link #addGood} and {@link #addBad} look at the time. */
  abstract boolean usesTime();

  /**
   * Two signed counts in one word, so that one add changes both. Signed, as a thread may subtract
   * what another one has not added yet: read as one number the word stays right, and so do the
   * parts.
   */
  static long pack(int bits) {
    return (bits & FAILED) + ((long) (bits & SLOW) << 31);
  }

  static int failures(long packed) {
    return (int) packed;
  }

  static int slow(long packed) {
    return (int) ((packed - (int) packed) >> 32);
  }
}
