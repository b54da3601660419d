package dev.steelyard.lb;

import dev.steelyard.lb.resilience.CircuitBreaker;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One endpoint's place in the {@link EjectionRoom}: taken at most once, given back at most once,
 * and given back for good when the endpoint leaves, whatever its breaker does later.
 */
final class EjectionSlot implements CircuitBreaker.Guard {
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int GONE = 2;

  private final EjectionRoom room;
  private final LiveEndpoint endpoint;
  private final AtomicInteger state = new AtomicInteger(IN);

  EjectionSlot(EjectionRoom room, LiveEndpoint endpoint) {
    this.room = room;
    this.endpoint = endpoint;
  }

  /** Asks to be taken out. */
  @Override
  public boolean tryTake() {
    if (state.get() != IN || !room.take(endpoint)) {
      return false;
    }
    if (state.compareAndSet(IN, OUT)) {
      return true;
    }
    room.giveBack();
    return false;
  }

  /** It is in again. */
  @Override
  public void giveBack() {
    if (state.compareAndSet(OUT, IN)) {
      room.giveBack();
    }
  }

  /** It has left, and is neither in nor out. */
  void leave() {
    if (state.getAndSet(GONE) == OUT) {
      room.giveBack();
    }
  }

  boolean isOut() {
    return state.get() == OUT;
  }
}
