package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * The requests in flight over all endpoints of a list, kept up to date instead of summed up.
 *
 * <p>Every endpoint has a cell that says how much of the total is its own. Who begins or ends a
 * request swaps the endpoint's present count into the cell and adds the difference to the total;
 * begins and ends may be told in any order.
 *
 * <p><b>Why it is never off for good.</b> The total is always the sum of the cells, but for
 * differences on their way: each swap adds what it put in less what it took out. And a cell is
 * right once nobody is at work on it. Take the last swap of all; whoever made it read the count
 * once more and found what it had put in. A change of the count that this reading missed is
 * followed by a swap by who made it, which would come after the last one; and a change whose swap
 * came before is visible to the reading, because swaps are volatile.
 *
 * <p>The total is striped (LongAdder), so that requests to different endpoints do not meet in it.
 */
final class LoadTotal {
  private final LongAdder total = new LongAdder();

  /** Adds an endpoint; its load counts from now on. To be called from prepare only. */
  void follow(Endpoint endpoint) {
    Cell cell = new Cell(endpoint, total);
    endpoint.listen(cell);
    cell.refresh(); // after listening: what begins in between is counted by one or both, once
  }

  long get() {
    return total.sum();
  }

  private static final class Cell implements LoadListener {
    private static final VarHandle CONTRIBUTED;

    static {
      try {
        CONTRIBUTED = MethodHandles.lookup().findVarHandle(Cell.class, "contributed", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Endpoint endpoint;
    private final LongAdder total;

    @SuppressWarnings("UnusedVariable") // by CONTRIBUTED
    private volatile int contributed;

    Cell(Endpoint endpoint, LongAdder total) {
      this.endpoint = endpoint;
      this.total = total;
    }

    void refresh() {
      int put;
      int now = endpoint.inFlight();
      do {
        put = now;
        total.add(put - (int) CONTRIBUTED.getAndSet(this, put));
        now = endpoint.inFlight();
      } while (now != put);
    }

    @Override
    public void began() {
      refresh();
    }

    @Override
    public void ended(Outcome outcome, long nanos) {
      refresh();
    }
  }
}
