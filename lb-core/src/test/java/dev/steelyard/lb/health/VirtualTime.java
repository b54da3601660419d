package dev.steelyard.lb.health;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock and the timers that go by it; tasks run on the thread that moves the time. */
final class VirtualTime implements Ticker, Scheduler {
  private record Entry(long dueNanos, long number, Runnable task) {}

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Entry::dueNanos).thenComparingLong(Entry::number));
  private final long offset;
  private long elapsed;
  private long number;
  private long step;

  VirtualTime() {
    this(0);
  }

  VirtualTime(long startNanos) {
    this.offset = startNanos;
  }

  @Override
  public synchronized long nanos() {
    return offset + elapsed + step;
  }

  /** What the ticker says jumps; timers do not notice. */
  synchronized void stepTicker(Duration by) {
    step += by.toNanos();
  }

  synchronized Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  @Override
  public synchronized Task schedule(Duration delay, Runnable task) {
    Entry entry = new Entry(elapsed + delay.toNanos(), number++, task);
    queue.add(entry);
    return () -> remove(entry);
  }

  private synchronized void remove(Entry entry) {
    queue.remove(entry);
  }

  synchronized int pending() {
    return queue.size();
  }

  /** When the next task is due. */
  synchronized Duration untilNext() {
    Entry next = queue.peek();
    if (next == null) {
      throw new AssertionError("no task waits");
    }
    return Duration.ofNanos(next.dueNanos() - elapsed);
  }

  void advance(Duration by) {
    long end;
    synchronized (this) {
      end = elapsed + by.toNanos();
    }
    for (Entry due = next(end); due != null; due = next(end)) {
      due.task().run();
    }
    synchronized (this) {
      elapsed = end;
    }
  }

  private synchronized Entry next(long end) {
    Entry first = queue.peek();
    if (first == null || first.dueNanos() > end) {
      return null;
    }
    elapsed = Math.max(elapsed, first.dueNanos());
    return queue.poll();
  }
}
