package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.EjectionCap;
import dev.steelyard.lb.select.Selectors;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Invariant: ejection never takes more than the cap, whatever fails, leaves, goes down and comes.
 */
class EjectionPropertyTest {
  private static final Outcome[] OUTCOMES = Outcome.values();
  private static final InstanceStatus[] STATUSES = InstanceStatus.values();

  private final VirtualTime time = new VirtualTime();

  @Property(tries = 60)
  void neverMoreThanTheCapAreOutAndNothingLeaks(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 100) int percent,
      @ForAll @IntRange(min = 0, max = 3) int minimumLeft) {
    RandomSource random = RandomSource.seeded(seed);
    InstanceRegistry registry = InstanceRegistry.builder().build();
    EjectionCap cap = EjectionCap.of(percent, minimumLeft);
    List<Lease> open = new ArrayList<>();
    try (LoadBalancer balancer =
        LoadBalancer.builder("orders", registry)
            .selector(Selectors.roundRobin())
            .ticker(time)
            .scheduler(time)
            .random(random)
            .failurePolicy(FailurePolicy.standard().withEjectionCap(percent, minimumLeft))
            .build()) {
      int bad = random.nextInt(1 << 10);
      for (int step = 0; step < 400; step++) {
        int host = random.nextInt(10);
        switch (random.nextInt(24)) {
          case 0 -> registry.register(instance(host));
          case 1 -> registry.deregister(id(host));
          case 2 -> registry.setStatus(id(host), STATUSES[random.nextInt(STATUSES.length)]);
          case 3 -> time.advanceMillis(random.nextInt(8_000));
          case 4 -> bad = random.nextInt(1 << 10);
          default -> {
            try {
              open.add(balancer.acquire(RequestContext.empty()));
            } catch (NoInstanceAvailableException none) {
              time.advanceMillis(1);
            }
            while (open.size() > random.nextInt(6)) {
              Lease lease = open.remove(random.nextInt(open.size()));
              int number = Integer.parseInt(lease.instance().id().replaceAll("host-|:80", ""));
              boolean fails = (bad >> number & 1) != 0;
              lease.complete(
                  fails ? OUTCOMES[1 + random.nextInt(OUTCOMES.length - 1)] : Outcome.SUCCESS);
            }
          }
        }
        time.advanceMillis(1);
        assertWithinCap(balancer.snapshot(), cap);
      }
      open.forEach(Lease::succeed);
      assertEquals(0, Fixtures.inFlight(balancer));
      registry.replaceAll(List.of());
      assertEquals(0, balancer.snapshot().ejected().instances(), "no place is lost");
    }
    time.advanceMillis(1);
    assertEquals(0, time.pending());
  }

  private static void assertWithinCap(BalancerSnapshot snapshot, EjectionCap cap) {
    int pool = 0;
    int down = 0;
    int out = 0;
    for (EndpointSnapshot endpoint : snapshot.endpoints()) {
      if (endpoint.status() == InstanceStatus.DOWN) {
        down++;
        pool++;
      } else if (endpoint.status().acceptsNewRequests()) {
        pool++;
        out += endpoint.breaker() == State.OPEN || endpoint.breaker() == State.HALF_OPEN ? 1 : 0;
      }
    }
    int allowed = Math.max(cap.allowed(pool) - down, 0);
    assertEquals(allowed, snapshot.ejected().allowed());
    int ejected = out;
    assertTrue(ejected <= allowed, () -> ejected + " of " + allowed + " are out: " + snapshot);
    assertEquals(ejected, snapshot.ejected().instances());
  }
}
