package dev.steelyard.benchmarks.guard;

import static dev.steelyard.benchmarks.guard.GuardGroup.ADAPTIVE_REQUEST;
import static dev.steelyard.benchmarks.guard.GuardGroup.ADAPTIVE_SAMPLE;
import static dev.steelyard.benchmarks.guard.GuardGroup.BREAKER_COUNT;
import static dev.steelyard.benchmarks.guard.GuardGroup.BREAKER_TIME;
import static dev.steelyard.benchmarks.guard.GuardGroup.BUDGET_DEPOSIT;
import static dev.steelyard.benchmarks.guard.GuardGroup.BUDGET_RETRY;
import static dev.steelyard.benchmarks.guard.GuardGroup.BULKHEAD;
import static dev.steelyard.benchmarks.guard.GuardGroup.RATE_ADMITTED;
import static dev.steelyard.benchmarks.guard.GuardGroup.RATE_REFUSED;
import static dev.steelyard.benchmarks.guard.Side.FLOOR;
import static dev.steelyard.benchmarks.guard.Side.OURS;
import static dev.steelyard.benchmarks.guard.Side.PEER;
import static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE;
import static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.SYNCHRONIZED;

import dev.steelyard.lb.FailurePolicy;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The guards that are measured by themselves, ours and the peers'. */
public enum GuardRow {
  COUNT_CLOCK_PASSED(BREAKER_COUNT, OURS, "clock passed in", Breakers::countClockPassed),
  COUNT(BREAKER_COUNT, OURS, "own clock", Breakers::count),
  FAILSAFE_COUNT(BREAKER_COUNT, PEER, "failsafe", Breakers::failsafeCount),
  RESILIENCE4J_COUNT_LOCK_FREE(
      BREAKER_COUNT, PEER, "resilience4j, lock-free", () -> Breakers.resilience4jCount(LOCK_FREE)),
  RESILIENCE4J_COUNT_SYNCHRONIZED(
      BREAKER_COUNT,
      PEER,
      "resilience4j, synchronized",
      () -> Breakers.resilience4jCount(SYNCHRONIZED)),

  TIME_CLOCK_PASSED(BREAKER_TIME, OURS, "clock passed in", Breakers::timeClockPassed),
  TIME(BREAKER_TIME, OURS, "own clock", Breakers::time),
  ARMERIA_TIME(BREAKER_TIME, PEER, "armeria", Breakers::armeriaTime),
  FAILSAFE_TIME(BREAKER_TIME, PEER, "failsafe", Breakers::failsafeTime),
  RESILIENCE4J_TIME_LOCK_FREE(
      BREAKER_TIME, PEER, "resilience4j, lock-free", () -> Breakers.resilience4jTime(LOCK_FREE)),
  RESILIENCE4J_TIME_SYNCHRONIZED(
      BREAKER_TIME,
      PEER,
      "resilience4j, synchronized",
      () -> Breakers.resilience4jTime(SYNCHRONIZED)),

  ADMITTED_CLOCK_PASSED(
      RATE_ADMITTED, OURS, "clock passed in", () -> RateLimiters.clockPassed(true)),
  ADMITTED(RATE_ADMITTED, OURS, "own clock", () -> RateLimiters.ownClock(true)),
  BUCKET4J_ADMITTED(RATE_ADMITTED, PEER, "bucket4j, lock-free", () -> RateLimiters.bucket4j(true)),
  FAILSAFE_ADMITTED(RATE_ADMITTED, PEER, "failsafe, bursty", () -> RateLimiters.failsafe(true)),
  GUAVA_ADMITTED(RATE_ADMITTED, PEER, "guava", () -> RateLimiters.guava(true)),
  RESILIENCE4J_ADMITTED(
      RATE_ADMITTED, PEER, "resilience4j, atomic", () -> RateLimiters.resilience4j(true)),

  REFUSED_CLOCK_PASSED(
      RATE_REFUSED, OURS, "clock passed in", () -> RateLimiters.clockPassed(false)),
  REFUSED(RATE_REFUSED, OURS, "own clock", () -> RateLimiters.ownClock(false)),
  BUCKET4J_REFUSED(RATE_REFUSED, PEER, "bucket4j, lock-free", () -> RateLimiters.bucket4j(false)),
  FAILSAFE_REFUSED(RATE_REFUSED, PEER, "failsafe, bursty", () -> RateLimiters.failsafe(false)),
  GUAVA_REFUSED(RATE_REFUSED, PEER, "guava", () -> RateLimiters.guava(false)),
  RESILIENCE4J_REFUSED(
      RATE_REFUSED, PEER, "resilience4j, atomic", () -> RateLimiters.resilience4j(false)),

  THROTTLE_DEPOSIT(BUDGET_DEPOSIT, FLOOR, "throttle as gRPC's", Budgets::throttleDeposit),
  DEPOSIT(BUDGET_DEPOSIT, OURS, "RetryBudget", Budgets::deposit),

  THROTTLE_RETRY(BUDGET_RETRY, FLOOR, "throttle as gRPC's", Budgets::throttleDepositAndWithdraw),
  RETRY(BUDGET_RETRY, OURS, "RetryBudget", Budgets::depositAndWithdraw),

  COUNTER(BULKHEAD, FLOOR, "AtomicInteger", Bulkheads::counter),
  LEASE_LIMITED(
      BULKHEAD,
      OURS,
      "lease, at most " + Bulkheads.PLACES + " in flight",
      () -> BalancerCall.ofOneInstance(FailurePolicy.none().withMaxInFlight(Bulkheads.PLACES))),
  LEASE_UNLIMITED(
      BULKHEAD, OURS, "lease, no limit", () -> BalancerCall.ofOneInstance(FailurePolicy.none())),
  FAILSAFE_BULKHEAD(BULKHEAD, PEER, "failsafe", Bulkheads::failsafe),
  RESILIENCE4J_BULKHEAD_FAIR(
      BULKHEAD, PEER, "resilience4j, fair", () -> Bulkheads.resilience4j(true)),
  RESILIENCE4J_BULKHEAD(
      BULKHEAD, PEER, "resilience4j, unfair", () -> Bulkheads.resilience4j(false)),

  SAMPLE(ADAPTIVE_SAMPLE, OURS, "AdaptiveLimit", AdaptiveLimits::sample),
  GRADIENT2_SAMPLE(
      ADAPTIVE_SAMPLE,
      PEER,
      "concurrency-limits, windowed Gradient2",
      () -> AdaptiveLimits.netflixSample(AdaptiveLimits::gradient2)),
  VEGAS_SAMPLE(
      ADAPTIVE_SAMPLE,
      PEER,
      "concurrency-limits, windowed Vegas",
      () -> AdaptiveLimits.netflixSample(AdaptiveLimits::vegas)),

  REQUEST(ADAPTIVE_REQUEST, OURS, "AdaptiveLimit and a counter", AdaptiveLimits::request),
  GRADIENT2_REQUEST(
      ADAPTIVE_REQUEST,
      PEER,
      "concurrency-limits, SimpleLimiter, windowed Gradient2",
      () -> AdaptiveLimits.netflixRequest(AdaptiveLimits::gradient2)),
  VEGAS_REQUEST(
      ADAPTIVE_REQUEST,
      PEER,
      "concurrency-limits, SimpleLimiter, windowed Vegas",
      () -> AdaptiveLimits.netflixRequest(AdaptiveLimits::vegas));

  private final GuardGroup group;
  private final Side side;
  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference
  private final Supplier<Guarded> factory;

  GuardRow(GuardGroup group, Side side, String label, Supplier<Guarded> factory) {
    this.group = group;
    this.side = side;
    this.label = label;
    this.factory = factory;
  }

  /**
   * Returns where it is compared.
   *
   * @return the group
   */
  public GuardGroup group() {
    return group;
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
   * @return library and form
   */
  public String label() {
    return label;
  }

  /**
   * Returns the rows of a group.
   *
   * @param group the group
   * @return some of all, in their order
   */
  public static List<GuardRow> of(GuardGroup group) {
    return Arrays.stream(values()).filter(row -> row.group == group).toList();
  }

  /** Brings one up that has seen no call. */
  Guarded make() {
    return factory.get();
  }
}
