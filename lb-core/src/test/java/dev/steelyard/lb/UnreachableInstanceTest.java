package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An instance that dies, and nobody tells the balancer: "every second request will fail during 25
 * s" (spring-cloud-commons#958), "stats per zone, dead server still picked" (ribbon#312).
 */
class UnreachableInstanceTest {
  private static final long MILLISECOND = 1_000_000;

  private final InstanceRegistry registry = InstanceRegistry.of("a:1", "b:1", "c:1", "d:1");
  private final Set<String> dead = new HashSet<>();
  private final Map<String, Integer> attempts = new HashMap<>();
  private long now;

  static Stream<Selector> strategies() {
    return Stream.of(
        Selectors.roundRobin(),
        Selectors.random(),
        Selectors.powerOfTwoChoices(),
        Selectors.peakEwma(),
        Selectors.leastResponseTime());
  }

  private LoadBalancer balancer(Selector selector) {
    return LoadBalancer.builder("orders", registry)
        .failurePolicy(FailurePolicy.standard().withoutEjection()) // what the strategies do
        .selector(selector)
        .ticker(() -> now)
        .random(RandomSource.seeded(7))
        .build();
  }

  /** Calls once per virtual millisecond; the answer takes one more. */
  private void call(LoadBalancer balancer, int times) throws ConnectException {
    for (int i = 0; i < times; i++) {
      balancer.<String, ConnectException>call(
          instance -> {
            attempts.merge(instance.id(), 1, Integer::sum);
            if (dead.contains(instance.id())) {
              throw new ConnectException("refused");
            }
            now += MILLISECOND;
            return "answer";
          });
      now += MILLISECOND;
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void getsSingleRequestsNowAndThenAndNoCallerNotices(Selector selector) throws Exception {
    try (LoadBalancer balancer = balancer(selector)) {
      call(balancer, 1_000);
      attempts.clear();
      dead.add("b:1");

      call(balancer, 10_000); // 20 virtual seconds

      int tries = attempts.get("b:1");
      assertTrue(tries >= 2 && tries <= 20, "tried " + tries + " times");
      assertEquals(0, balancer.snapshot().retriesRefused());
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void getsItsShareAgainWhenItIsBack(Selector selector) throws Exception {
    try (LoadBalancer balancer = balancer(selector)) {
      dead.add("b:1");
      call(balancer, 5_000);
      dead.clear();
      call(balancer, 2_000); // 4 virtual seconds, in which it is tried again
      attempts.clear();

      call(balancer, 4_000);

      assertTrue(attempts.get("b:1") > 700, attempts.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void isTriedAllTheSameWhereAllAreDead(Selector selector) {
    try (LoadBalancer balancer = balancer(selector)) {
      dead.addAll(Set.of("a:1", "b:1", "c:1", "d:1"));
      for (int i = 0; i < 100; i++) {
        assertThrows(ConnectException.class, () -> call(balancer, 1));
        now += MILLISECOND;
      }
      assertTrue(attempts.values().stream().mapToInt(Integer::intValue).sum() >= 100);

      dead.remove("c:1");
      now += 3_000 * MILLISECOND;
      attempts.clear();
      for (int i = 0; i < 100 && !attempts.containsKey("c:1"); i++) {
        try {
          call(balancer, 1);
        } catch (ConnectException stillTrying) {
          now += MILLISECOND;
        }
      }
      assertTrue(attempts.containsKey("c:1"));
    }
  }

  @Test
  void anAnswerThatBeginsProvesTheInstanceAndIsItsLatency() {
    try (LoadBalancer balancer = balancer(Selectors.peakEwma())) {
      Lease lease = balancer.acquire(RequestContext.empty());
      now += 5 * MILLISECOND;
      lease.answered();
      now += 60_000 * MILLISECOND; // a stream of events
      EndpointSnapshot streaming = endpoint(balancer, lease);
      assertFalse(streaming.unproven());
      assertEquals(1, streaming.inFlight());

      assertTrue(lease.succeed());
      lease.answered();
      EndpointSnapshot ended = endpoint(balancer, lease);
      assertEquals(0, ended.inFlight());
      assertEquals(1, ended.successes());
      Duration latency = ended.latency();
      assertTrue(latency != null && latency.toMillis() < 5, "faded from 5 ms: " + latency);
    }
  }

  private static EndpointSnapshot endpoint(LoadBalancer balancer, Lease lease) {
    return balancer.snapshot().endpoints().stream()
        .filter(endpoint -> endpoint.instance().equals(lease.instance()))
        .findFirst()
        .orElseThrow();
  }
}
