package dev.steelyard.benchmarks.guard;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Resilience4j around round robin over a list: a circuit breaker and a bulkhead for each instance,
 * and a retry around the turn, so that it goes to the next instance. With their defaults.
 */
final class Resilience4jCall implements Guarded {
  private final AtomicInteger turn = new AtomicInteger();
  private final List<Supplier<Object>> instances;
  private final Supplier<Object> guarded;

  /**
   * Makes it.
   *
   * @param size the number of instances
   * @param call what each instance does
   * @param retry what is done when it fails
   */
  Resilience4jCall(int size, Supplier<Object> call, Retry retry) {
    instances = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      String name = "instance" + i;
      Supplier<Object> inBulkhead = Bulkhead.decorateSupplier(Bulkhead.ofDefaults(name), call);
      instances.add(CircuitBreaker.decorateSupplier(CircuitBreaker.ofDefaults(name), inBulkhead));
    }
    guarded = Retry.decorateSupplier(retry, this::next);
  }

  private Object next() {
    return instances.get((turn.getAndIncrement() & Integer.MAX_VALUE) % instances.size()).get();
  }

  @Override
  public boolean call(boolean fails) {
    try {
      return guarded.get() != null;
    } catch (CallNotPermittedException | BulkheadFullException e) {
      return false;
    }
  }
}
