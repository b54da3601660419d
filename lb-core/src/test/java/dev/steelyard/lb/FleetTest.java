package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Selectors;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FleetTest {
  private final InstanceRegistry registry = InstanceRegistry.of();
  private final Fleet fleet =
      new Fleet(
          "orders",
          Selectors.roundRobin(),
          RandomSource.seeded(1),
          new Signals(Ticker.system(), false, 1_000_000_000));

  @Test
  void aDrainThatAsksAfterTheInstanceHasLeftStillWaitsForItsRequests() {
    registry.subscribe(fleet);
    Registration registration = registry.register(Instance.of("a:1"));
    Lease lease = fleet.acquire(RequestContext.empty(), Exclusions.none());
    registry.deregister("a:1");

    CompletableFuture<?> idle = fleet.whenIdle(registration).toCompletableFuture();
    assertFalse(idle.isDone());
    lease.succeed();
    assertTrue(idle.isDone());

    registry.register(Instance.of("b:1")); // the next change forgets what is idle
    assertTrue(fleet.whenIdle(registration).toCompletableFuture().isDone());
  }
}
