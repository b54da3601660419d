package dev.steelyard.simulator;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import java.time.Duration;

/** The clock and the timers of a simulation, over its events. */
final class VirtualTime implements Ticker, Scheduler {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final EventQueue events;

  VirtualTime(EventQueue events) {
    this.events = events;
  }

  @Override
  public long nanos() {
    return events.now();
  }

  @Override
  public Task schedule(Duration delay, Runnable task) {
    Timer timer = new Timer(task);
    events.planIn(delay.compareTo(LONGEST) < 0 ? delay.toNanos() : Long.MAX_VALUE, timer);
    return () -> events.cancel(timer);
  }

  private static final class Timer extends Event {
    private final Runnable task;

    Timer(Runnable task) {
      this.task = task;
    }

    @Override
    void run() {
      task.run();
    }
  }
}
