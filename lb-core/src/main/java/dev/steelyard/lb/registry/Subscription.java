package dev.steelyard.lb.registry;

/** A listener's connection to what tells it: a registry, a circuit breaker, a health monitor. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

  /**
   * Ends the subscription: no call to the listener begins after this returns, except one that
   * another thread has already decided on. Idempotent and thread-safe.
   */
  @Override
  void close();
}
