package dev.steelyard.benchmarks.peer;

/** Another library's balancer, brought up with its own API, and ready to pick. */
interface Peer extends AutoCloseable {

  /**
   * Picks.
   *
   * @param key which of the {@link dev.steelyard.benchmarks.pick.Keys} the request belongs to;
   *     balancers that do not hash take no notice
   * @return what the library returns
   */
  Object pick(int key);

  /** Beginning and successful end of a request, where the balancer has to know of them. */
  default void request(Object picked) {}

  /** Begins a request and returns how it ends; for checking, not for measuring. */
  default Runnable open(Object picked) {
    throw new UnsupportedOperationException("knows of no requests");
  }

  /** The number of the instance that was picked; for checking, not for measuring. */
  int index(Object picked);

  @Override
  default void close() {}
}
