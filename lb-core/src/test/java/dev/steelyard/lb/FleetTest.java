package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selectors;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FleetTest {
  private final InstanceRegistry registry = InstanceRegistry.of();
  private final Signals signals = new Signals(Ticker.system(), 1_000_000_000);
  private final Fleet fleet = new Fleet("orders", RandomSource.seeded(1), signals, null);
  private final FleetWriter writer =
      new FleetWriter(
          fleet,
          signals,
          new Settings(Selectors.roundRobin(), Routing.none(), Map.of(), null, null),
          new FailureKnobs(),
          false,
          null,
          new FaultExit(LoggerFactory.getLogger(FleetTest.class), "orders"),
          Scheduler.onDemand("weights"));

  @Test
  void aDrainThatAsksAfterTheInstanceHasLeftStillWaitsForItsRequests() {
    registry.subscribe(writer);
    Registration registration = registry.register(Instance.of("a:1"));
    Lease lease = fleet.acquire(RequestContext.empty(), Exclusions.none());
    registry.deregister("a:1");

    CompletableFuture<?> idle = writer.whenIdle(registration).toCompletableFuture();
    assertFalse(idle.isDone());
    lease.succeed();
    assertTrue(idle.isDone());

    registry.register(Instance.of("b:1")); // the next change forgets what is idle
    assertTrue(writer.whenIdle(registration).toCompletableFuture().isDone());
  }
}
