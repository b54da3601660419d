package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A lease that comes later, and where another one comes from if there is none. */
final class Elsewhere {
  private Elsewhere() {}

  /** What the other one says counts only if it has an instance. */
  static CompletableFuture<Lease> orElse(
      CompletableFuture<Lease> own, Supplier<CompletableFuture<Lease>> other) {
    CompletableFuture<Lease> result = new CompletableFuture<>();
    var unused =
        own.whenComplete(
            (lease, failure) -> {
              if (failure == null) {
                give(lease, result);
              } else if (Failures.unwrap(failure) instanceof NoInstanceAvailableException) {
                follow(other.get(), failure, result);
              } else {
                result.completeExceptionally(failure);
              }
            });
    var unusedEnd = result.whenComplete((lease, failure) -> own.cancel(false));
    return result;
  }

  private static void follow(
      CompletableFuture<Lease> other, Throwable none, CompletableFuture<Lease> result) {
    var unused =
        other.whenComplete(
            (lease, failure) -> {
              if (failure == null) {
                give(lease, result);
              } else {
                Throwable cause = Failures.unwrap(failure);
                result.completeExceptionally(
                    cause instanceof NoInstanceAvailableException
                            || cause instanceof IllegalStateException
                        ? none
                        : cause);
              }
            });
    var unusedEnd = result.whenComplete((lease, failure) -> other.cancel(false));
  }

  private static void give(Lease lease, CompletableFuture<Lease> result) {
    if (!result.complete(lease)) {
      lease.complete(Outcome.IGNORED); // nobody waits any more
    }
  }
}
