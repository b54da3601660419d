package dev.steelyard.benchmarks.simulate.study;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs simulations that have nothing to do with one another, on all processors. */
final class Runs implements AutoCloseable {
  private final ExecutorService executor;

  Runs(int threads) {
    executor = Executors.newFixedThreadPool(threads);
  }

  /**
   * Runs them all.
   *
   * @param simulations each independent of the others; each should reduce its result to what is
   *     needed of it
   * @return what they returned, in their order
   */
  <T> List<T> all(List<? extends Callable<T>> simulations) {
    List<Future<T>> running = new ArrayList<>();
    for (Callable<T> each : simulations) {
      running.add(executor.submit(each));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> each : running) {
      try {
        results.add(each.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("a simulation failed", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return results;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
