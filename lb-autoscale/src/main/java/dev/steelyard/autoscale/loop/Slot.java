package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.loop.TimedCall.Ended;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one place for calls of one source, or of the target: it is taken until the call has really
 * returned, given up or not. Used by the mailbox only.
 */
final class Slot {
  private final Executor workers;
  private final Executor mailbox;
  private @Nullable TimedCall<?> running;

  Slot(Executor workers, Executor mailbox) {
    this.workers = workers;
    this.mailbox = mailbox;
  }

  boolean isTaken() {
    return running != null;
  }

  /** Starts a call; the slot must be free. Its end is told in the mailbox, always and once. */
  <T> void call(Callable<T> body, Consumer<Ended<T>> ended) {
    Consumer<Ended<T>> freed =
        end ->
            mailbox.execute(
                () -> {
                  running = null;
                  ended.accept(end);
                });
    TimedCall<T> call = new TimedCall<>(body, freed);
    running = call;
    try {
      workers.execute(call);
    } catch (RejectedExecutionException noThread) {
      freed.accept(new Ended<>(null, noThread, false));
    }
  }

  /** Interrupts what runs; the slot stays taken until that has returned. */
  void abandon() {
    if (running != null) {
      running.abandon();
    }
  }
}
