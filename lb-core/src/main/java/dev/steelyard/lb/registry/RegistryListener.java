package dev.steelyard.lb.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Is told of the changes of a registry.
 *
 * <p><b>Calls to one listener never overlap</b> and come in the order of versions; several versions
 * may come as one change. They run on the threads that change the registry, outside its lock, so a
 * listener must not block; it may change the registry. What it throws is counted and logged by the
 * registry, and no other listener notices.
 */
@FunctionalInterface
public interface RegistryListener {

  /**
   * Is called once with everything that is registered at subscription, and then for each change.
   *
   * @param change what is different from the last call
   */
  void onChange(RegistryChange change);

  /**
   * Is asked, while an instance is being drained, to tell when nothing of this listener's is in
   * flight to it any more. Called after {@link #onChange} has told of the status {@code DRAINING}.
   *
   * @param draining the registration being drained
   * @return a stage that completes, in either way, when the listener is done with the instance; by
   *     default one that is complete
   */
  default CompletionStage<?> whenIdle(Registration draining) {
    return CompletableFuture.completedStage(null);
  }
}
