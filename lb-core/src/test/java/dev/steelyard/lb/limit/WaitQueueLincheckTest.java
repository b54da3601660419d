package dev.steelyard.lb.limit;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A room with one place, and requests that enter, leave and give up by the protocol of the line.
 * Searches the interleavings for one after which the place is free and somebody waits for it.
 */
@Timeout(120)
public class WaitQueueLincheckTest {
  private final WaitQueue queue =
      new WaitQueue("room", 10, 1_000, false, (delay, task) -> () -> {}, () -> 0);
  private final AtomicInteger free = new AtomicInteger(1);
  private final AtomicInteger inside = new AtomicInteger();

  /** Public, as Lincheck makes it by reflection. */
  public WaitQueueLincheckTest() {}

  private boolean tryEnter() {
    if (!free.compareAndSet(1, 0)) {
      return false;
    }
    inside.incrementAndGet();
    return true;
  }

  private void attempt(Waiter waiter) {
    if (tryEnter()) {
      waiter.cancel(false);
      return;
    }
    var unused =
        waiter.thenRun(
            () -> {
              if (!tryEnter()) {
                attempt(queue.rejoin(waiter));
              }
            });
  }

  @Operation
  public void enter() {
    if (!tryEnter()) {
      attempt(queue.join());
    }
  }

  @Operation
  public void leave() {
    if (inside.compareAndSet(1, 0)) {
      free.set(1);
      queue.release();
    }
  }

  /** Only one that has no place yet: its turn, if it comes in between, goes to the next. */
  @Operation
  public void joinAndGiveUp() {
    Waiter waiter = queue.join();
    waiter.cancel(false);
  }

  @Validate
  public void whereThereIsRoomNobodyWaits() {
    if (free.get() == 1 && queue.waiting() > 0) {
      throw new IllegalStateException("a wake-up was lost");
    }
  }

  @Test
  void noInterleavingLosesAWakeUp() {
    new ModelCheckingOptions()
        .iterations(4)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(0)
        .invocationsPerIteration(300)
        .check(getClass());
  }
}
