package dev.steelyard.benchmarks.guard;

import static dev.steelyard.benchmarks.pick.Strategy.PEAK_EWMA;
import static dev.steelyard.benchmarks.pick.Strategy.ROUND_ROBIN;

import dev.steelyard.benchmarks.pick.Strategy;
import dev.steelyard.lb.FailurePolicy;
import io.github.resilience4j.retry.Retry;
import java.util.function.IntFunction;

/** The whole calls that are measured. */
public enum GuardedCallRow {
  ROUND_ROBIN_STANDARD(ROUND_ROBIN, Policy.STANDARD, false),
  ROUND_ROBIN_WITHOUT_EJECTION(ROUND_ROBIN, Policy.WITHOUT_EJECTION, false),
  ROUND_ROBIN_NONE(ROUND_ROBIN, Policy.NONE, false),
  PEAK_EWMA_STANDARD(PEAK_EWMA, Policy.STANDARD, false),
  PEAK_EWMA_WITHOUT_EJECTION(PEAK_EWMA, Policy.WITHOUT_EJECTION, false),
  PEAK_EWMA_NONE(PEAK_EWMA, Policy.NONE, false),
  CALL_STANDARD(ROUND_ROBIN, Policy.STANDARD, true),
  CALL_WITHOUT_EJECTION(ROUND_ROBIN, Policy.WITHOUT_EJECTION, true),
  CALL_NONE(ROUND_ROBIN, Policy.NONE, true),
  RESILIENCE4J(
      Side.PEER,
      "resilience4j: breaker, bulkhead, retry, round robin",
      "call",
      size -> new Resilience4jCall(size, () -> "answer", Retry.ofDefaults("benchmark")));

  private final Side side;
  private final String label;
  private final String what;

  @SuppressWarnings("ImmutableEnumChecker") // a lambda
  private final IntFunction<Guarded> factory;

  GuardedCallRow(Strategy strategy, Policy policy, boolean call) {
    this(
        Side.OURS,
        strategy.label() + ", " + policy.label,
        call ? "call" : "lease",
        call
            ? size -> BalancerCall.asCall(BalancerCall.balancer(strategy, size, policy.policy))
            : size -> BalancerCall.byLease(BalancerCall.balancer(strategy, size, policy.policy)));
  }

  GuardedCallRow(Side side, String label, String what, IntFunction<Guarded> factory) {
    this.side = side;
    this.label = label;
    this.what = what;
    this.factory = factory;
  }

  /**
   * Returns whose it is.
   *
   * @return the side
   */
  public Side side() {
    return side;
  }

  /**
   * Returns the name for reading.
   *
   * @return strategy and policy
   */
  public String label() {
    return label;
  }

  /**
   * Returns what is measured.
   *
   * @return {@code lease} for acquire and succeed, {@code call} for a call with retries
   */
  public String what() {
    return what;
  }

  /** Brings it up. */
  Guarded make(int instances) {
    return factory.apply(instances);
  }

  private enum Policy {
    STANDARD("standard policy", FailurePolicy.standard()),
    WITHOUT_EJECTION("without ejection", FailurePolicy.standard().withoutEjection()),
    NONE("no policy", FailurePolicy.none());

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // it is
    private final FailurePolicy policy;

    Policy(String label, FailurePolicy policy) {
      this.label = label;
      this.policy = policy;
    }
  }
}
