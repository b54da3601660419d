package dev.steelyard.lb.registry;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;

/** Collects the settings of a registry; not thread-safe. */
public final class InstanceRegistryBuilder {
  EmptyUpdate emptyUpdate = EmptyUpdate.ACCEPT;
  Scheduler scheduler = Scheduler.onDemand("steelyard-registry");

  InstanceRegistryBuilder() {}

  /**
   * Sets what {@link InstanceRegistry#replaceAll} does with a sudden empty list. Default: {@link
   * EmptyUpdate#ACCEPT}.
   *
   * @param policy the policy
   * @return this builder
   */
  public InstanceRegistryBuilder emptyUpdate(EmptyUpdate policy) {
    this.emptyUpdate = requireNonNull(policy, "emptyUpdate");
    return this;
  }

  /**
   * Sets what keeps the deadlines of {@link InstanceRegistry#drain}. Default: {@link
   * Scheduler#onDemand}.
   *
   * @param deadlines the scheduler
   * @return this builder
   */
  public InstanceRegistryBuilder scheduler(Scheduler deadlines) {
    this.scheduler = requireNonNull(deadlines, "scheduler");
    return this;
  }

  /**
   * Makes the registry.
   *
   * @return a new, empty registry
   */
  public InstanceRegistry build() {
    return new InstanceRegistry(this);
  }
}
