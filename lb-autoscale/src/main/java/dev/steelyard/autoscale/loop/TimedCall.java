package dev.steelyard.autoscale.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of foreign code on a thread of the loop, which may be given up but is not forgotten: it
 * tells exactly once when it has really ended, so that nothing else is started beside it.
 *
 * @param <T> what the call returns
 */
final class TimedCall<T> implements Runnable {
  private final Callable<T> body;
  private final Consumer<Ended<T>> ended;
  // Held only for moments: it keeps an interruption from hitting whatever the thread does next.
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread runner;
  private boolean abandoned;

  /**
   * How it ended: with a value, or with an exception.
   *
   * @param abandoned whether it was given up before
   */
  record Ended<T>(@Nullable T value, @Nullable Throwable failure, boolean abandoned) {}

  TimedCall(Callable<T> body, Consumer<Ended<T>> ended) {
    this.body = body;
    this.ended = ended;
  }

  @Override
  public void run() {
    @Nullable T value = null;
    @Nullable Throwable failure = null;
    if (begin()) {
      try {
        value = body.call();
      } catch (Throwable thrown) {
        failure = thrown;
      }
    } else {
      failure = new CancellationException("given up before it began");
    }
    ended.accept(new Ended<>(value, failure, end()));
  }

  private boolean begin() {
    lock.lock();
    try {
      runner = abandoned ? null : Thread.currentThread();
      return !abandoned;
    } finally {
      lock.unlock();
    }
  }

  private boolean end() {
    lock.lock();
    try {
      runner = null;
      if (abandoned) {
        // The interruption was meant for the call, not for the thread, which is a pool's.
        boolean unusedFlag = Thread.interrupted();
      }
      return abandoned;
    } finally {
      lock.unlock();
    }
  }

  /** Gives it up: interrupts it if it runs, keeps it from running if it waits. */
  void abandon() {
    lock.lock();
    try {
      abandoned = true;
      if (runner != null) {
        runner.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }
}
