package dev.steelyard.lb;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.RegistrySnapshot;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.route.GroupPlan;
import dev.steelyard.lb.route.RoutePlan;
import dev.steelyard.lb.route.TierPlan;
import dev.steelyard.lb.select.Picker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a pick reads, published as one.
 *
 * @param picker the strategy over the candidates
 * @param selector the strategy
 * @param timed whether it looks at latencies
 * @param registry the registry's state this was made of
 * @param endpoints every endpoint, in the order of the registry
 * @param weighing the weight of each, in the same order
 * @param candidates how many of them may get requests
 * @param unusable why the others may not
 */
record Active(
    Picker picker,
    String selector,
    boolean timed,
    RegistrySnapshot registry,
    List<LiveEndpoint> endpoints,
    Weighing weighing,
    int candidates,
    Map<NoInstanceAvailableException.Cause, Integer> unusable) {

  private static final RegistrySnapshot NO_REGISTRY = InstanceRegistry.of().snapshot();

  static Active nothing() {
    return new Active(
        (request, excluded, now) -> null,
        "none",
        false,
        NO_REGISTRY,
        List.of(),
        new Weighing(List.of(), null, false, false, Long.MAX_VALUE),
        0,
        Map.of());
  }

  /** The ids of those that have as many requests as they may. */
  Set<String> full() {
    Set<String> ids = new HashSet<>();
    for (LiveEndpoint endpoint : endpoints) {
      if (endpoint.isFull()) {
        ids.add(endpoint.registration().id());
      }
    }
    return ids;
  }

  /** What routing says, for the snapshot: of the requests without hints. */
  private List<GroupPlan> groups() {
    RoutePlan plan = weighing.plan();
    return plan == null ? List.of() : plan.groups();
  }

  boolean panic() {
    return weighing.panic()
        || groups().stream().flatMap(group -> group.tiers().stream()).anyMatch(TierPlan::panic);
  }

  SortedMap<Integer, Integer> tierLoads() {
    SortedMap<Integer, Integer> loads = new TreeMap<>();
    if (!groups().isEmpty()) {
      for (TierPlan tier : groups().get(0).tiers()) {
        loads.put(tier.tier(), tier.load() + tier.degradedLoad());
      }
    }
    return loads;
  }

  SortedMap<String, Double> zoneShares() {
    return groups().isEmpty() ? new TreeMap<>() : groups().get(0).zoneShares();
  }

  int clientSubset() {
    RoutePlan plan = weighing.plan();
    return plan == null ? candidates : plan.clientSubsetSize();
  }

  List<EndpointSnapshot> describe(long nowNanos) {
    List<EndpointSnapshot> described = new ArrayList<>(endpoints.size());
    for (int i = 0; i < endpoints.size(); i++) {
      described.add(describe(endpoints.get(i), weighing.factors().get(i), nowNanos));
    }
    return described;
  }

  private static EndpointSnapshot describe(
      LiveEndpoint endpoint, WeightFactors weight, long nowNanos) {
    Registration registration = endpoint.registration();
    double latency = endpoint.latencyNanos(nowNanos);
    int inFlight = endpoint.inFlight();
    long requests = endpoint.requests();
    return new EndpointSnapshot(
        registration.instance(),
        registration.incarnation(),
        registration.status(),
        weight,
        inFlight,
        requests,
        endpoint.count(Outcome.SUCCESS, requests, inFlight),
        endpoint.count(Outcome.FAILURE, requests, inFlight),
        endpoint.count(Outcome.OVERLOADED, requests, inFlight),
        endpoint.count(Outcome.IGNORED, requests, inFlight),
        endpoint.count(Outcome.CANCELLED, requests, inFlight),
        latency > 0 ? Duration.ofNanos(Math.round(latency)) : null,
        endpoint.failureRate(),
        endpoint.isUnproven(),
        Ejections.state(endpoint.breaker()),
        endpoint.limit());
  }
}
