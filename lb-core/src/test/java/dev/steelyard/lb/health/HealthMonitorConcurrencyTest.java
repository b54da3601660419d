package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.testing.Threads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads and real time: checks, operators and requests at once. */
@Timeout(60)
class HealthMonitorConcurrencyTest {
  private static final int INSTANCES = 8;

  private static Instance instance(int number) {
    return Instance.of("http://127.0.0.1:" + (1000 + number)).withId("i" + number);
  }

  @Test
  void maintenanceStandsWhateverChecksAndRequestsSay() throws Exception {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    for (int i = 0; i < INSTANCES; i++) {
      registry.register(instance(i));
    }
    AtomicBoolean works = new AtomicBoolean();
    AtomicInteger overlaps = new AtomicInteger();
    Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    HealthProbe probe =
        asked -> {
          AtomicInteger now = open.computeIfAbsent(asked.id(), id -> new AtomicInteger());
          if (now.incrementAndGet() > 1) {
            overlaps.incrementAndGet();
          }
          works.set(!works.get());
          boolean result = works.get();
          now.decrementAndGet();
          return CompletableFuture.completedStage(result);
        };
    try (HealthMonitor monitor =
        HealthMonitor.builder(registry, probe)
            .rise(1)
            .fall(1)
            .passiveFailures(1)
            .interval(Duration.ofMillis(20))
            .maxConcurrent(3)
            .build()) {
      monitor.start();
      Threads.together(
          List.of(
              () -> {
                for (int round = 0; round < 2_000; round++) {
                  String id = "i" + round % INSTANCES;
                  registry.setStatus(id, InstanceStatus.MAINTENANCE);
                  for (int i = 0; i < 20; i++) {
                    Registration now = registry.snapshot().find(id);
                    assertNotNull(now);
                    assertEquals(InstanceStatus.MAINTENANCE, now.status());
                  }
                  registry.setStatus(id, round % 3 == 0 ? InstanceStatus.DOWN : InstanceStatus.UP);
                }
              },
              () -> {
                for (int round = 0; round < 20_000; round++) {
                  Registration used = registry.snapshot().find("i" + round % INSTANCES);
                  monitor.passive(used.id(), used.incarnation(), Outcome.FAILURE);
                }
              },
              () -> {
                for (int round = 0; round < 500; round++) {
                  monitor.summary();
                }
              }));
      registry.replaceAll(List.of(instance(0), instance(1)));
      HostileProbeTest.until(() -> monitor.summary().instances().size() == 2);
      assertEquals(0, overlaps.get());
      // Still alive: everybody is checked on.
      long checks = monitor.summary().instances().get(0).checks();
      HostileProbeTest.until(() -> monitor.summary().instances().get(0).checks() > checks + 3);
      assertTrue(monitor.summary().running() <= 3);
    }
  }
}
