package dev.steelyard.lb.registry;

import dev.steelyard.lb.env.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One waiting for an instance to be idle: a count of those who may still have requests in flight to
 * it. It starts with one hold of the registry's own, so it cannot complete before every subscriber
 * was asked.
 */
final class Drain {
  private final Registration registration;
  private final AtomicInteger holds = new AtomicInteger(1);
  private final CompletableFuture<DrainResult> future = new CompletableFuture<>();

  Drain(Registration registration) {
    this.registration = registration;
  }

  Registration registration() {
    return registration;
  }

  CompletableFuture<DrainResult> future() {
    return future;
  }

  void start(Scheduler scheduler, Duration timeout, Consumer<Drain> onEnd) {
    var unused = future.whenComplete((result, failure) -> onEnd.accept(this));
    try {
      Scheduler.Task deadline =
          scheduler.schedule(timeout, () -> future.complete(DrainResult.DEADLINE_PASSED));
      unused = future.whenComplete((result, failure) -> deadline.cancel());
    } catch (RuntimeException | Error refusal) { // shut down, or no thread to be had
      future.completeExceptionally(refusal);
    }
  }

  void hold() {
    holds.incrementAndGet();
  }

  void release() {
    if (holds.decrementAndGet() == 0) {
      future.complete(DrainResult.DRAINED);
    }
  }

  void cancel() {
    future.complete(DrainResult.CANCELLED);
  }

  /**
   * Only the same incarnation can take the drain back; one that is gone or replaced still drains.
   */
  boolean isCancelledBy(@Nullable Registration now) {
    return now != null
        && now.incarnation() == registration.incarnation()
        && (now.status().acceptsNewRequests() || now.status() == InstanceStatus.STARTING);
  }
}
