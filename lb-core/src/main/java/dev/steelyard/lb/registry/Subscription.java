package dev.steelyard.lb.registry;

/** A listener's connection to a registry. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

  /**
   * Ends the subscription: no call to the listener begins after this returns, except one that
   * another thread has already decided on. Idempotent and thread-safe.
   */
  @Override
  void close();
}
