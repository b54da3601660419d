package dev.steelyard.lb;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.RegistrySnapshot;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Picker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a pick reads, published as one.
 *
 * @param picker the strategy over the candidates
 * @param registry the registry's state this was made of
 * @param endpoints every endpoint, in the order of the registry
 * @param weights the weight of each, in the same order
 * @param candidates how many of them may get requests
 * @param unusable why the others may not
 */
record Active(
    Picker picker,
    RegistrySnapshot registry,
    List<LiveEndpoint> endpoints,
    List<WeightFactors> weights,
    int candidates,
    Map<NoInstanceAvailableException.Cause, Integer> unusable) {

  private static final RegistrySnapshot NO_REGISTRY = InstanceRegistry.of().snapshot();

  static Active nothing() {
    return new Active(
        (request, excluded, now) -> null, NO_REGISTRY, List.of(), List.of(), 0, Map.of());
  }

  List<EndpointSnapshot> describe(long nowNanos) {
    List<EndpointSnapshot> described = new ArrayList<>(endpoints.size());
    for (int i = 0; i < endpoints.size(); i++) {
      described.add(describe(endpoints.get(i), weights.get(i), nowNanos));
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
        endpoint.isUnproven());
  }
}
