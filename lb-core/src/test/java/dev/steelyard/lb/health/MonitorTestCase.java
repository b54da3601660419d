package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;

/** A registry, a probe by script and virtual time; no thread but the test's. */
abstract class MonitorTestCase {
  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /** No jitter, no phase: every draw is the lowest. */
  static final RandomSource LOWEST = () -> 0;

  final VirtualTime time = new VirtualTime();
  final InstanceRegistry registry = InstanceRegistry.builder().scheduler(time).build();
  final ScriptedProbe probe = new ScriptedProbe(time);
  final List<String> events = new ArrayList<>();
  private final List<HealthMonitor> monitors = new ArrayList<>();

  HealthMonitor.Builder builder() {
    return builder(probe);
  }

  HealthMonitor.Builder builder(HealthProbe asked) {
    return HealthMonitor.builder(registry, asked)
        .ticker(time)
        .scheduler(time)
        .random(LOWEST)
        .executor(Runnable::run);
  }

  HealthMonitor start(HealthMonitor.Builder builder) {
    HealthMonitor monitor = builder.build();
    monitors.add(monitor);
    var unused =
        monitor.listen(
            change ->
                events.add(change.registration().id() + ' ' + change.from() + "->" + change.to()));
    monitor.start();
    return monitor;
  }

  Registration register(String id) {
    return register(id, InstanceStatus.UP);
  }

  Registration register(String id, InstanceStatus status) {
    return registry.register(Instance.of("http://127.0.0.1:1").withId(id), status);
  }

  InstanceStatus status(String id) {
    return registry.snapshot().find(id).status();
  }

  HealthMonitor.InstanceHealth health(HealthMonitor monitor, String id) {
    return monitor.summary().instances().stream()
        .filter(health -> health.registration().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Moves on to the next timer and runs what is due then. */
  Duration step() {
    Duration delay = time.untilNext();
    time.advance(delay);
    return delay;
  }

  @AfterEach
  void closingLeavesNoTimer() {
    monitors.forEach(HealthMonitor::close);
    // A thread of a probe's that is at work in the monitor carries the closing out when it is done.
    for (int i = 0; i < 50_000 && time.pending() > 0; i++) {
      LockSupport.parkNanos(100_000);
    }
    assertEquals(0, time.pending());
  }
}
