package dev.steelyard.lb;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.limit.WaitQueue;
import dev.steelyard.lb.limit.Waiter;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.select.Exclusions;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has a request wait for an instance with room, where all that could serve it are at their limits.
 *
 * <p>Looks, joins the line, looks again, and whenever it is woken: {@link WaitQueue} says why in
 * this order.
 */
final class Waiting {
  private final Fleet fleet;
  private final WaitQueue queue;
  private final RequestContext request;
  private final Exclusions excluded;

  Waiting(Fleet fleet, WaitQueue queue, RequestContext request, Exclusions excluded) {
    this.fleet = fleet;
    this.queue = queue;
    this.request = request;
    this.excluded = excluded;
  }

  /** Null if all are at their limits. */
  private @Nullable Lease look() {
    try {
      return fleet.acquire(request, excluded);
    } catch (NoInstanceAvailableException none) {
      if (none.isFor(Cause.AT_LIMIT)) {
        return null;
      }
      throw none;
    }
  }

  /** Gives the place up whatever the look throws. */
  private @Nullable Lease look(Waiter waiter) {
    try {
      Lease lease = look();
      if (lease != null) {
        waiter.cancel(false);
      }
      return lease;
    } catch (Throwable failure) {
      waiter.cancel(false);
      throw failure;
    }
  }

  /** Waits on this thread. An interrupt ends the wait, and stays. */
  Lease acquire() {
    Lease lease = look();
    if (lease != null) {
      return lease;
    }
    Waiter waiter = queue.join();
    lease = look(waiter);
    while (lease == null) {
      try {
        waiter.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        CancellationException given = new CancellationException("interrupted while waiting");
        given.initCause(e);
        throw given;
      }
      lease = look();
      if (lease == null) {
        waiter = queue.rejoin(waiter);
        lease = look(waiter);
      }
    }
    return lease;
  }

  /**
   * Waits without a thread. Completing the future from outside gives the place up, and a lease that
   * comes too late is closed.
   */
  CompletableFuture<Lease> acquireLater() {
    CompletableFuture<Lease> result = new CompletableFuture<>();
    Lease lease;
    try {
      lease = look();
    } catch (RuntimeException none) {
      return CompletableFuture.failedFuture(none);
    }
    if (lease != null) {
      result.complete(lease);
    } else {
      waitFor(result, queue.join());
    }
    return result;
  }

  private void waitFor(CompletableFuture<Lease> result, Waiter waiter) {
    Lease now;
    try {
      now = look(waiter);
    } catch (RuntimeException | Error failure) {
      result.completeExceptionally(failure);
      return;
    }
    if (now != null) {
      give(result, now);
      return;
    }
    var unused =
        result.whenComplete(
            (lease, failure) -> {
              if (failure != null) { // else it was woken for this lease, and owes nobody its turn
                waiter.cancel(false);
              }
            });
    var unusedToo =
        waiter.whenComplete(
            (turn, refusal) -> {
              if (refusal instanceof RequestRefusedException) {
                result.completeExceptionally(refusal);
              } else if (refusal == null) {
                woken(result, waiter);
              } // else it was cancelled, because the result is there
            });
  }

  private void woken(CompletableFuture<Lease> result, Waiter waiter) {
    if (result.isDone()) {
      waiter.cancel(false); // passes its turn on
      return;
    }
    Lease lease;
    try {
      lease = look();
    } catch (RuntimeException | Error failure) {
      waiter.cancel(false);
      result.completeExceptionally(failure);
      return;
    }
    if (lease == null) {
      waitFor(result, queue.rejoin(waiter));
    } else {
      give(result, lease);
    }
  }

  private static void give(CompletableFuture<Lease> result, Lease lease) {
    if (!result.complete(lease)) {
      lease.complete(Outcome.IGNORED); // nobody wants it any more
    }
  }
}
