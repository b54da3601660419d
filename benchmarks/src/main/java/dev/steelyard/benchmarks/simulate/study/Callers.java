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
  static final String TRIES = "default, 500 ms tries";
  static final String LIMITS = "default + limits";
  static final String OWN_ZONE = "default, own zone";
  static final String PLAIN = "roundRobin, bare";
  static final String NAIVE = "roundRobin + 3 retries";
  static final String TEXT =
      "* `"
          + DEFAULT
          + "`: nothing else is set.\n* `"
          + TRIES
          + "`: an attempt is given up, and perhaps repeated, after 500 ms.\n* `"
          + LIMITS
          + "`: that, and `withMaxInFlight(2)`, `withWaitQueue(50, 250 ms)` at each client.\n* `"
          + OWN_ZONE
          + "`: `Routing.zone`, the client's, where zones are lost.\n* `"
          + PLAIN
          + "`: no failure policy.\n* `"
          + NAIVE
          + "`: attempts of 500 ms, up to 3 retries without a budget.\n";

  private Callers() {}

  static Map<String, ClientSetup> of(Trouble trouble) {
    FailurePolicy timed = FailurePolicy.standard().withOverallTimeout(ofSeconds(2));
    FailurePolicy tries = timed.withPerTryTimeout(ofMillis(500));
    FailurePolicy limited = tries.withMaxInFlight(2).withWaitQueue(50, ofMillis(250));
    FailurePolicy bare = FailurePolicy.none().withOverallTimeout(ofSeconds(2));
    FailurePolicy naive =
        bare.withMaxRetries(3).withRetryBudget(1, 1_000_000).withPerTryTimeout(ofMillis(500));
    Map<String, ClientSetup> callers = new LinkedHashMap<>();
    callers.put(DEFAULT, (balancer, client) -> balancer.failurePolicy(timed));
    callers.put(TRIES, (balancer, client) -> balancer.failurePolicy(tries));
    callers.put(LIMITS, (balancer, client) -> balancer.failurePolicy(limited));
    if (trouble.isZonal()) {
      callers.put(
          OWN_ZONE,
          (balancer, client) -> {
            String zone = client.zone();
            return balancer
                .failurePolicy(timed)
                .routing(zone == null ? Routing.none() : Routing.none().zone(zone));
          });
    }
    callers.put(
        PLAIN, (balancer, client) -> balancer.selector(Selectors.roundRobin()).failurePolicy(bare));
    callers.put(
        NAIVE,
        (balancer, client) -> balancer.selector(Selectors.roundRobin()).failurePolicy(naive));
    return callers;
  }
}
