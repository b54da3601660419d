package dev.steelyard.lb;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** No instance could be given to a request, and why, counted. */
public final class NoInstanceAvailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why an instance could not be chosen. */
  public enum Cause {
    /** Its status is STARTING. */
    STARTING,
    /** Its status is DRAINING. */
    DRAINING,
    /** Its status is MAINTENANCE. */
    MAINTENANCE,
    /** Its status is DOWN. */
    DOWN,
    /** Its weight is 0. */
    WEIGHT_ZERO,
    /** {@link LoadBalancer#overrideWeight} has set its factor to 0. */
    OVERRIDDEN,
    /** Other tiers or zones take all requests. */
    STANDBY,
    /** It is not in this client's part of the fleet, in no group of the split, or in no subset. */
    NOT_ROUTED,
    /** Too few instances are healthy, and the routing says that then nobody is to serve. */
    PANIC_REFUSED,
    /** Routing can make nothing of its metadata; the log says why. */
    INVALID_METADATA,
    /** The request excludes it, or an earlier attempt of the same call has been there. */
    EXCLUDED,
    /** It fails, and is left alone for a while. */
    EJECTED,
    /** As many requests are in flight to it as may be. */
    AT_LIMIT,
    /** It could have been chosen, but the selector did not choose any. */
    NOT_SELECTED,
    /** A strict sticky session is bound to it, and it cannot serve the request. */
    SESSION_REFUSED
  }

  /** The name of the balancer. */
  private final String balancer;

  /** How many instances could not be chosen for which cause. */
  private final EnumMap<Cause, Integer> counts;

  NoInstanceAvailableException(String balancer, Map<Cause, Integer> counts) {
    super(message(balancer, counts));
    this.balancer = balancer;
    this.counts = new EnumMap<>(Cause.class);
    this.counts.putAll(counts);
  }

  private static String message(String balancer, Map<Cause, Integer> counts) {
    int registered = counts.values().stream().mapToInt(Integer::intValue).sum();
    if (registered == 0) {
      return balancer + ": no instance is registered";
    }
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(
            Collectors.joining(
                ", ", balancer + ": none of " + registered + " instances is available (", ")"));
  }

  boolean isFor(Cause cause) {
    return counts.containsKey(cause);
  }

  /**
   * Returns the name of the balancer.
   *
   * @return the name
   */
  public String balancer() {
    return balancer;
  }

  /**
   * Returns how many instances could not be chosen for which cause; each is counted once.
   *
   * @return a copy; empty if no instance is registered
   */
  public Map<Cause, Integer> counts() {
    return new EnumMap<>(counts);
  }
}
