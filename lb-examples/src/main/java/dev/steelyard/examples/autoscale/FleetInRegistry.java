package dev.steelyard.examples.autoscale;

import dev.steelyard.autoscale.loop.LocalProcess;
import dev.steelyard.autoscale.loop.LocalProcessListener;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps the balancer's registry in step with the processes. */
final class FleetInRegistry implements LocalProcessListener {
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

  private final InstanceRegistry registry;
  private final Consumer<String> log;
  private final AtomicInteger started = new AtomicInteger();

  FleetInRegistry(InstanceRegistry registry, Consumer<String> log) {
    this.registry = registry;
    this.log = log;
  }

  int started() {
    return started.get();
  }

  @Override
  public void onReady(LocalProcess process) {
    started.incrementAndGet();
    registry.register(Instance.of("http://127.0.0.1:" + process.port()).withId(process.id()));
    log.accept("   " + process.id() + " is ready");
  }

  /** New requests go elsewhere from now on; it is stopped when the last one here is answered. */
  @Override
  public CompletionStage<?> beforeStop(LocalProcess process) {
    return registry
        .drain(process.id(), DRAIN_TIMEOUT)
        .thenAccept(
            result -> {
              log.accept("   " + process.id() + " is " + result);
              registry.deregister(process.id());
            });
  }

  @Override
  public void onExit(LocalProcess process, int status, boolean crashed) {
    if (registry.deregister(process.id())) {
      log.accept("   " + process.id() + " is gone, status " + status);
    }
  }
}
