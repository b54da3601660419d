package dev.steelyard.benchmarks.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuardedCallRowTest {
  private static final int INSTANCES = 10;

  @ParameterizedTest
  @EnumSource
  void aCallIsAdmitted(GuardedCallRow row) {
    Guarded guarded = row.make(INSTANCES);
    for (int i = 0; i < 1000; i++) {
      assertTrue(guarded.call(false));
    }
  }

  @Test
  void onlyWithEjectionDoBreakersOpen() {
    assertTrue(opens(FailurePolicy.standard()));
    assertFalse(opens(FailurePolicy.standard().withoutEjection()));
    assertFalse(opens(FailurePolicy.none()));
  }

  private static boolean opens(FailurePolicy policy) {
    try (LoadBalancer balancer = BalancerCall.balancer(Strategy.ROUND_ROBIN, INSTANCES, policy)) {
      Instance bad = balancer.snapshot().endpoints().get(0).instance();
      for (int i = 0; i < 1000; i++) {
        Lease lease = balancer.acquire(RequestContext.empty());
        if (lease.instance().equals(bad)) {
          lease.fail();
        } else {
          lease.succeed();
        }
      }
      return balancer.snapshot().endpoints().stream()
          .anyMatch(endpoint -> endpoint.breaker() == CircuitBreaker.State.OPEN);
    }
  }

  @Test
  void thePeerTriesAgainAndOpens() {
    Retry soon = Retry.of("soon", RetryConfig.custom().waitDuration(Duration.ofMillis(1)).build());
    int[] calls = {0};
    boolean[] failing = {false};
    Supplier<Object> service =
        () -> {
          calls[0]++;
          if (failing[0]) {
            throw new IllegalStateException("the call failed");
          }
          return "answer";
        };
    Resilience4jCall peer = new Resilience4jCall(1, service, soon);
    for (int i = 0; i < 100; i++) {
      assertTrue(peer.call(false));
    }
    assertEquals(100, calls[0]);
    failing[0] = true;
    assertThrows(IllegalStateException.class, () -> peer.call(false));
    assertEquals(103, calls[0], "one and two retries");
    boolean admitted = true;
    for (int i = 0; i < 100 && admitted; i++) {
      try {
        admitted = peer.call(false);
      } catch (IllegalStateException e) {
        admitted = true;
      }
    }
    assertFalse(admitted, "the breaker is open");
  }
}
