package dev.steelyard.lb.route;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceStatus;

/**
 * An instance as routing sees it. One that is ejected or cannot be connected to is to be given as
 * DOWN, or panic cannot count it.
 *
 * @param instance the instance
 * @param status its status, of which routing derives the health factor
 * @param weight the product of all other factors of the effective weight, without health: finite
 *     and at least 0. A DOWN instance has one, too: it is its registered capacity
 */
public record Member(Instance instance, InstanceStatus status, double weight) {

  /**
   * Validates.
   *
   * @param instance the instance
   * @param status its status
   * @param weight the product of all other factors
   */
  public Member {
    requireNonNull(instance, "instance");
    requireNonNull(status, "status");
    check(
        weight >= 0 && weight <= Double.MAX_VALUE,
        "weight of instance " + instance.id(),
        weight,
        "finite and >= 0");
  }

  /** Whether it is part of the fleet's capacity, working or not. */
  boolean isRegistered() {
    return weight > 0 && (status.acceptsNewRequests() || status == InstanceStatus.DOWN);
  }

  /** Whether it may serve while there is no panic. */
  boolean isUsable() {
    return capacity(false) > 0;
  }

  /** The weight with the health factor, which panic sets to 1. */
  double capacity(boolean panic) {
    if (!isRegistered()) {
      return 0;
    }
    // A weight of Double.MIN_VALUE must not vanish because its instance is degraded.
    return panic ? weight : clampUnlessZero(weight * status.weightFactor());
  }

  private double clampUnlessZero(double product) {
    return status.acceptsNewRequests() ? Math.max(product, Double.MIN_VALUE) : product;
  }
}
