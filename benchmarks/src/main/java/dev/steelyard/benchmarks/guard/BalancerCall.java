package dev.steelyard.benchmarks.guard;

import dev.steelyard.benchmarks.pick.ProvenBalancer;
import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.benchmarks.pick.Weights;
import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.NoInstanceAvailableException;
import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/** A request through our balancer, by a lease or as a call. */
final class BalancerCall {
  private BalancerCall() {}

  static LoadBalancer balancer(Strategy strategy, int size, FailurePolicy policy) {
    return ProvenBalancer.of(strategy, size, Weights.EQUAL, policy).balancer();
  }

  static Guarded ofOneInstance(FailurePolicy policy) {
    return byLease(balancer(Strategy.ROUND_ROBIN, 1, policy));
  }

  /** {@code acquire} and how it ended: without retries, so without the budget. */
  static Guarded byLease(LoadBalancer balancer) {
    return new Guarded() {
      @Override
      public boolean call(boolean fails) {
        try {
          Lease lease = balancer.acquire(RequestContext.empty());
          return fails ? lease.fail() : lease.succeed();
        } catch (NoInstanceAvailableException e) {
          return false;
        }
      }

      @Override
      public @Nullable Runnable open() {
        try {
          return balancer.acquire(RequestContext.empty())::succeed;
        } catch (NoInstanceAvailableException e) {
          return null;
        }
      }
    };
  }

  /** {@code call}: with retries and their budget. */
  static Guarded asCall(LoadBalancer balancer) {
    return fails -> balancer.call(instance -> instance) != null;
  }
}
