package dev.steelyard.lb;

/**
 * What the weight of an endpoint is made of: the product of these factors. A factor of 0 means that
 * it gets no new requests.
 *
 * @param configured {@link dev.steelyard.lb.registry.Instance#weight()}
 * @param slowStart below 1 while it warms up, see {@link LoadBalancerBuilder#slowStart}
 * @param health {@link dev.steelyard.lb.registry.InstanceStatus#weightFactor()}, 0 while it is
 *     ejected; 1 for whatever the status is if routing panics
 * @param zone what routing makes of its zone: the zone's share of the requests over its share of
 *     the capacity
 * @param priority what routing makes of its priority tier, in the same way
 * @param reported its capacity relative to the others by what it reports about its load, see {@link
 *     LoadBalancerBuilder#reportedLoad}
 * @param override {@link LoadBalancer#overrideWeight}
 */
public record WeightFactors(
    double configured,
    double slowStart,
    double health,
    double zone,
    double priority,
    double reported,
    double override) {

  /**
   * Returns the weight that selection uses.
   *
   * @return the product of the factors, finite and at least 0
   */
  public double effective() {
    return beforeHealth() * health * zone * priority;
  }

  /** What an instance could do if it were well, before routing. */
  double beforeHealth() {
    return configured * slowStart * reported * override;
  }

  WeightFactors routed(boolean panic, double zoneFactor, double priorityFactor) {
    return new WeightFactors(
        configured, slowStart, panic ? 1 : health, zoneFactor, priorityFactor, reported, override);
  }
}
