package dev.steelyard.lb.http;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * As the futures of the JDK's client: not only this one can be cancelled, but also one that is
 * derived from it, and that cancels this one.
 */
final class ExchangeFuture<T> extends CompletableFuture<T> {
  private final @Nullable ExchangeFuture<?> origin;

  ExchangeFuture() {
    this(null);
  }

  private ExchangeFuture(@Nullable ExchangeFuture<?> origin) {
    this.origin = origin;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new ExchangeFuture<>(origin == null ? this : origin);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = false;
    if (mayInterruptIfRunning && origin != null && !isDone()) {
      cancelled = origin.cancel(true);
    }
    return super.cancel(mayInterruptIfRunning) || cancelled;
  }
}
