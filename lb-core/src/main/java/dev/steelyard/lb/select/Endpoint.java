package dev.steelyard.lb.select;

import dev.steelyard.lb.registry.Instance;

/**
 * A candidate for selection: an instance together with what the balancer has learned about it. The
 * state lives as long as the incarnation of the instance is registered, whatever happens to the
 * list around it.
 *
 * <p>All methods are thread-safe, O(1), allocate nothing and may be called during a pick. Values
 * read one after the other need not belong to the same moment. The balancer implements this; tests
 * of a selector may implement it, too.
 */
public interface Endpoint {

  /**
   * How long the memory of a failure lasts, as the time constant of its exponential decay: {@value}
   * ms.
   */
  long FAILURE_DECAY_MILLIS = 2_000;

  /**
   * Returns the instance.
   *
   * @return the instance as it is registered now
   */
  Instance instance();

  /**
   * Returns which registration of the id this is.
   *
   * @return {@link dev.steelyard.lb.registry.Registration#incarnation()}
   */
  long incarnation();

  /**
   * Returns the number of requests in flight: leases that were given and not completed.
   *
   * @return at least 0
   */
  int inFlight();

  /**
   * Returns whether the instance has yet to answer its first request. A selector should let it have
   * one request at a time until then: what is not known to be fast may be stuck.
   *
   * @return true until the first good answer has begun, and again from a failure to connect until
   *     the next one
   */
  boolean isUnproven();

  /**
   * Returns the peak-sensitive moving average of the time a request takes (Finagle's Peak EWMA): a
   * longer time replaces the average at once, a shorter one pulls it down by the time that has
   * passed, and while nothing is in flight it fades to zero, so that an instance that was slow is
   * tried again. While an answer is owed it does not fade, and is at least {@link #silentNanos}.
   *
   * @param nowNanos the time of the pick, as handed to {@link Picker#pick}
   * @return nanoseconds, 0 if nothing was measured (yet, or for a long time)
   */
  double latencyNanos(long nowNanos);

  /**
   * Returns for how long nothing has been heard of the instance though it owes an answer: what is
   * under way takes at least as long. So an instance that stops to answer looks slower with each
   * moment, long before anything fails.
   *
   * @param nowNanos the time of the pick, as handed to {@link Picker#pick}
   * @return nanoseconds since the last answer, or since the first of the requests in flight began,
   *     whichever is later; 0 if no answer is owed, or the selector does not have requests timed
   */
  long silentNanos(long nowNanos);

  /**
   * Returns how much the instance has failed lately: each failure moves the value an eighth of the
   * way to 1, a failure to connect half of the way, each success a quarter of the way to 0, and
   * time lets it fade by {@value #FAILURE_DECAY_MILLIS} ms. Costs one plain read while there is no
   * failure to remember, a clock read otherwise.
   *
   * @return 0 (no failure lately) to 1
   */
  double failureRate();

  /**
   * Returns whether a session that is bound to this incarnation may go on using it.
   *
   * @return true while it is registered with a status that {@link
   *     dev.steelyard.lb.registry.InstanceStatus#servesBoundSessions()}, whether or not it gets new
   *     requests
   */
  boolean servesBoundSessions();

  /**
   * Has a strategy told of the requests of this endpoint. To be called from {@link
   * Selector#prepare} only; it lasts until the balancer has published the picker of a later {@code
   * prepare}. Strategies that only read the state above need none.
   *
   * @param listener who is told; an endpoint may have several
   */
  void listen(LoadListener listener);
}
