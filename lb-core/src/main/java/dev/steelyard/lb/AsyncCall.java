package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A request to one instance that is answered later.
 *
 * @param <T> what it answers
 */
@FunctionalInterface
public interface AsyncCall<T extends @Nullable Object> {

  /**
   * Sends the request, without waiting for the answer. May be called again, with another instance,
   * under the conditions of {@link BlockingCall#send}.
   *
   * @param instance where to
   * @return the answer; if the caller cancels the call, this is cancelled through {@link
   *     CompletionStage#toCompletableFuture()}
   */
  CompletionStage<T> send(Instance instance);
}
