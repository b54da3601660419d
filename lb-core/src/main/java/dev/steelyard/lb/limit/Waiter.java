package dev.steelyard.lb.limit;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.resilience.RequestRefusedException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A place in a {@link WaitQueue}. Completes when there may be room, exceptionally with a {@link
 * RequestRefusedException} if it was refused or has waited too long.
 *
 * <p>Who gives up calls {@link #cancel}, woken or not: a wake-up that nobody uses goes to the next
 * one. Thread-safe.
 */
public final class Waiter extends CompletableFuture<Void> {
  private final WaitQueue queue;
  private final AtomicBoolean passedOn = new AtomicBoolean();

  /** Its place among those that wait, which it keeps when it comes back. */
  final long number;

  final long joinedAt;

  /** When it has waited too long. */
  final long endsAt;

  // Guarded by the lock of the queue.
  boolean waiting;
  boolean woken;
  @Nullable Waiter before;
  @Nullable Waiter after;

  private volatile Scheduler.@Nullable Task timeout;

  Waiter(WaitQueue queue, long number, long joinedAt, long endsAt) {
    this.queue = queue;
    this.number = number;
    this.joinedAt = joinedAt;
    this.endsAt = endsAt;
  }

  void setTimeout(Scheduler.Task task) {
    timeout = task;
    if (isDone()) {
      task.cancel();
    }
  }

  void endTimeout() {
    Scheduler.Task task = timeout;
    if (task != null) {
      task.cancel();
    }
  }

  /** Whether the caller is the one who passes a wake-up on. */
  boolean claimsPassingOn() {
    return passedOn.compareAndSet(false, true);
  }

  /**
   * Gives the place up at once; if it has been woken, wakes the next one instead. Not to be called
   * by one who was woken and has found room. A second call does nothing.
   *
   * @param mayInterruptIfRunning has no effect
   * @return whether it was still waiting
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return queue.giveUp(this) && super.cancel(mayInterruptIfRunning);
  }

  /**
   * Blocks until it is woken. An interrupt gives the place up.
   *
   * @throws InterruptedException if the thread is interrupted
   * @throws RequestRefusedException if it was refused, or has waited too long
   * @throws CancellationException if it was cancelled
   */
  public void await() throws InterruptedException {
    try {
      get();
    } catch (InterruptedException e) {
      cancel(false);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RequestRefusedException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause()); // nobody else completes it
    }
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>(); // what depends on it has no place in the line
  }
}
