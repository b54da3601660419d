package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.simulator.ClientSetup;
import java.util.LinkedHashMap;
import java.util.Map;

/** Who calls when there is trouble. All give up after two seconds, as callers do. */
final class Callers {
  static final String DEFAULT = StudyContext.DEFAULT;
  static final String LIMITS = "default + limits";
  static final String OWN_ZONE = "default, own zone";
  static final String PLAIN = "roundRobin, bare";
  static final String NAIVE = "roundRobin + 3 retries";
  static final String TEXT =
      "* `"
          + DEFAULT
          + "`: nothing set but timeouts: 500 ms for an attempt, 2 s for all.\n* `"
          + LIMITS
          + "`: and `withAdaptiveConcurrency(1, 50)`, `withWaitQueue(50, 100 ms)` at each "
          + "client.\n* `"
          + OWN_ZONE
          + "`: and `Routing.zone`, the client's.\n* `"
          + PLAIN
          + "`: no failure policy; 2 s.\n* `"
          + NAIVE
          + "`: up to 3 retries without a budget; 500 ms for an attempt, 2 s for all.\n";

  private Callers() {}

  static Map<String, ClientSetup> all() {
    FailurePolicy timed =
        FailurePolicy.standard()
            .withPerTryTimeout(ofMillis(500))
            .withOverallTimeout(ofSeconds(2));
    FailurePolicy limited = timed.withAdaptiveConcurrency(1, 50).withWaitQueue(50, ofMillis(100));
    FailurePolicy bare = FailurePolicy.none().withOverallTimeout(ofSeconds(2));
    FailurePolicy naive =
        bare.withMaxRetries(3).withRetryBudget(1, 1_000_000).withPerTryTimeout(ofMillis(500));
    Map<String, ClientSetup> callers = new LinkedHashMap<>();
    callers.put(DEFAULT, (balancer, client) -> balancer.failurePolicy(timed));
    callers.put(LIMITS, (balancer, client) -> balancer.failurePolicy(limited));
    callers.put(
        OWN_ZONE,
        (balancer, client) -> {
          String zone = client.zone();
          return balancer
              .failurePolicy(timed)
              .routing(zone == null ? Routing.none() : Routing.none().zone(zone));
        });
    callers.put(
        PLAIN,
        (balancer, client) ->
            balancer.selector(Selectors.roundRobin()).failurePolicy(bare));
    callers.put(
        NAIVE,
        (balancer, client) ->
            balancer.selector(Selectors.roundRobin()).failurePolicy(naive));
    return callers;
  }
}
