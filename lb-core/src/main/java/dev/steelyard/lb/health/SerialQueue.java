package dev.steelyard.lb.health;

import dev.steelyard.lb.internal.FaultExit;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one at a time and in order, without a lock and without a thread: who raises `pending`
 * from zero runs until it is back at zero, everybody else just leaves a task. So a task that adds
 * tasks does not recurse, and what tasks write needs no other protection: the counter's atomic
 * operations carry it from one running thread to the next.
 */
final class SerialQueue {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final FaultExit faults;

  SerialQueue(FaultExit faults) {
    this.faults = faults;
  }

  void run(Runnable task) {
    tasks.add(task);
    if (pending.getAndIncrement() > 0) {
      return;
    }
    do {
      try {
        tasks.remove().run();
      } catch (Throwable fault) {
        faults.report("HealthMonitor", fault);
      }
    } while (pending.decrementAndGet() > 0);
  }
}
