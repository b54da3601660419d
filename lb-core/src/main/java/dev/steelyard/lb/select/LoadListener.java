package dev.steelyard.lb.select;

import dev.steelyard.lb.request.Outcome;

/**
 * Is told when requests to one endpoint begin and end: what a strategy needs that keeps a structure
 * of its own over the load of all endpoints, or learns from each answer. See {@link
 * Endpoint#listen}.
 *
 * <p>Called on the threads of the requests, by many at once, in no order that could be relied on: a
 * request may end before its begin is told. So an implementation should look at the endpoint's
 * state again rather than count calls. It must be fast, must not block, and must not throw.
 */
public interface LoadListener {

  /** A request has begun: {@link Endpoint#inFlight()} includes it already. */
  void began();

  /**
   * The answer of a request that goes on has begun, as it should, which is its latency: a long body
   * or a stream may still come. Its end is told with -1. Default: does nothing.
   *
   * @param nanos how long that took, in nanoseconds; only told if requests are {@link
   *     Selector#isTimed() timed}
   */
  default void answered(long nanos) {}

  /**
   * A request has ended: {@link Endpoint#inFlight()} no longer includes it, and the endpoint has
   * learned from it.
   *
   * @param outcome how it ended
   * @param nanos how long it took, in nanoseconds; -1 if that was not measured, as with strategies
   *     that are not {@link Selector#isTimed() timed}, or was told by {@link #answered}
   */
  void ended(Outcome outcome, long nanos);
}
