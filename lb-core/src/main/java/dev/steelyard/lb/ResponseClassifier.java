package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Says what the end of a call tells about the instance, and by that which answers are asked for
 * again ({@link FailurePolicy#withRetriedOutcomes}). Called by many threads at once, on the path of
 * every call: it must not block. If it throws, the outcome is {@link Outcome#IGNORED} and the
 * exception is counted and logged.
 */
@FunctionalInterface
public interface ResponseClassifier {

  /**
   * Classifies.
   *
   * @param response what the call returned; null if it returned null or failed
   * @param failure what the call threw, without the wrappers that futures put around it, or null
   * @return how the request ended
   */
  Outcome classify(@Nullable Object response, @Nullable Throwable failure);

  /**
   * Returns the default: an exception is a {@link Outcome#FAILURE}, except that an interrupt or a
   * cancellation is {@link Outcome#CANCELLED} and an {@link Error} is {@link Outcome#IGNORED};
   * anything else is a {@link Outcome#SUCCESS}.
   *
   * @return the default classifier
   */
  static ResponseClassifier standard() {
    return (response, failure) -> failure == null ? Outcome.SUCCESS : Failures.outcome(failure);
  }
}
