package dev.steelyard.lb.health;

import dev.steelyard.lb.env.Scheduler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One check of one instance: the call of the probe, on a thread of the executor's, and then the
 * stage that it returned. It ends once for the loop, by what comes first: its result or its
 * deadline. What the probe does after that is heard and dropped.
 *
 * <p>The call and the stage can hang independently. A stage is cancelled and forgotten; a call
 * holds a thread until it returns, so {@link #holdsThread} keeps the instance from getting another
 * one.
 */
final class Check implements Runnable {
  private enum Call {
    WAITING,
    RUNNING,
    RETURNED
  }

  private final Target target;
  private final long beganAtNanos;
  private final HealthProbe probe;
  private final BiConsumer<Check, Verdict> onVerdict;
  private final Consumer<Check> onReturn;
  private final AtomicReference<Call> call = new AtomicReference<>(Call.WAITING);

  /** Not for its result: it knows how to interrupt a call without hitting what runs after it. */
  private final FutureTask<Boolean> task = new FutureTask<>(this::ask, true);

  private volatile @Nullable CompletionStage<Boolean> stage;
  private volatile boolean cancelled;

  /** Somebody waits for the call to return; see {@link #tellWhenReturned}. */
  private volatile boolean awaited;

  /** Confined to the loop. */
  private boolean over;

  private boolean silent;

  private Scheduler.@Nullable Task deadline;

  Check(
      Target target,
      long nowNanos,
      HealthProbe probe,
      BiConsumer<Check, Verdict> onVerdict,
      Consumer<Check> onReturn) {
    this.target = target;
    this.beganAtNanos = nowNanos;
    this.probe = probe;
    this.onVerdict = onVerdict;
    this.onReturn = onReturn;
  }

  Target target() {
    return target;
  }

  long beganAtNanos() {
    return beganAtNanos;
  }

  void deadline(Scheduler.Task timer) {
    deadline = timer;
  }

  boolean isOver() {
    return over;
  }

  /** Returns whether this was the first to end it. */
  boolean end() {
    boolean first = !over;
    over = true;
    if (first && deadline != null) {
      deadline.cancel();
    }
    return first;
  }

  /** Whether the executor got round to it. */
  boolean hasBegun() {
    return call.get() != Call.WAITING;
  }

  boolean holdsThread() {
    return call.get() == Call.RUNNING;
  }

  /** It is over because its deadline has passed: if it still holds its thread, it hangs. */
  void markSilent() {
    silent = true;
  }

  boolean isSilent() {
    return silent;
  }

  /**
   * Asks for a message when the call returns. Who asks sets the flag and then looks whether the
   * call holds its thread; the call lets go of it and then looks at the flag. So one of them, or
   * both, will see the other.
   */
  void tellWhenReturned() {
    awaited = true;
  }

  @Override
  public void run() {
    task.run();
  }

  private void ask() {
    if (!call.compareAndSet(Call.WAITING, Call.RUNNING)) {
      return;
    }
    try {
      CompletionStage<Boolean> answer = probe.check(target.registration().instance());
      if (answer == null) {
        onVerdict.accept(this, Verdict.failed("the probe returned null"));
        return;
      }
      stage = answer;
      var unused =
          answer.whenComplete(
              (works, failure) -> {
                if (!cancelled || !(failure instanceof CancellationException)) {
                  onVerdict.accept(this, verdict(works, failure));
                }
              });
      if (cancelled) {
        cancel(answer);
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      if (!cancelled) {
        onVerdict.accept(this, Verdict.failed(ProbeFailure.reason(interrupt)));
      }
    } catch (Throwable failure) {
      onVerdict.accept(this, Verdict.failed(ProbeFailure.reason(failure)));
    } finally {
      call.set(Call.RETURNED);
      if (awaited) {
        onReturn.accept(this);
      }
    }
  }

  private static Verdict verdict(@Nullable Boolean works, @Nullable Throwable failure) {
    if (failure != null) {
      return Verdict.failed(ProbeFailure.reason(failure));
    }
    return Boolean.TRUE.equals(works) ? Verdict.PASSED : Verdict.failed("the probe says no");
  }

  /** Interrupts the call, or cancels what it returned, or keeps it from beginning. */
  void cancel() {
    cancelled = true;
    if (!call.compareAndSet(Call.WAITING, Call.RETURNED)) {
      task.cancel(true);
    }
    CompletionStage<Boolean> answer = stage;
    if (answer != null) {
      cancel(answer);
    }
  }

  static void cancel(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().cancel(true);
    } catch (RuntimeException | Error cannot) {
      // A stage need not have a future. What becomes of it concerns nobody any more.
    }
  }
}
