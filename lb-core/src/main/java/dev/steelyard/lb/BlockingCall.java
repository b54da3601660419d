package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * A request to one instance that returns when it is answered.
 *
 * @param <T> what it returns
 * @param <X> what it throws
 */
@FunctionalInterface
public interface BlockingCall<T extends @Nullable Object, X extends Exception> {

  /**
   * Sends the request. May be called again, mostly with another instance, if nothing was sent, or
   * if the request is idempotent and the {@link FailurePolicy} has what it threw or returned
   * retried.
   *
   * @param instance where to
   * @return the answer
   * @throws X if there is none
   */
  T send(Instance instance) throws X;
}
