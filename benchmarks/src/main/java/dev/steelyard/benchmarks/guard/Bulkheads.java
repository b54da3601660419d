package dev.steelyard.benchmarks.guard;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Bounds on what is under way at once: a place, and giving it back. */
final class Bulkheads {
  static final int PLACES = 100;

  private Bulkheads() {}

  static Guarded resilience4j(boolean fair) {
    Bulkhead bulkhead =
        Bulkhead.of(
            "benchmark",
            BulkheadConfig.custom()
                .maxConcurrentCalls(PLACES)
                .fairCallHandlingStrategyEnabled(fair)
                .build());
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        if (!bulkhead.tryAcquirePermission()) {
          return false;
        }
        bulkhead.onComplete();
        return true;
      }

      @Override
      public @Nullable Runnable open() {
        return bulkhead.tryAcquirePermission() ? bulkhead::onComplete : null;
      }
    };
  }

  static Guarded failsafe() {
    dev.failsafe.Bulkhead<Object> bulkhead = dev.failsafe.Bulkhead.of(PLACES);
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        if (!bulkhead.tryAcquirePermit()) {
          return false;
        }
        bulkhead.releasePermit();
        return true;
      }

      @Override
      public @Nullable Runnable open() {
        return bulkhead.tryAcquirePermit() ? bulkhead::releasePermit : null;
      }
    };
  }

  /** The least: up, compare, down. */
  static Guarded counter() {
    AtomicInteger inFlight = new AtomicInteger();
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        if (!enter()) {
          return false;
        }
        inFlight.getAndDecrement();
        return true;
      }

      private boolean enter() {
        if (inFlight.getAndIncrement() < PLACES) {
          return true;
        }
        inFlight.getAndDecrement();
        return false;
      }

      @Override
      public @Nullable Runnable open() {
        return enter() ? inFlight::getAndDecrement : null;
      }
    };
  }
}
