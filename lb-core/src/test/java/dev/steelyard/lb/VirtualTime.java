package dev.steelyard.lb;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock and a scheduler of one time: tasks run on the thread that calls {@link #advance}. */
final class VirtualTime implements Ticker, Scheduler {
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(
          Comparator.<Entry>comparingLong(entry -> entry.due).thenComparingLong(e -> e.number));
  private long now = 1_000_000_007;
  private long number;

  private record Entry(long due, long number, Runnable task) {}

  /** Runs every task at once: for tests in which it does not matter how long a wait is. */
  static Scheduler atOnce() {
    return (delay, task) -> {
      task.run();
      return () -> {};
    };
  }

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized Task schedule(Duration delay, Runnable task) {
    Entry entry = new Entry(now + delay.toNanos(), number++, task);
    queue.add(entry);
    return () -> remove(entry);
  }

  private synchronized void remove(Entry entry) {
    queue.remove(entry);
  }

  synchronized int pending() {
    return queue.size();
  }

  void advanceMillis(long millis) {
    advance(Duration.ofMillis(millis));
  }

  void advance(Duration by) {
    long end = nanos() + by.toNanos();
    for (Entry due = next(end); due != null; due = next(end)) {
      due.task.run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized Entry next(long end) {
    Entry first = queue.peek();
    if (first == null || first.due > end) {
      return null;
    }
    now = Math.max(now, first.due);
    return queue.poll();
  }
}
