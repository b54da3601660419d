package dev.steelyard.lb.env;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A scheduled pool whose single daemon thread times out when its queue is empty. */
final class OnDemandScheduler implements Scheduler {
  private final String threadName;
  private final ScheduledThreadPoolExecutor executor;

  OnDemandScheduler(String threadName) {
    this.threadName = requireNonNull(threadName, "threadName");
    this.executor = new ScheduledThreadPoolExecutor(1, this::newThread);
    executor.setRemoveOnCancelPolicy(true);
    executor.setKeepAliveTime(1, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(work, threadName);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public Task schedule(Duration delay, Runnable task) {
    ScheduledFuture<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public String toString() {
    return "Scheduler.onDemand(" + threadName + ")";
  }
}
