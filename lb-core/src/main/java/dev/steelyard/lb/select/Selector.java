package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/**
 * A strategy: makes a {@link Picker} of each list of candidates.
 *
 * <p>A lambda is enough for one of your own; this one prefers the instances that were registered
 * first:
 *
 * <pre>{@code
 * Selector failover =
 *     (candidates, previous) ->
 *         (context, excluded, now) -> {
 *           for (int i = 0; i < candidates.size(); i++) {
 *             if (!excluded.contains(candidates.endpoint(i))) {
 *               return candidates.endpoint(i);
 *             }
 *           }
 *           return null;
 *         };
 * LoadBalancer.builder("orders", registry).selector(failover).build();
 * }</pre>
 *
 * <p><b>Concurrency.</b> {@link #prepare} is called whenever the candidates or their weights
 * change, by one thread at a time for one balancer, off the path of requests; whatever can be
 * computed ahead belongs here. The pickers it returns are called by all threads at once, and
 * requests that are under way may still use the previous picker for a moment after the next one was
 * published.
 *
 * <p><b>State.</b> A selector is a value that several balancers may share, so it holds no state of
 * a balancer's. State that must survive a change of the list lives in the picker and is handed on
 * through {@code previous}; what is learned about an instance lives in its {@link Endpoint}.
 */
@FunctionalInterface
public interface Selector {

  /**
   * Makes a picker.
   *
   * @param candidates who may get requests now, with weights above 0; may be empty
   * @param previous the picker that this one replaces (of this selector or of another), or null
   * @return a picker over these candidates
   */
  Picker prepare(Candidates candidates, @Nullable Picker previous);

  /**
   * Returns whether the strategy looks at {@link Endpoint#latencyNanos}. If so, the balancer
   * measures every request, at two clock reads each, and lets an endpoint that has yet to answer
   * have one request at a time; otherwise it measures a sample.
   *
   * @return false by default
   */
  default boolean isTimed() {
    return false;
  }
}
