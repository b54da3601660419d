package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.request.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HealthMonitorPropertyTest {

  /**
   * Registrations, removals, operators, answers in any order, silence: whatever happens, the rules
   * hold at every moment.
   */
  @Property(tries = 150)
  void theRulesHoldInAnyHistory(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int most) {
    Random random = new Random(seed);
    VirtualTime time = new VirtualTime(seed);
    InstanceRegistry registry = InstanceRegistry.builder().scheduler(time).build();
    ScriptedProbe probe = new ScriptedProbe(time);
    probe.manual = true;
    try (HealthMonitor monitor =
        HealthMonitor.builder(registry, probe)
            .ticker(time)
            .scheduler(time)
            .random(RandomSource.seeded(seed))
            .executor(Runnable::run)
            .passiveFailures(2)
            .maxDownShare(0.5)
            .maxConcurrent(most)
            .build()) {
      var unused =
          monitor.listen(
              change -> {
                assertNotEquals(change.from(), change.to(), "no event without a change");
                assertTrue(change.from() != InstanceStatus.MAINTENANCE);
                assertTrue(change.from() != InstanceStatus.DRAINING);
              });
      monitor.start();
      for (int i = 0; i < 250; i++) {
        act(random, time, registry, probe, monitor);
        assertTrue(probe.mostOpen <= most, "slots");
        assertTrue(probe.mostOpenPerInstance <= 1, "overlap");
        HealthMonitor.Summary summary = monitor.summary();
        assertEquals(0, summary.faults());
        assertEquals(registry.snapshot().size(), summary.instances().size());
        for (HealthMonitor.InstanceHealth health : summary.instances()) {
          Registration now = registry.snapshot().find(health.registration().id());
          assertEquals(now, health.registration());
          boolean down = now.status() == InstanceStatus.DOWN;
          if (down || now.status().acceptsNewRequests()) {
            assertEquals(!down, health.works() || health.keptUp(), health::toString);
          }
        }
      }
      probe.manual = false;
      List.copyOf(probe.asked).forEach(check -> check.answer().complete(true));
      time.advance(Duration.ofMinutes(1));
      for (Registration registration : registry.snapshot().registrations()) {
        assertTrue(
            registration.status() == InstanceStatus.UP
                || registration.status() == InstanceStatus.DEGRADED
                || registration.status() == InstanceStatus.MAINTENANCE
                || registration.status() == InstanceStatus.DRAINING,
            () -> "everybody recovers, nobody is forgotten: " + registration);
      }
    }
    assertEquals(0, time.pending());
    assertEquals(0, probe.openNow);
  }

  private static void act(
      Random random,
      VirtualTime time,
      InstanceRegistry registry,
      ScriptedProbe probe,
      HealthMonitor monitor) {
    String id = "i" + random.nextInt(6);
    Registration there = registry.snapshot().find(id);
    switch (random.nextInt(10)) {
      case 0 -> registry.register(Instance.of("http://127.0.0.1:1").withId(id), status(random));
      case 1 -> registry.deregister(id);
      case 2 -> registry.setStatus(id, status(random));
      case 3 -> registry.update(Instance.of("http://127.0.0.1:1").withId(id).withWeight(i(random)));
      case 4, 5 -> time.advance(Duration.ofMillis(random.nextInt(3000)));
      case 6 -> {
        if (there != null) {
          monitor.passive(id, there.incarnation(), Outcome.FAILURE);
        }
      }
      default -> {
        if (!probe.asked.isEmpty()) {
          int which = Math.max(probe.asked.size() - 1 - random.nextInt(8), 0);
          probe.asked.get(which).answer().complete(random.nextInt(3) > 0);
        }
      }
    }
  }

  private static int i(Random random) {
    return 1 + random.nextInt(3);
  }

  private static InstanceStatus status(Random random) {
    return InstanceStatus.values()[random.nextInt(InstanceStatus.values().length)];
  }

  /**
   * envoy#4132, PR #3816, PR #6892: probes of many clients fell into step. Clients that start at
   * the same moment spread over the interval after their first round.
   */
  @Property(tries = 10)
  void monitorsThatStartTogetherDoNotAlign(@ForAll long seed) {
    VirtualTime time = new VirtualTime();
    List<Duration> asked = new ArrayList<>();
    List<HealthMonitor> monitors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      HealthMonitor monitor =
          HealthMonitor.builder(
                  InstanceRegistry.of("a:1"),
                  instance -> {
                    asked.add(time.elapsed());
                    return CompletableFuture.completedStage(true);
                  })
              .ticker(time)
              .scheduler(time)
              .random(RandomSource.seeded(seed + i * 31L))
              .executor(Runnable::run)
              .build();
      monitor.start();
      monitors.add(monitor);
    }
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, asked.size(), "the first round takes one fast interval");
    int[] first = new int[10];
    asked.forEach(at -> first[(int) (at.toMillis() / 100)]++);
    time.advance(Duration.ofSeconds(10));
    int[] later = new int[10];
    asked.stream()
        .filter(at -> at.compareTo(Duration.ofSeconds(6)) >= 0)
        .forEach(at -> later[(int) Math.min(at.minusSeconds(6).toMillis() / 500, 9)]++);
    for (int slot = 0; slot < 10; slot++) {
      // 20 expected, standard deviation 4.2; the jitter shifts a few
      assertTrue(first[slot] <= 45, "a herd at the start: " + first[slot]);
      assertTrue(later[slot] >= 3 && later[slot] <= 45, "slot " + slot + ": " + later[slot]);
    }
    monitors.forEach(HealthMonitor::close);
    assertEquals(0, time.pending());
  }
}
