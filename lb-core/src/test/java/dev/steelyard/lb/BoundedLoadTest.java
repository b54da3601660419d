package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selectors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bound on load over real endpoints, which tell the strategy what they do. */
@Timeout(60)
class BoundedLoadTest {
  private static final RequestContext HOT = RequestContext.forKey("hot");

  private final InstanceRegistry registry = registry(4);
  private final LoadBalancer balancer =
      LoadBalancer.builder("orders", registry)
          .selector(Selectors.boundedLoad(Selectors.maglev()))
          .build();

  private int most() {
    return balancer.snapshot().endpoints().stream()
        .mapToInt(EndpointSnapshot::inFlight)
        .max()
        .orElseThrow();
  }

  @Test
  void aHotKeyFillsNobodyAboveTheBound() {
    String owner = balancer.acquire(HOT).instance().id();
    List<Lease> leases = new ArrayList<>();
    for (int inFlight = 2; inFlight <= 80; inFlight++) {
      leases.add(balancer.acquire(HOT));
      assertTrue(most() <= (5 * inFlight + 15) / 16, inFlight + ": " + most()); // ceil(1.25 m / 4)
    }
    leases.forEach(Lease::succeed);
    try (Lease again = balancer.acquire(RequestContext.forKey("other"))) {
      again.succeed();
    }
    assertEquals(1, most(), "all but the first have ended: " + owner);
  }

  @Test
  void theCountGoesOnOverAChangeOfTheList() {
    List<Lease> before = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      before.add(balancer.acquire(HOT));
    }
    registry.register(Fixtures.instance(4));
    registry.deregister(id(0));
    before.subList(0, 20).forEach(Lease::succeed);
    for (int i = 0; i < 40; i++) {
      balancer.acquire(HOT);
      int inFlight =
          balancer.snapshot().endpoints().stream().mapToInt(EndpointSnapshot::inFlight).sum();
      // What an endpoint had before counts, so it may be above at first, but then gets no more.
      assertTrue(most() <= Math.max((5 * inFlight + 15) / 16, 13), inFlight + ": " + most());
    }
    assertTrue(
        balancer.snapshot().endpoints().stream().allMatch(endpoint -> endpoint.inFlight() > 0));
  }
}
