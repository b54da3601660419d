package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import java.util.List;
import java.util.function.Function;

/** What the tests of the balancer share. */
final class Fixtures {
  static final RequestContext EMPTY = RequestContext.empty();
  static final RequestContext IDEMPOTENT = EMPTY.idempotent(true);

  private Fixtures() {}

  static String id(int number) {
    return "host-" + number + ":80";
  }

  static Instance instance(int number) {
    return Instance.of(id(number));
  }

  static InstanceRegistry registry(int size) {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    for (int i = 0; i < size; i++) {
      registry.register(instance(i));
    }
    return registry;
  }

  static EndpointSnapshot find(LoadBalancer balancer, String id) {
    return balancer.snapshot().endpoints().stream()
        .filter(endpoint -> endpoint.instance().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  static EndpointSnapshot only(LoadBalancer balancer) {
    List<EndpointSnapshot> endpoints = balancer.snapshot().endpoints();
    if (endpoints.size() != 1) {
      throw new AssertionError(endpoints.toString());
    }
    return endpoints.get(0);
  }

  static long inFlight(LoadBalancer balancer) {
    return balancer.snapshot().endpoints().stream().mapToLong(EndpointSnapshot::inFlight).sum();
  }

  static long requests(LoadBalancer balancer) {
    return balancer.snapshot().endpoints().stream().mapToLong(EndpointSnapshot::requests).sum();
  }

  /** Picks the first candidate that is not excluded. */
  static Selector first() {
    return selector(
        candidates ->
            (request, excluded, now) -> {
              for (int i = 0; i < candidates.size(); i++) {
                if (!excluded.contains(candidates.endpoint(i))) {
                  return candidates.endpoint(i);
                }
              }
              return null;
            });
  }

  static Selector selector(Function<Candidates, Picker> prepare) {
    return (candidates, previous) -> prepare.apply(candidates);
  }
}
