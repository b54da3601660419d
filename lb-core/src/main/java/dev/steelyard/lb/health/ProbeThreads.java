package dev.steelyard.lb.health;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Daemon threads that exist only while there is something to do, and a second longer. */
final class ProbeThreads {
  private ProbeThreads() {}

  static ThreadFactory named(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * The threads that call probes. Without a bound and a queue of its own: a check that waited in a
   * queue behind probes that hang would time out without having begun. CheckLoop bounds it instead,
   * by the checks that run at once and one call that hangs for each instance.
   */
  static ThreadPoolExecutor pool() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        named("steelyard-health-probe"));
  }
}
