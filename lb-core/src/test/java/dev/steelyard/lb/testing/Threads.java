package dev.steelyard.lb.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs bodies on threads of their own that start together. */
public final class Threads {
  private Threads() {}

  /** What one thread does. */
  @FunctionalInterface
  public interface Body {
    void run() throws Exception;
  }

  /** Runs all bodies at once, waits for all, and throws what the first of them threw. */
  public static void together(List<? extends Body> bodies) throws Exception {
    CyclicBarrier start = new CyclicBarrier(bodies.size());
    ExecutorService pool = Executors.newFixedThreadPool(bodies.size(), Threads::daemon);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Body body : bodies) {
        Callable<Void> task =
            () -> {
              start.await();
              body.run();
              return null;
            };
        futures.add(pool.submit(task));
      }
      for (Future<?> future : futures) {
        future.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Runs a body on another thread and waits for its end. */
  public static void elsewhere(Body body) throws Exception {
    together(List.of(body));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "test-body");
    thread.setDaemon(true);
    return thread;
  }
}
