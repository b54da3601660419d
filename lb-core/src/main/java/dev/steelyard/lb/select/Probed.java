package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The answer to a probe. Immutable but for how often it was used, which is added to the requests in
 * flight that it reports: each use sends one more there.
 */
final class Probed {
  private static final VarHandle USED;

  static {
    try {
      USED = MethodHandles.lookup().findVarHandle(Probed.class, "used", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int index;
  private final double requests;
  private final double latencyMillis;
  private final long sentNanos;
  private final int mostUses;

  @SuppressWarnings("UnusedVariable") // accessed through USED
  private int used;

  /**
   * An answer of the candidate of an index. Its time is when the probe was sent: when it was
   * answered no clock is at hand, and the load was measured at some moment between.
   */
  Probed(int index, double requests, double latencyMillis, long sentNanos, int mostUses) {
    this.index = index;
    this.requests = requests;
    this.latencyMillis = latencyMillis;
    this.sentNanos = sentNanos;
    this.mostUses = mostUses;
  }

  /** The same answer in another list of candidates. */
  Probed at(int otherIndex) {
    int uses = (int) USED.getOpaque(this);
    return new Probed(otherIndex, requests + uses, latencyMillis, sentNanos, mostUses - uses);
  }

  int index() {
    return index;
  }

  /** What was in flight, and what was sent since. */
  double requests() {
    return requests + (int) USED.getOpaque(this);
  }

  double latencyMillis() {
    return latencyMillis;
  }

  long sentNanos() {
    return sentNanos;
  }

  /** Uses it once, and returns whether that was the last time. */
  boolean use() {
    return (int) USED.getAndAdd(this, 1) >= mostUses - 1;
  }
}
