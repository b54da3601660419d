package dev.steelyard.lb.limit;

import dev.steelyard.lb.env.Scheduler;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A line of requests, and room that is made while one joins or leaves it. */
public class WaitQueueStress {
  /** Nobody waits too long. */
  private static final Scheduler NEVER = (delay, task) -> () -> {};

  private WaitQueueStress() {}

  private static WaitQueue line() {
    return new WaitQueue("stress", 8, Long.MAX_VALUE / 2, false, NEVER, () -> 0);
  }

  /** Room is made between the look and the wait: the waiter sees it, or is woken. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "saw the room")
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "was woken")
  @Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "waits though there is room")
  @Outcome(expect = Expect.FORBIDDEN, desc = "still in the line")
  @State
  public static class NoWakeUpIsLost {
    private final WaitQueue line = line();
    private final AtomicInteger room = new AtomicInteger();
    private Waiter waiter;

    @Actor
    public void waits(II_Result r) {
      Waiter mine = line.join();
      if (room.get() > 0) {
        mine.cancel(false);
        r.r1 = 1;
      } else {
        waiter = mine;
      }
    }

    @Actor
    public void makesRoom() {
      room.set(1);
      line.release();
    }

    @Arbiter
    public void after(II_Result r) {
      if (waiter != null && waiter.isDone()) {
        r.r1 = 2;
      }
      r.r2 = line.waiting();
    }
  }

  /** The first one gives up while it is being woken: the second one is woken in its place. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the second one is woken")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up went to nobody")
  @State
  public static class WhoGivesUpPassesItOn {
    private final WaitQueue line = line();
    private final Waiter first = line.join();
    private final Waiter second = line.join();

    @Actor
    public void givesUp() {
      first.cancel(false);
    }

    @Actor
    public void makesRoom() {
      line.release();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = second.isDone() && !second.isCancelled() ? 1 : 0;
      r.r2 = line.waiting();
    }
  }
}
