package dev.steelyard.lb;

import dev.steelyard.lb.select.Routing;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A balancer at one moment.
 *
 * @param name the name of the balancer
 * @param registryVersion the version of the registry that it has followed to
 * @param selector the strategy
 * @param routing the rules of where to send
 * @param panic whether so few instances are healthy that all are used, or none, as the routing says
 * @param tierLoads the percentage of the requests that each priority tier gets; empty without
 *     routing. With a split, of its first side; without the requests that hints send elsewhere
 * @param zoneShares the share of the requests that each zone gets, "" being no zone; in the same
 *     way
 * @param clientSubset how many instances that may serve this client uses
 * @param endpoints every registered instance, in the order of registration, whether it gets
 *     requests or not
 * @param retries retries made since creation
 * @param hedges hedges made since creation
 * @param retriesRefused retries that the budget refused since creation
 * @param retryBalance how many retries the budget would allow at this moment
 * @param ejected who is out because it fails
 * @param refusals what was refused before an instance was picked
 * @param callbackFaults exceptions thrown by the user's classifier, and by the picker when a retry
 *     asked it, since creation
 */
public record BalancerSnapshot(
    String name,
    long registryVersion,
    String selector,
    Routing routing,
    boolean panic,
    SortedMap<Integer, Integer> tierLoads,
    SortedMap<String, Double> zoneShares,
    int clientSubset,
    List<EndpointSnapshot> endpoints,
    long retries,
    long hedges,
    long retriesRefused,
    double retryBalance,
    Ejected ejected,
    Refusals refusals,
    long callbackFaults) {

  /**
   * Who is out because it fails.
   *
   * @param instances how many are
   * @param allowed how many may be, after what health has taken out
   * @param refused how often none was ejected because no more may be, or more fail than may be out,
   *     since creation
   * @param outliers what the last interval of the outlier detection found, in words, also what it
   *     only would have done
   */
  public record Ejected(int instances, int allowed, long refused, List<String> outliers) {
    /**
     * Copies the list.
     *
     * @param instances how many are
     * @param allowed how many may be
     * @param refused how often none was ejected because no more may be
     * @param outliers what the outlier detection found
     */
    public Ejected {
      outliers = List.copyOf(outliers);
    }
  }

  /**
   * What was refused before an instance was picked, since creation.
   *
   * @param rateLimited by the rate limit
   * @param clientRateLimited by a client's rate limit
   * @param waiting how many wait at this moment for an instance with room
   * @param queueFull refused because as many waited as may
   * @param queueTimeouts refused because they had waited too long
   */
  public record Refusals(
      long rateLimited, long clientRateLimited, int waiting, long queueFull, long queueTimeouts) {}

  /**
   * Copies the collections.
   *
   * @param name the name of the balancer
   * @param registryVersion the version of the registry that it has followed to
   * @param selector the strategy
   * @param routing the rules of where to send
   * @param panic whether too few instances are healthy
   * @param tierLoads the percentage that each priority tier gets
   * @param zoneShares the share that each zone gets
   * @param clientSubset how many instances that may serve this client uses
   * @param endpoints every registered instance
   * @param retries retries made since creation
   * @param hedges hedges made since creation
   * @param retriesRefused retries that the budget refused since creation
   * @param retryBalance how many retries the budget would allow at this moment
   * @param ejected who is out because it fails
   * @param refusals what was refused before an instance was picked
   * @param callbackFaults exceptions thrown by the user's classifier since creation
   */
  public BalancerSnapshot {
    tierLoads = Collections.unmodifiableSortedMap(new TreeMap<>(tierLoads));
    zoneShares = Collections.unmodifiableSortedMap(new TreeMap<>(zoneShares));
    endpoints = List.copyOf(endpoints);
  }
}
