package dev.steelyard.lb.registry;

import static java.util.Objects.requireNonNull;

/**
 * An instance as a registry holds it.
 *
 * @param instance what was registered
 * @param status what it may be used for
 * @param incarnation tells apart the instances that were registered under one id one after the
 *     other: unique within the registry and rising. Nothing learned about one incarnation applies
 *     to the next
 */
public record Registration(Instance instance, InstanceStatus status, long incarnation) {

  /**
   * Checks that nothing is null.
   *
   * @param instance what was registered
   * @param status what it may be used for
   * @param incarnation which registration of the id this is
   */
  public Registration {
    requireNonNull(instance, "instance");
    requireNonNull(status, "status");
  }

  /**
   * Returns the id of the instance.
   *
   * @return {@code instance().id()}
   */
  public String id() {
    return instance.id();
  }
}
