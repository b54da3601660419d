package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * How many endpoints of a fleet are out because they fail, and how many may be: the one place that
 * all who take endpoints out go through, on whichever threads.
 *
 * <p>The writer sets how many may be out <em>before</em> it reads how many are; whoever takes one
 * out reads, compares and sets in one step. So either the taker sees the new limit, or the writer
 * sees what was taken, and lets one in again. (Both words are volatile: each side writes its own
 * before it reads the other's.)
 */
final class EjectionRoom {
  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(EjectionRoom.class, "taken", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Where more fail than may be out, how long nobody asks again how many do. */
  private static final long COMMON_NANOS = 100_000_000;

  private final Ticker ticker;
  private final Supplier<List<LiveEndpoint>> fleet;
  private volatile int allowed;
  private volatile int taken;
  // Written by whoever has looked; a lost write costs another look.
  private volatile boolean common;
  private volatile long commonSince;
  private final LongAdder refused = new LongAdder();

  EjectionRoom(Ticker ticker, Supplier<List<LiveEndpoint>> fleet) {
    this.ticker = ticker;
    this.fleet = fleet;
  }

  /**
   * Takes an endpoint out, if another may be, and if it is the endpoint that fails: where more fail
   * than may be out, the cause is a common one, and to send everything to the rest would only make
   * it worse.
   */
  boolean take(LiveEndpoint endpoint) {
    while (true) {
      int now = taken;
      if (now >= allowed || isCommonCause(endpoint)) {
        refused.increment();
        return false;
      }
      if (TAKEN.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
  }

  /** O(n), but not more than ten times a second while it holds. */
  private boolean isCommonCause(LiveEndpoint endpoint) {
    long now = ticker.nanos();
    if (common && now - commonSince < COMMON_NANOS) {
      return true;
    }
    int failing = taken + 1;
    for (LiveEndpoint other : fleet.get()) {
      if (other != endpoint && other.isFailing() && other.isIn()) {
        failing++;
      }
    }
    common = failing > allowed;
    commonSince = now;
    return common;
  }

  /** One is in again, or has left. */
  void giveBack() {
    TAKEN.getAndAdd(this, -1);
  }

  /** Sets how many may be out, and returns how many are too many. */
  int allow(int most) {
    allowed = most;
    return Math.max(taken - most, 0);
  }

  int allowed() {
    return allowed;
  }

  int taken() {
    return taken;
  }

  /** How often one was not taken out because no more may be. */
  long refused() {
    return refused.sum();
  }
}
