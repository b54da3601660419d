package dev.steelyard.lb;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selectors;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Picks against changes of the registry, through the whole balancer. */
public class PickStress {
  private PickStress() {}

  private static LoadBalancer balancer(InstanceRegistry registry) {
    return LoadBalancer.builder("stress", registry).selector(Selectors.roundRobin()).build();
  }

  /** 1 is the one that leaves, 2 the one that stays. */
  private static int number(Lease lease) {
    return lease.instance().id().startsWith("host-1") ? 1 : 2;
  }

  /** A pick that begins after the removal was published. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "2, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "picked before the removal")
  @Outcome(id = "12, 0", expect = Expect.ACCEPTABLE, desc = "after it: the one that stayed")
  @Outcome(id = "11, .*", expect = Expect.FORBIDDEN, desc = "after it: the one that left")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something is left in flight, or nothing was picked")
  @State
  public static class WhatHasLeftIsNotPicked {
    private final InstanceRegistry registry = InstanceRegistry.of("host-1:80", "host-2:80");
    private final LoadBalancer balancer = balancer(registry);
    private volatile boolean left;

    @Actor
    public void registry() {
      registry.deregister("host-1:80");
      left = true;
    }

    @Actor
    public void request(II_Result r) {
      boolean after = left;
      try (Lease lease = balancer.acquire(RequestContext.empty())) {
        r.r1 = number(lease) + (after ? 10 : 0);
      }
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 =
          balancer.snapshot().endpoints().stream()
              .mapToInt(endpoint -> (int) endpoint.inFlight())
              .sum();
      balancer.close();
    }
  }

  /** The only instance is replaced: between the two there is always one to be had. */
  @JCStressTest
  @Outcome(
      id = {"1", "2"},
      expect = Expect.ACCEPTABLE,
      desc = "the old one or the new one")
  @Outcome(expect = Expect.FORBIDDEN, desc = "none")
  @State
  public static class WhatReplacesIsThereBeforeTheOtherLeaves {
    private final InstanceRegistry registry = InstanceRegistry.of("host-1:80");
    private final LoadBalancer balancer = balancer(registry);

    @Actor
    public void registry() {
      registry.register(Instance.of("host-2:80"));
      registry.deregister("host-1:80");
    }

    @Actor
    public void request(I_Result r) {
      try (Lease lease = balancer.acquire(RequestContext.empty())) {
        r.r1 = number(lease);
      } catch (NoInstanceAvailableException none) {
        r.r1 = -1;
      }
      balancer.close();
    }
  }
}
