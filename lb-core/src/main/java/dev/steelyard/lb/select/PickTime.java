package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The time of the last pick, to a millisecond: for what happens between picks, where no time is
 * handed in.
 *
 * <p>One word, read and written opaquely: it carries no other data, so nothing need be ordered by
 * it. It is written once per {@value #GRAIN_NANOS} ns at most, because a line that every pick
 * writes would travel from core to core with every pick.
 */
final class PickTime {
  static final long GRAIN_NANOS = 1_000_000;

  private static final VarHandle LAST;

  static {
    try {
      LAST = MethodHandles.lookup().findVarHandle(PickTime.class, "last", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // accessed through LAST
  private long last;

  /** A pick was made. */
  void see(long nowNanos) {
    long ahead = nowNanos - (long) LAST.getOpaque(this);
    if (ahead >= GRAIN_NANOS || ahead <= -GRAIN_NANOS) {
      LAST.setOpaque(this, nowNanos);
    }
  }

  long nanos() {
    return (long) LAST.getOpaque(this);
  }
}
