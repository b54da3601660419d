package dev.steelyard.lb.env;

import java.time.Duration;

/**
 * Runs a task once, later. Injected, so that deadlines can be tested in virtual time.
 *
 * <p>Implementations are thread-safe; a task runs on a thread of the scheduler's and must be short.
 */
@FunctionalInterface
public interface Scheduler {

  /**
   * Schedules a task.
   *
   * @param delay how long to wait, at least zero
   * @param task what to run; an exception it throws is the task's own fault and is not retried
   * @return a handle that cancels the task if it has not started
   */
  Task schedule(Duration delay, Runnable task);

  /**
   * Returns a scheduler with one daemon thread that exists only while a task is waiting: it is
   * started by the first task and ends within a second of the last one, so there is nothing to
   * close.
   *
   * @param threadName the name of that thread
   * @return a new scheduler
   */
  static Scheduler onDemand(String threadName) {
    return new OnDemandScheduler(threadName);
  }

  /** A scheduled task. */
  @FunctionalInterface
  interface Task {

    /** Cancels the task if it has not started; otherwise, or a second time, does nothing. */
    void cancel();
  }
}
