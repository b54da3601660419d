package dev.steelyard.lb.limit;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.resilience.RequestRefusedException.Reason;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded line of requests that wait for an instance with room. Who waits is woken by the end of
 * another request, and then has to look for room again: the line hands out turns, not room.
 *
 * <p>The protocol, in this order, or a wake-up may be lost:
 *
 * <ol>
 *   <li>look for room; there is none;
 *   <li>{@link #join};
 *   <li>look again, since a request may have ended in between. If there is room, {@link
 *       Waiter#cancel cancel} the waiter and go on;
 *   <li>when it completes, look again. If there is none (others are quicker), {@link #rejoin} and
 *       go on with 3. If there is, go on; nothing is to be called. Who gives up at any point
 *       cancels the waiter.
 * </ol>
 *
 * And whoever makes room does so first, and then calls {@link #release}.
 *
 * <p>Turns go to who came first. While that one has waited for more than half of what it may, there
 * is too much to do, and if so configured they go to who came last: a few late requests succeed and
 * the rest time out, instead of all being answered too late (the adaptive LIFO of B. Maurer, "Fail
 * at Scale", 2015).
 *
 * <p>Thread-safe. O(1); {@link #release} is one volatile read when nobody waits. Waiters complete
 * on the thread that calls release, or the scheduler's, never under the lock. What a waiter's
 * completion releases on the same thread is passed on after it, and not inside it, however long the
 * line is.
 */
public final class WaitQueue {
  /*
   * A doubly linked list through the waiters, under a lock that is held for a few instructions and never while
   * anything foreign runs: O(1) removal from the middle, when a waiter gives up.
   *
   * No wake-up is lost: join makes "waiting" positive and the joiner then looks for room; release comes after
   * room was made and then reads "waiting". Both are volatile, so one of the two sees the other (Dekker). A
   * waiter leaves the list under the lock exactly once, as woken, timed out or given up, so a wake-up is never
   * spent on one that has left; and one that was woken and then gives up wakes the next.
   */
  private final String owner;
  private final int capacity;
  private final long maxWaitNanos;
  private final boolean lifoWhenOverloaded;
  private final Scheduler scheduler;
  private final Ticker ticker;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Waiter first;
  private @Nullable Waiter last;
  private int size;
  private long numbers;

  /** The size, for those without the lock. */
  private volatile int waiting;

  private final LongAdder refused = new LongAdder();
  private final LongAdder timedOut = new LongAdder();

  /**
   * Wake-ups that are due when the completion under way on this thread returns; null if none is.
   */
  @SuppressWarnings("ThreadLocalUsage") // a static one would tie one balancer's line to another's
  private final ThreadLocal<int @Nullable []> due = new ThreadLocal<>();

  /**
   * Makes an empty line.
   *
   * @param owner the name of the balancer, for messages
   * @param capacity how many may wait, at least 1
   * @param maxWaitNanos how long one may wait in nanoseconds, at least 1
   * @param lifoWhenOverloaded whether turns go to who came last while there is too much to do
   * @param scheduler runs the timeouts
   * @param ticker the clock
   * @throws IllegalArgumentException if an argument is out of range
   */
  public WaitQueue(
      String owner,
      int capacity,
      long maxWaitNanos,
      boolean lifoWhenOverloaded,
      Scheduler scheduler,
      Ticker ticker) {
    check(capacity >= 1, "capacity", capacity, "at least 1");
    check(maxWaitNanos >= 1, "maxWaitNanos", maxWaitNanos, "at least 1");
    this.owner = requireNonNull(owner, "owner");
    this.capacity = capacity;
    this.maxWaitNanos = maxWaitNanos;
    this.lifoWhenOverloaded = lifoWhenOverloaded;
    this.scheduler = requireNonNull(scheduler, "scheduler");
    this.ticker = requireNonNull(ticker, "ticker");
  }

  /**
   * Joins the line with no deadline but the line's own.
   *
   * @return the place, refused at once if the line is full
   */
  public Waiter join() {
    return join(ticker.nanos(), maxWaitNanos);
  }

  /**
   * Joins the line.
   *
   * @param deadlineNanos when the request has no more use, by the ticker
   * @return the place; refused at once if the line is full ({@code QUEUE_FULL}) or the deadline has
   *     passed ({@code QUEUE_TIMEOUT})
   */
  public Waiter join(long deadlineNanos) {
    long now = ticker.nanos();
    return join(now, Math.min(deadlineNanos - now, maxWaitNanos));
  }

  private Waiter join(long now, long longest) {
    Waiter waiter;
    boolean full;
    lock.lock();
    try {
      waiter = new Waiter(this, numbers++, now, now + longest);
      full = waiting >= capacity;
      if (!full && longest > 0) {
        insert(waiter);
      }
    } finally {
      lock.unlock();
    }
    return settled(waiter, full, longest);
  }

  /**
   * Goes back into the line, to the place it had before, and with what is left of its time. Never
   * refused for want of space, as it had a place: the line is longer than its capacity by those at
   * most who are woken and looking.
   *
   * @param woken a waiter that was woken and has found no room
   * @return the place, another object; refused at once if its time is over
   */
  public Waiter rejoin(Waiter woken) {
    Waiter waiter = new Waiter(this, woken.number, woken.joinedAt, woken.endsAt);
    long left = woken.endsAt - ticker.nanos();
    if (left > 0) {
      lock.lock();
      try {
        insert(waiter);
      } finally {
        lock.unlock();
      }
    }
    return settled(waiter, false, left);
  }

  private Waiter settled(Waiter waiter, boolean full, long left) {
    if (full) {
      refused.increment();
      waiter.completeExceptionally(new RequestRefusedException(owner, Reason.QUEUE_FULL, null));
    } else if (left <= 0) {
      timeOut(waiter);
    } else {
      try {
        waiter.setTimeout(scheduler.schedule(Duration.ofNanos(left), () -> onTimeout(waiter)));
      } catch (RuntimeException noTimeout) {
        waiter.cancel(false);
        throw noTimeout;
      }
    }
    return waiter;
  }

  /** By number, from the front: one that comes back was there before most others. */
  private void insert(Waiter waiter) {
    Waiter next = last == null || last.number < waiter.number ? null : first;
    while (next != null && next.number < waiter.number) {
      next = next.after;
    }
    Waiter previous = next == null ? last : next.before;
    waiter.before = previous;
    waiter.after = next;
    if (previous == null) {
      first = waiter;
    } else {
      previous.after = waiter;
    }
    if (next == null) {
      last = waiter;
    } else {
      next.before = waiter;
    }
    waiter.waiting = true;
    size++;
    waiting = size;
  }

  private void remove(Waiter waiter) {
    Waiter previous = waiter.before;
    Waiter next = waiter.after;
    if (previous == null) {
      first = next;
    } else {
      previous.after = next;
    }
    if (next == null) {
      last = previous;
    } else {
      next.before = previous;
    }
    waiter.before = null;
    waiter.after = null;
    waiter.waiting = false;
    size--;
    waiting = size;
  }

  /** Says that there may be room for one more: wakes one waiter, if there is any. */
  public void release() {
    if (waiting != 0) {
      wake(1);
    }
  }

  /** Says that there may be room for many, as when an instance was added: wakes all, in order. */
  public void releaseAll() {
    int all = waiting;
    if (all != 0) {
      wake(all);
    }
  }

  private void wake(int turns) {
    int[] outer = due.get();
    if (outer != null) {
      outer[0] += turns;
      return;
    }
    int[] left = {turns};
    due.set(left);
    try {
      while (left[0] > 0) {
        left[0]--;
        if (!wakeOne()) {
          return;
        }
      }
    } finally {
      due.remove();
    }
  }

  private boolean wakeOne() {
    while (true) {
      long now = ticker.nanos();
      Waiter chosen;
      boolean late;
      lock.lock();
      try {
        chosen = next(now);
        if (chosen == null) {
          return false;
        }
        late = chosen.endsAt - now <= 0;
        chosen.woken = !late;
        remove(chosen);
      } finally {
        lock.unlock();
      }
      chosen.endTimeout();
      if (!late) {
        chosen.complete(null);
        return true;
      }
      timeOut(chosen);
    }
  }

  private @Nullable Waiter next(long now) {
    Waiter head = first;
    boolean overloaded =
        lifoWhenOverloaded && head != null && now - head.joinedAt > maxWaitNanos / 2;
    return overloaded ? last : head;
  }

  private void onTimeout(Waiter waiter) {
    if (leave(waiter)) {
      timeOut(waiter);
    }
  }

  private void timeOut(Waiter waiter) {
    timedOut.increment();
    waiter.completeExceptionally(new RequestRefusedException(owner, Reason.QUEUE_TIMEOUT, null));
  }

  private boolean leave(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.waiting) {
        remove(waiter);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether it was waiting. If it was woken, its turn goes to the next. */
  boolean giveUp(Waiter waiter) {
    if (leave(waiter)) {
      waiter.endTimeout();
      return true;
    }
    if (wasWoken(waiter) && waiter.claimsPassingOn()) {
      release();
    }
    return false;
  }

  private boolean wasWoken(Waiter waiter) {
    lock.lock();
    try {
      return waiter.woken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how many wait.
   *
   * @return at least 0
   */
  public int waiting() {
    return waiting;
  }

  /**
   * Returns how many were refused because the line was full.
   *
   * @return the count since creation
   */
  public long refused() {
    return refused.sum();
  }

  /**
   * Returns how many have waited too long.
   *
   * @return the count since creation
   */
  public long timedOut() {
    return timedOut.sum();
  }
}
