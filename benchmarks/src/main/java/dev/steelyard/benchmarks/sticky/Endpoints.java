package dev.steelyard.benchmarks.sticky;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Endpoint;
import java.util.ArrayList;
import java.util.List;

/** The endpoints of a balancer, as its strategy sees them. */
final class Endpoints {
  private Endpoints() {}

  static List<Endpoint> of(int count) {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    for (int i = 0; i < count; i++) {
      registry.register(Instance.of("10.0.0." + i + ":80"));
    }
    List<Endpoint> endpoints = new ArrayList<>();
    LoadBalancer.builder("sticky", registry)
        .selector(
            (candidates, previous) -> {
              for (int i = 0; i < candidates.size(); i++) {
                endpoints.add(candidates.endpoint(i));
              }
              return (request, excluded, now) -> null;
            })
        .build();
    return endpoints;
  }
}
