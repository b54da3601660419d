package dev.steelyard.benchmarks.guard;

import org.jspecify.annotations.Nullable;

/** What guards calls, ours or a peer's, brought up with its own API. */
@FunctionalInterface
interface Guarded {

  /**
   * What is measured: all that a guard has to do for a call that ends at once.
   *
   * @param fails whether the call fails, or, of what learns from latencies, takes 100 times as long
   * @return whether it was admitted
   */
  boolean call(boolean fails);

  /**
   * Begins a call and returns how it ends, null if it is refused; for checking, not for measuring.
   */
  default @Nullable Runnable open() {
    throw new UnsupportedOperationException("holds nothing");
  }

  /** The limit that it has learned; for checking, not for measuring. */
  default int limit() {
    throw new UnsupportedOperationException("learns nothing");
  }
}
