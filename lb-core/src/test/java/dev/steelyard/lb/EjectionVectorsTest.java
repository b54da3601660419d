package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.CircuitBreaker.State;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.testing.Vectors;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What other projects' tests say of ejection as a whole; docs/conformance.md has the rest. Skipped
 * unless {@code -Dsteelyard.shared=DIR} names the directory that has them.
 */
class EjectionVectorsTest {
  private final VirtualTime time = new VirtualTime();

  private static Map<String, Object> vector(String id) throws IOException {
    return Vectors.vector("outlier_detection", id);
  }

  private static int number(Map<String, Object> vector, String... path) {
    return Vectors.<Number>get(vector, path).intValue();
  }

  private LoadBalancer balancer(InstanceRegistry registry, FailurePolicy policy) {
    return LoadBalancer.builder("orders", registry)
        .selector(Selectors.roundRobin())
        .ticker(time)
        .scheduler(time)
        .failurePolicy(policy)
        .build();
  }

  private static CircuitBreaker.Builder inARow(int failures) {
    return CircuitBreaker.builder("vector")
        .noFailureRate()
        .consecutiveFailures(failures)
        .openFor(Duration.ofSeconds(30))
        .noBackoff()
        .openJitter(0);
  }

  /** Sends requests until the instance has had one; the others answer well. */
  private void send(LoadBalancer balancer, String id, boolean ok) {
    for (int i = 0; i < 1_000; i++) {
      Lease lease = balancer.acquire(RequestContext.empty());
      boolean found = lease.instance().id().equals(id);
      lease.complete(found && !ok ? Outcome.FAILURE : Outcome.SUCCESS);
      time.advance(Duration.ofNanos(1000)); // what was ejected leaves the turns
      if (found) {
        return;
      }
    }
    throw new AssertionError(id + " gets no request");
  }

  @Test
  void consecutive5xx() throws IOException {
    Map<String, Object> vector = vector("consecutive-5xx");
    List<Map<String, Object>> steps = Vectors.get(vector, "expected");
    FailurePolicy policy =
        FailurePolicy.standard()
            .withCircuitBreaker(inARow(number(vector, "input", "consecutive_5xx")))
            .withoutOutlierDetection();
    try (LoadBalancer balancer = balancer(registry(4), policy)) {
      List<Number> responses = Vectors.get(steps.get(0), "responses");
      for (Number status : responses) {
        send(balancer, id(0), status.intValue() < 500);
      }
      assertEquals(State.CLOSED, find(balancer, id(0)).breaker());
      send(balancer, id(0), false);
      assertEquals(1, balancer.snapshot().ejected().instances());
      time.advanceMillis(number(steps.get(2), "tick_ms"));
      assertEquals(0, find(balancer, id(0)).weight().health());
      time.advanceMillis(number(steps.get(3), "tick_ms") - number(steps.get(2), "tick_ms"));
      assertEquals(1, find(balancer, id(0)).weight().health(), "it may be probed");
    }
  }

  @Test
  void maxEjection50Of3() throws IOException {
    Map<String, Object> vector = vector("max-ejection-50-of-3");
    FailurePolicy policy =
        FailurePolicy.standard()
            .withCircuitBreaker(inARow(5))
            .withoutOutlierDetection()
            .withEjectionCap(number(vector, "input", "max_ejection_percent"), 1);
    try (LoadBalancer balancer = balancer(registry(number(vector, "input", "hosts")), policy)) {
      for (int host = 0; host < 3; host++) {
        for (int i = 0; i < 5; i++) {
          send(balancer, id(host), false);
        }
      }
      assertEquals(number(vector, "expected", "count"), balancer.snapshot().ejected().instances());
      assertEquals(State.OPEN, find(balancer, id(0)).breaker());
    }
  }

  @Test
  void maxEjectionSingleHost() throws IOException {
    Map<String, Object> vector = vector("max-ejection-single-host");
    FailurePolicy policy =
        FailurePolicy.standard()
            .withCircuitBreaker(inARow(5))
            .withoutOutlierDetection()
            .withEjectionCap(number(vector, "input", "max_ejection_percent"), 1);
    try (LoadBalancer balancer = balancer(registry(1), policy)) {
      for (int i = 0; i < 20; i++) {
        send(balancer, id(0), false);
      }
      assertEquals(number(vector, "expected", "count"), balancer.snapshot().ejected().instances());
    }
  }

  @Test
  void srFlow() throws IOException {
    Map<String, Object> vector = vector("sr-flow");
    int hosts = number(vector, "input", "hosts");
    FailurePolicy policy =
        FailurePolicy.standard()
            .withCircuitBreaker(inARow(10_000))
            .withOutlierDetection(
                OutlierDetection.builder()
                    .interval(Duration.ofSeconds(number(vector, "input", "interval_s")))
                    .build())
            .withEjectionCap(number(vector, "input", "max_ejection_percent"), 1);
    try (LoadBalancer balancer = balancer(registry(hosts), policy)) {
      // The first failure begins the interval.
      Lease first = balancer.acquire(RequestContext.empty());
      first.complete(first.instance().id().equals(id(4)) ? Outcome.FAILURE : Outcome.SUCCESS);
      send(balancer, id(4), false);
      time.advanceMillis(1);
      for (int i = 0; i < 200; i++) {
        for (int host = 0; host < hosts; host++) {
          send(balancer, id(host), true);
        }
        send(balancer, id(4), false);
      }
      time.advanceMillis(10_001);
      assertEquals(State.OPEN, find(balancer, id(4)).breaker());
      assertEquals(1, balancer.snapshot().ejected().instances());
      time.advanceMillis(9_999);
      assertEquals(0, find(balancer, id(4)).weight().health());
      time.advanceMillis(20_002);
      assertEquals(1, find(balancer, id(4)).weight().health(), "it may be probed");
    }
  }
}
