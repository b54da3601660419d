package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.LoadBalancerBuilder;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Routing;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client costs, measured on the machine that this runs on: of what the study says, the only
 * figures that are not simulated.
 *
 * @param servers how many it knows
 * @param subset of how many it uses; {@link Crowd#ALL}
 * @param bytes the heap of its registry and its balancer
 * @param callNanos time of a processor for a call: acquiring and completing
 * @param joinMicros as much for one more server
 */
record ClientCost(int servers, int subset, double bytes, double callNanos, double joinMicros) {
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int LEAST_COPIES = 3;
  private static final int ENDPOINTS = 10_000;
  private static final int ROUNDS = 8;

  /**
   * Measures.
   *
   * @param calls how many calls a round of the measurement has
   */
  static ClientCost measure(int servers, int subset, int calls) {
    List<Instance> instances = new ArrayList<>(servers);
    for (int i = 0; i < servers; i++) {
      instances.add(instance(i));
    }
    int copies = Math.max(LEAST_COPIES, ENDPOINTS / servers);
    List<Client> clients = new ArrayList<>(copies + 1);
    try {
      clients.add(new Client(instances, subset)); // loads its classes
      long before = used();
      for (int i = 0; i < copies; i++) {
        clients.add(new Client(instances, subset));
      }
      double bytes = (double) (used() - before) / copies;
      Client one = clients.get(copies);
      double call = Double.MAX_VALUE;
      double join = Double.MAX_VALUE;
      for (int i = 0; i < ROUNDS; i++) {
        call = Math.min(call, one.call(calls));
        join = Math.min(join, one.join(instance(servers + i)));
      }
      return new ClientCost(servers, subset, bytes, call, join / 1e3);
    } finally {
      Reference.reachabilityFence(clients);
      clients.forEach(client -> client.balancer.close());
    }
  }

  private static Instance instance(int i) {
    String host = "10." + (i >>> 16 & 255) + '.' + (i >>> 8 & 255) + '.' + (i & 255);
    return Instance.of("http://" + host + ":8080").withId("s-" + i);
  }

  /** The least of several collections: one alone may leave what only just died. */
  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      MEMORY.gc();
      least = Math.min(least, MEMORY.getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  /** A client as it is in a program. */
  private static final class Client {
    private final InstanceRegistry registry = InstanceRegistry.of();
    private final LoadBalancer balancer;

    Client(List<Instance> instances, int subset) {
      registry.replaceAll(instances);
      LoadBalancerBuilder builder = LoadBalancer.builder("cost", registry);
      balancer =
          (subset == Crowd.ALL
                  ? builder
                  : builder.routing(Routing.none().clientSubset(subset, "client")))
              .build();
      call(instances.size());
    }

    /** Nanoseconds per call. */
    double call(int calls) {
      long from = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < calls; i++) {
        balancer.acquire(RequestContext.empty()).succeed();
      }
      return (double) (THREADS.getCurrentThreadCpuTime() - from) / calls;
    }

    /** Nanoseconds until the balancer knows one more. */
    double join(Instance instance) {
      long from = THREADS.getCurrentThreadCpuTime();
      registry.register(instance);
      return THREADS.getCurrentThreadCpuTime() - from;
    }
  }
}
