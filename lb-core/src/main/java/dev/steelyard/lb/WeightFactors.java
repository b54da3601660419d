package dev.steelyard.lb;

/**
 * What the weight of an endpoint is made of. A factor of 0 means that it gets no new requests.
 *
 * @param configured {@link dev.steelyard.lb.registry.Instance#weight()}
 * @param health {@link dev.steelyard.lb.registry.InstanceStatus#weightFactor()}
 */
public record WeightFactors(double configured, double health) {

  /**
   * Returns the weight that selection uses.
   *
   * @return the product of the factors
   */
  public double effective() {
    return configured * health;
  }
}
