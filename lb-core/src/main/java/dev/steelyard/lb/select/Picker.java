package dev.steelyard.lb.select;

import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Picks one endpoint of a fixed list, for one request after the other.
 *
 * <p>{@link #pick} is called by many threads at once, on the path of every request: it must not
 * block, and should allocate nothing. What it reads of the list it was prepared for is immutable.
 */
@FunctionalInterface
public interface Picker {

  /**
   * Picks an endpoint.
   *
   * @param request what the request brings
   * @param excluded what must not be returned
   * @param nowNanos the time of the pick by the balancer's {@link dev.steelyard.lb.env.Ticker} if
   *     {@link Selector#isTimed()}, and 0 otherwise
   * @return an endpoint of the list that is not excluded, or null if there is none
   */
  @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos);
}
