package dev.steelyard.autoscale.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A clock, a timer and workers in virtual time: all runs on the thread that advances it. */
final class VirtualTime extends AbstractExecutorService
    implements ScheduledExecutorService, InstantSource {
  static final Instant START = Instant.parse("2026-03-02T12:00:00Z");

  private final PriorityQueue<Entry<?>> queue =
      new PriorityQueue<>(
          Comparator.<Entry<?>>comparingLong(e -> e.dueNanos).thenComparingLong(e -> e.number));
  private final Queue<Runnable> held = new ArrayDeque<>();
  private Duration clockStep = Duration.ZERO;
  private long nowNanos;
  private long scheduled;
  private boolean holding;

  private final class Entry<V> extends FutureTask<V> implements ScheduledFuture<V> {
    final long dueNanos;
    final long number = scheduled++;

    Entry(Callable<V> task, long delayNanos) {
      super(task);
      dueNanos = nowNanos + Math.max(0, delayNanos);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean cancel(boolean interrupt) {
      queue.remove(this);
      return super.cancel(interrupt);
    }
  }

  @Override
  public Instant instant() {
    return START.plusNanos(nowNanos).plus(clockStep);
  }

  /** Somebody sets the clock; timers do not care. */
  void stepClock(Duration step) {
    clockStep = clockStep.plus(step);
  }

  /** Where calls of sources and target run: at once, or when the test lets them. */
  Executor workers() {
    return task -> {
      if (holding) {
        held.add(task);
      } else {
        execute(task);
      }
    };
  }

  /** From now on calls hang. */
  void holdCalls() {
    holding = true;
  }

  /** Those that hang go on, in order; later ones do not hang. */
  void releaseCalls() {
    holding = false;
    while (!held.isEmpty()) {
      held.remove().run();
    }
  }

  int heldCalls() {
    return held.size();
  }

  void advance(Duration step) {
    long end = nowNanos + step.toNanos();
    while (!queue.isEmpty() && queue.peek().dueNanos <= end) {
      Entry<?> due = queue.poll();
      nowNanos = Math.max(nowNanos, due.dueNanos);
      due.run();
      try {
        due.get();
      } catch (Exception thrown) {
        throw new AssertionError("a task threw", thrown);
      }
    }
    nowNanos = end;
  }

  int pending() {
    return queue.size();
  }

  @Override
  public void execute(Runnable task) {
    schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return schedule(
        () -> {
          task.run();
          return null;
        },
        delay,
        unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    Entry<V> entry = new Entry<>(task, unit.toNanos(delay));
    queue.add(entry);
    return entry;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(Runnable r, long i, long p, TimeUnit u) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(Runnable r, long i, long d, TimeUnit u) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {
    throw new AssertionError("not the loop's to shut down");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new AssertionError("not the loop's to shut down");
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  @Override
  public <T> List<java.util.concurrent.Future<T>> invokeAll(Collection<? extends Callable<T>> all) {
    throw new UnsupportedOperationException();
  }
}
