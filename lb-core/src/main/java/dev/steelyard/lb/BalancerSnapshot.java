package dev.steelyard.lb;

import java.util.List;

/**
 * A balancer at one moment.
 *
 * @param name the name of the balancer
 * @param registryVersion the version of the registry that it has followed to
 * @param selector the strategy
 * @param endpoints every registered instance, in the order of registration, whether it gets
 *     requests or not
 * @param retries retries made since creation
 * @param retriesRefused retries that the budget refused since creation
 * @param retryBalance how many retries the budget would allow at this moment
 * @param callbackFaults exceptions thrown by the user's classifier, and by the picker when a retry
 *     asked it, since creation
 */
public record BalancerSnapshot(
    String name,
    long registryVersion,
    String selector,
    List<EndpointSnapshot> endpoints,
    long retries,
    long retriesRefused,
    double retryBalance,
    long callbackFaults) {

  /**
   * Copies the list.
   *
   * @param name the name of the balancer
   * @param registryVersion the version of the registry that it has followed to
   * @param selector the strategy
   * @param endpoints every registered instance
   * @param retries retries made since creation
   * @param retriesRefused retries that the budget refused since creation
   * @param retryBalance how many retries the budget would allow at this moment
   * @param callbackFaults exceptions thrown by the user's classifier since creation
   */
  public BalancerSnapshot {
    endpoints = List.copyOf(endpoints);
  }
}
