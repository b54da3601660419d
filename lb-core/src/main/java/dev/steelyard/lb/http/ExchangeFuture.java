package dev.steelyard.lb.http;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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

  /**
   * Makes the future that the caller gets of a call.
   *
   * @param translator says in the terms of the JDK's client what the call failed with
   * @param unwanted gets an answer that comes when the caller has given up
   */
  static <T> ExchangeFuture<T> of(
      CompletableFuture<T> call, UnaryOperator<Throwable> translator, Consumer<T> unwanted) {
    ExchangeFuture<T> result = new ExchangeFuture<>();
    var unusedAnswer =
        call.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                if (!result.complete(value)) {
                  unwanted.accept(value);
                }
              } else {
                Throwable told = translator.apply(failure);
                result.completeExceptionally(
                    told instanceof CancellationException ? told : new CompletionException(told));
              }
            });
    var unusedEnd = result.whenComplete((value, failure) -> call.cancel(true));
    return result;
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
