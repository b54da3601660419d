package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordingSelectorTest {
  private final FailoverWatch watch = new FailoverWatch();

  @ParameterizedTest
  @EnumSource
  void looksLikeTheStrategyThatItRecords(Strategy strategy) {
    Selector selector = strategy.selector();
    Selector recording = new RecordingSelector(selector, watch);

    assertEquals(strategy.toString(), recording.toString());
    assertEquals(selector.isTimed(), recording.isTimed());
  }

  @Test
  void roundRobinKeepsItsTurnWhenTheListChanges() {
    InstanceRegistry registry = InstanceRegistry.of("a:1", "b:1", "c:1", "d:1");
    Map<String, Integer> counts = new HashMap<>();
    try (LoadBalancer balancer = balancer(registry, Selectors.roundRobin())) {
      // Two requests, then a list of the same instances in the same order, and so on: a position
      // that starts anew each time would not come out even.
      for (int change = 0; change < 50; change++) {
        for (int i = 0; i < 2; i++) {
          try (Lease lease = balancer.acquire(RequestContext.empty())) {
            counts.merge(lease.instance().id(), 1, Integer::sum);
          }
        }
        registry.update(
            registry.snapshot().registrations().get(0).instance().withZone("z" + change));
      }
    }
    assertEquals(Map.of("a:1", 25, "b:1", 25, "c:1", 25, "d:1", 25), counts);
  }

  @Test
  void aRetryTellsThatTheAttemptAtTheKilledInstanceHasFailed() {
    InstanceRegistry registry = InstanceRegistry.of("a:1", "b:1");
    try (LoadBalancer balancer = balancer(registry, Selectors.roundRobin())) {
      watch.watch("a:1");
      int attemptsAtKilled = 0;
      for (int request = 0; request < 10; request++) {
        Attempts attempts = balancer.attempts(RequestContext.empty());
        Lease lease = attempts.first();
        if (lease.instance().id().equals("a:1")) {
          attemptsAtKilled++;
          lease = attempts.retry(lease, new ConnectException("refused"), true);
          assertEquals("b:1", lease.instance().id());
        }
        lease.succeed();
      }
      // The first of them came before the failure with which the clock starts.
      assertTrue(attemptsAtKilled >= 5);
      assertEquals(attemptsAtKilled - 1, watch.result().picks());
    }
  }

  private LoadBalancer balancer(InstanceRegistry registry, Selector selector) {
    return LoadBalancer.builder("orders", registry)
        .selector(new RecordingSelector(selector, watch))
        .build();
  }
}
