package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Picker;
import java.util.ArrayList;
import java.util.List;

/**
 * A balancer as it is after a while in production: every instance has answered, its latency is
 * known, and nothing is in flight.
 *
 * @param registry where its instances are
 * @param balancer the balancer
 * @param picker the very picker it uses
 * @param timed whether it reads the clock for each pick
 */
public record ProvenBalancer(
    InstanceRegistry registry, LoadBalancer balancer, Picker picker, boolean timed) {

  /** As many as are timed for the snapshot even where the strategy does not look at latency. */
  private static final int ROUNDS = 2;

  static ProvenBalancer of(Strategy strategy, int size, Weights weights) {
    return of(strategy, size, weights, FailurePolicy.standard());
  }

  /**
   * Brings one up.
   *
   * @param strategy how it picks
   * @param size the number of instances
   * @param weights theirs
   * @param policy what it does about failures
   * @return a balancer that nobody else has
   */
  public static ProvenBalancer of(
      Strategy strategy, int size, Weights weights, FailurePolicy policy) {
    List<Instance> instances = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      instances.add(instance(i).withWeight(weights.of(i)));
    }
    InstanceRegistry registry = InstanceRegistry.of();
    registry.replaceAll(instances);
    ProvingSelector selector = new ProvingSelector(strategy.selector());
    LoadBalancer balancer =
        LoadBalancer.builder("benchmark", registry)
            .selector(selector)
            .failurePolicy(policy)
            .build();
    for (int i = 0; i < ROUNDS * size; i++) {
      try (Lease lease = balancer.acquire(RequestContext.empty())) {
        lease.succeed();
      }
    }
    selector.endProving();
    // Any change makes the balancer ask for a picker; one more instance that gets no requests
    // leaves the candidates as they were.
    registry.register(Instance.of("http://10.255.255.255:8080"), InstanceStatus.MAINTENANCE);
    boolean unproven =
        balancer.snapshot().endpoints().stream()
            .anyMatch(endpoint -> endpoint.unproven() && endpoint.weight().effective() > 0);
    if (unproven) {
      throw new IllegalStateException("an instance was not proven");
    }
    return new ProvenBalancer(registry, balancer, selector.picker(), selector.isTimed());
  }

  static Instance instance(int index) {
    return Instance.of(
        "http://10." + index / 65536 + "." + index / 256 % 256 + "." + index % 256 + ":8080");
  }
}
