package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An instance that has yet to answer gets one request at a time, while others can serve. */
@Timeout(60)
class UnprovenTest {
  private final FakeTicker ticker = new FakeTicker();

  private LoadBalancer balancer(InstanceRegistry registry) {
    return LoadBalancer.builder("orders", registry)
        .ticker(ticker)
        .random(RandomSource.seeded(1))
        .build();
  }

  private void prove(LoadBalancer balancer, int instances) {
    Set<String> proven = new HashSet<>();
    while (proven.size() < instances) {
      Lease lease = balancer.acquire(EMPTY.excluding(proven));
      ticker.advance(Duration.ofMillis(20));
      proven.add(lease.instance().id());
      lease.succeed();
    }
  }

  @Test
  void aNewInstanceThatDoesNotAnswerGetsOneRequest() {
    InstanceRegistry registry = registry(3);
    LoadBalancer balancer = balancer(registry);
    prove(balancer, 3);
    registry.register(instance(3));
    List<Lease> open = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      open.add(balancer.acquire(EMPTY));
    }
    assertEquals(1, find(balancer, id(3)).inFlight());
    assertEquals(1, find(balancer, id(3)).requests());

    open.stream().filter(lease -> lease.instance().id().equals(id(3))).forEach(Lease::succeed);
    for (int i = 0; i < 100; i++) {
      balancer.acquire(EMPTY);
    }
    assertTrue(find(balancer, id(3)).inFlight() > 10, "proven, and the least loaded");
  }

  @Test
  void anInstanceThatRefusedAConnectionIsUnprovenAgain() {
    LoadBalancer balancer = balancer(registry(3));
    prove(balancer, 3);
    balancer.acquire(EMPTY.excluding(List.of(id(1), id(2)))).unreachable();
    ticker.advance(Duration.ofMinutes(1)); // the failure is forgotten, the proof is not back
    for (int i = 0; i < 1_000; i++) {
      balancer.acquire(EMPTY);
    }
    assertEquals(1, find(balancer, id(0)).inFlight());
    assertTrue(find(balancer, id(0)).unproven());
  }

  @Test
  void anUnprovenInstanceThatIsAllThereIsGetsEverything() {
    LoadBalancer balancer = balancer(registry(1));
    for (int i = 0; i < 100; i++) {
      balancer.acquire(EMPTY);
    }
    assertEquals(100, find(balancer, id(0)).inFlight());
  }

  @Test
  void anUnprovenInstanceGetsMoreWhereTheOthersAreExcluded() {
    LoadBalancer balancer = balancer(registry(3));
    prove(balancer, 2);
    for (int i = 0; i < 10; i++) {
      assertEquals(id(2), balancer.acquire(EMPTY.excluding(List.of(id(0), id(1)))).instance().id());
    }
  }

  @Test
  void aStartInWhichNothingIsProvenIsSpread() {
    LoadBalancer balancer = balancer(registry(10));
    for (int i = 0; i < 10; i++) {
      balancer.acquire(EMPTY);
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(1, find(balancer, id(i)).inFlight(), "one each first");
    }
    for (int i = 0; i < 990; i++) {
      balancer.acquire(EMPTY);
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(100, find(balancer, id(i)).inFlight(), 3);
    }
  }

  @Test
  void aStartOfAThousandInstancesUnderABurstIsSpreadToo() {
    LoadBalancer balancer = balancer(registry(1_000));
    for (int i = 0; i < 3_000; i++) {
      balancer.acquire(EMPTY);
    }
    for (EndpointSnapshot endpoint : balancer.snapshot().endpoints()) {
      assertTrue(endpoint.inFlight() >= 1 && endpoint.inFlight() <= 7, endpoint::toString);
    }
  }

  @Test
  void aStrategyThatIsNotTimedDoesNotHoldRequestsBack() {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", registry(2)).selector(Selectors.roundRobin()).build();
    for (int i = 0; i < 10; i++) {
      balancer.acquire(EMPTY);
    }
    assertEquals(5, find(balancer, id(0)).inFlight());
    assertTrue(find(balancer, id(0)).unproven());
  }

  @Test
  void threadsHaveOneProbeBetweenThem() throws Exception {
    InstanceRegistry registry = registry(2);
    LoadBalancer balancer = balancer(registry);
    prove(balancer, 2);
    registry.register(instance(2));
    AtomicInteger probes = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AdmissionWordTest.together(
        8,
        () -> {
          for (int i = 0; i < 2_000; i++) {
            Lease lease = balancer.acquire(EMPTY);
            if (lease.instance().id().equals(id(2))) {
              most.accumulateAndGet(probes.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              probes.decrementAndGet();
              lease.complete(Outcome.IGNORED);
            } else {
              lease.succeed();
            }
          }
          return null;
        });
    assertEquals(1, most.get());
    assertTrue(find(balancer, id(2)).requests() > 0);
    assertTrue(find(balancer, id(2)).unproven());
    assertFalse(find(balancer, id(1)).unproven());
    assertEquals(0, Fixtures.inFlight(balancer));
  }
}
