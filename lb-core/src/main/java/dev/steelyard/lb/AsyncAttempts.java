package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Drives one asynchronous call. The attempt under way is published in `current`; when the caller's
 * future is completed by anything else than the attempt (a cancellation, a timeout), the attempt is
 * cancelled and its lease ended. A race between the two is decided by the lease, which ends once,
 * and by the future, which completes once; an attempt that begins after the caller's future is done
 * sees that and cancels itself.
 */
final class AsyncAttempts<T extends @Nullable Object> {
  private final Attempts attempts;
  private final AsyncCall<T> call;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile @Nullable Attempt<T> current;

  private record Attempt<T extends @Nullable Object>(Lease lease, CompletionStage<T> answer) {

    void cancel() {
      lease.close();
      answer.toCompletableFuture().cancel(true);
    }
  }

  AsyncAttempts(Attempts attempts, AsyncCall<T> call) {
    this.attempts = attempts;
    this.call = call;
  }

  CompletableFuture<T> start() {
    Lease first;
    try {
      first = attempts.first();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    var unused = result.whenComplete((value, failure) -> cancelCurrent());
    attempt(first);
    return result;
  }

  private void cancelCurrent() {
    Attempt<T> attempt = current;
    if (attempt != null && !attempt.lease().isEnded()) {
      attempt.cancel();
    }
  }

  private void attempt(Lease lease) {
    CompletionStage<T> answer;
    try {
      answer = send(lease.instance());
    } catch (Throwable failure) {
      failed(lease, failure);
      return;
    }
    current = new Attempt<>(lease, answer);
    answer.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            attempts.end(lease, value);
            result.complete(value);
          } else {
            failed(lease, failure);
          }
        });
    if (result.isDone()) {
      cancelCurrent();
    }
  }

  private CompletionStage<T> send(Instance instance) {
    CompletionStage<T> answer = call.send(instance);
    if (answer == null) {
      throw new NullPointerException("AsyncCall.send returned null");
    }
    return answer;
  }

  private void failed(Lease lease, Throwable failure) {
    if (result
        .isDone()) { // the caller has given up: whatever this is, it is no verdict on the instance
      lease.close();
      return;
    }
    Lease next = attempts.retry(lease, failure, true);
    if (next == null) {
      Throwable cause = Failures.unwrap(failure);
      if (cause instanceof CancellationException) {
        result.cancel(false);
      } else {
        result.completeExceptionally(cause);
      }
    } else if (result.isDone()) {
      next.close();
    } else {
      attempt(next);
    }
  }
}
