package dev.steelyard.lb.testing;

import dev.steelyard.lb.env.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A scheduler in virtual time: tasks run on the thread that calls {@link #advance}. */
public final class ManualScheduler implements Scheduler {
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Entry::dueNanos).thenComparingLong(Entry::number));
  private long nowNanos;
  private long scheduled;

  private record Entry(long dueNanos, long number, Runnable task) {}

  @Override
  public synchronized Task schedule(Duration delay, Runnable task) {
    Entry entry = new Entry(nowNanos + delay.toNanos(), scheduled++, task);
    queue.add(entry);
    return () -> remove(entry);
  }

  private synchronized void remove(Entry entry) {
    queue.remove(entry);
  }

  /** Moves the time on and runs what has become due, in order. */
  public void advance(Duration step) {
    long end;
    synchronized (this) {
      end = nowNanos + step.toNanos();
    }
    for (Entry due = next(end); due != null; due = next(end)) {
      due.task().run();
    }
    synchronized (this) {
      nowNanos = end;
    }
  }

  private synchronized Entry next(long end) {
    Entry first = queue.peek();
    if (first == null || first.dueNanos() > end) {
      return null;
    }
    nowNanos = Math.max(nowNanos, first.dueNanos());
    return queue.poll();
  }

  /** Returns how many tasks wait. */
  public synchronized int pending() {
    return queue.size();
  }

  /** Returns how many tasks were ever scheduled. */
  public synchronized long scheduled() {
    return scheduled;
  }
}
