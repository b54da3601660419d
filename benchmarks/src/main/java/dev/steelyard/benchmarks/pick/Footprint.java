package dev.steelyard.benchmarks.pick;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** How much memory is kept per instance: the heap after a collection, with and without. */
public final class Footprint {
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  /** As many at once, so that what else moves in the heap does not matter. */
  private static final int COPIES = 4;

  private Footprint() {}

  /**
   * Measures a registry.
   *
   * @param size the number of instances
   * @return bytes per instance
   */
  public static double ofRegistry(int size) {
    return perInstance(size, () -> registry(size));
  }

  /**
   * Measures a balancer that has been in use, without its registry.
   *
   * @param strategy its strategy
   * @param size the number of instances
   * @return bytes per instance
   */
  public static double ofBalancer(Strategy strategy, int size) {
    InstanceRegistry registry = registry(size);
    List<LoadBalancer> balancers = new ArrayList<>();
    double bytes =
        perInstance(
            size,
            () -> {
              LoadBalancer balancer =
                  LoadBalancer.builder("benchmark", registry).selector(strategy.selector()).build();
              balancers.add(balancer);
              for (int i = 0; i < size; i++) {
                balancer.acquire(RequestContext.empty()).succeed();
              }
              return balancer;
            });
    balancers.forEach(LoadBalancer::close);
    return bytes;
  }

  private static InstanceRegistry registry(int size) {
    InstanceRegistry registry = InstanceRegistry.of();
    List<Instance> instances = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      instances.add(ProvenBalancer.instance(i));
    }
    registry.replaceAll(instances);
    return registry;
  }

  private static double perInstance(int size, Supplier<Object> maker) {
    List<Object> kept = new ArrayList<>(COPIES + 1);
    kept.add(maker.get()); // loads its classes
    try {
      long before = used();
      for (int i = 0; i < COPIES; i++) {
        kept.add(maker.get());
      }
      return (double) (used() - before) / COPIES / size;
    } finally {
      Reference.reachabilityFence(kept);
    }
  }

  /** The least of several collections: one alone may leave what only just died. */
  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      MEMORY.gc();
      least = Math.min(least, MEMORY.getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
