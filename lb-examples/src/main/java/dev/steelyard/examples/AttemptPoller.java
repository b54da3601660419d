package dev.steelyard.examples;

import dev.steelyard.lb.BalancerSnapshot;
import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.lb.LoadBalancer;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells a {@link FailoverWatch} what requests were sent, as the balancer counts them. An attempt at
 * the killed instance is a failure of it; so the counts are exact, and their times late by at most
 * the pause between two looks.
 */
final class AttemptPoller implements AutoCloseable {
  private static final long PAUSE_MILLIS = 5;

  private final LoadBalancer balancer;
  private final FailoverWatch watch;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "attempt-poller");
            thread.setDaemon(true);
            return thread;
          });
  private long requests;
  private long failures;

  AttemptPoller(LoadBalancer balancer, FailoverWatch watch) {
    this.balancer = balancer;
    this.watch = watch;
  }

  void start() {
    var unused =
        executor.scheduleWithFixedDelay(this::look, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Looks once; not thread-safe. */
  void look() {
    BalancerSnapshot snapshot = balancer.snapshot();
    long now = System.nanoTime();
    String victim = watch.victim();
    long requestsNow = 0;
    long failuresNow = failures;
    for (EndpointSnapshot endpoint : snapshot.endpoints()) {
      requestsNow += endpoint.requests();
      if (endpoint.instance().id().equals(victim)) {
        failuresNow = endpoint.failures();
      }
    }
    long atVictim = failuresNow - failures;
    if (atVictim > 0) {
      watch.failed(now);
    }
    watch.attempted(atVictim, Math.max(requestsNow - requests - atVictim, 0), now);
    requests = requestsNow;
    failures = failuresNow;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
