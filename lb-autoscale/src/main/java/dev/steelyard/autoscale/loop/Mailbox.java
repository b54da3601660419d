package dev.steelyard.autoscale.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after the other, on whatever threads the executor has. */
final class Mailbox implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(AutoScaler.class);

  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean draining;
  private volatile @Nullable Thread runner;

  Mailbox(Executor executor) {
    this.executor = executor;
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      waiting.add(task);
      if (draining) {
        return;
      }
      draining = true;
    } finally {
      lock.unlock();
    }
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException closed) {
      lock.lock();
      try {
        draining = false;
        waiting.clear();
      } finally {
        lock.unlock();
      }
    }
  }

  private void drain() {
    runner = Thread.currentThread();
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (RuntimeException | Error failure) {
        // Not one of the user's, those are caught where they are called.
        LOG.error("a task of the loop failed", failure);
      }
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      @Nullable Runnable task = waiting.poll();
      if (task == null) {
        // Before another drain may begin, so that it cannot erase that one's mark.
        runner = null;
        draining = false;
      }
      return task;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the calling thread is at work here: it must not wait for itself. */
  boolean isHere() {
    return runner == Thread.currentThread();
  }
}
