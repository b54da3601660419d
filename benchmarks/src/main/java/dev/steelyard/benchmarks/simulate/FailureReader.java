package dev.steelyard.benchmarks.simulate;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.OutlierDetection;
import java.time.Duration;
import java.util.List;

/** Reads what balancers do about failures, key by key on top of a policy. */
final class FailureReader {
  private final Fields fields;

  FailureReader(Fields fields) {
    this.fields = fields;
  }

  FailurePolicy read() {
    String base =
        fields.orElse(
            "failure_policy", "standard", value -> value.oneOf(List.of("standard", "none")));
    FailurePolicy policy = base.equals("none") ? FailurePolicy.none() : FailurePolicy.standard();
    return limits(ejections(times(retries(policy))));
  }

  private FailurePolicy retries(FailurePolicy standard) {
    FailurePolicy policy =
        fields.change(
            "max_retries",
            standard,
            (what, value) ->
                value.whole() == 0 ? what.withoutRetries() : what.withMaxRetries(value.whole()));
    policy =
        object(
            "retry_budget",
            policy,
            (what, budget) ->
                what.withRetryBudget(number(budget, "ratio"), number(budget, "per_second")));
    policy =
        object(
            "backoff",
            policy,
            (what, backoff) ->
                what.withBackoff(millis(backoff, "base_ms"), millis(backoff, "max_ms")));
    return fields.change(
        "max_retry_after_s", policy, (what, value) -> what.withMaxRetryAfter(value.seconds()));
  }

  private FailurePolicy times(FailurePolicy before) {
    FailurePolicy policy =
        fields.change(
            "per_try_timeout_ms",
            before,
            (what, value) -> {
              if (fields.has("adaptive_per_try_timeout")) {
                throw value.refuse("not set beside adaptive_per_try_timeout");
              }
              return what.withPerTryTimeout(value.millis());
            });
    policy =
        object(
            "adaptive_per_try_timeout",
            policy,
            (what, timeout) ->
                what.withAdaptivePerTryTimeout(
                    number(timeout, "factor"),
                    millis(timeout, "min_ms"),
                    millis(timeout, "max_ms")));
    policy =
        fields.change(
            "overall_timeout_ms", policy, (what, value) -> what.withOverallTimeout(value.millis()));
    return object(
        "hedging",
        policy,
        (what, hedging) ->
            what.withHedging(
                number(hedging, "quantile"),
                number(hedging, "max_extra_load"),
                hedging.orElse("min_delay_ms", Duration.ofMillis(1), Value::millis)));
  }

  private FailurePolicy ejections(FailurePolicy before) {
    FailurePolicy policy =
        fields.change(
            "circuit_breaker",
            before,
            (what, value) ->
                isOff(value)
                    ? what.withoutEjection()
                    : what.withCircuitBreaker(value.object(FailureReader::breaker)));
    policy =
        fields.change(
            "outlier_detection",
            policy,
            (what, value) ->
                isOff(value)
                    ? what.withoutOutlierDetection()
                    : what.withOutlierDetection(value.object(FailureReader::outliers)));
    return object(
        "ejection_cap",
        policy,
        (what, cap) ->
            what.withEjectionCap(
                cap.need("max_percent", "a whole number").whole(),
                cap.orElse("minimum_left", 1, Value::whole)));
  }

  private static boolean isOff(Value value) {
    if (value.node().isBoolean() && !value.flag()) {
      return true;
    }
    if (!value.node().isObject()) {
      throw value.refuse("false, or an object");
    }
    return false;
  }

  private static CircuitBreaker.Builder breaker(Fields fields) {
    CircuitBreaker.Builder breaker = CircuitBreaker.builder("instance");
    Duration open =
        fields.orElse(
            "open_for_s", Duration.ofSeconds(FailurePolicy.EJECTION_SECONDS), Value::seconds);
    Duration longest =
        fields.orElse(
            "max_open_for_s",
            Duration.ofSeconds(FailurePolicy.MAX_EJECTION_SECONDS),
            Value::seconds);
    breaker.openFor(open);
    if (longest.equals(open)) {
      breaker.noBackoff();
    } else {
      breaker.openBackoff(CircuitBreaker.Builder.DEFAULT_BACKOFF, longest);
    }
    fields.ifThere("consecutive_failures", value -> breaker.consecutiveFailures(value.whole()));
    fields.ifThere("window_calls", value -> breaker.countWindow(value.whole()));
    return object(
        fields,
        "failure_rate",
        breaker,
        (what, rate) ->
            what.failureRate(
                number(rate, "threshold"),
                rate.orElse(
                    "minimum_calls", CircuitBreaker.Builder.DEFAULT_MINIMUM_CALLS, Value::whole)));
  }

  private static OutlierDetection outliers(Fields fields) {
    OutlierDetection.Builder detection = OutlierDetection.builder();
    fields.ifThere("interval_s", value -> detection.interval(value.seconds()));
    fields.ifThere(
        "success_rate_deviations", value -> detection.successRateDeviations(value.number()));
    fields.ifThere("success_rate_margin", value -> detection.successRateMargin(value.number()));
    fields.ifThere("failure_percentage", value -> detection.failurePercentage(value.number()));
    fields.ifThere("enforcing_percent", value -> detection.enforcing(value.whole()));
    return object(
            fields,
            "latency",
            detection,
            (what, latency) -> what.latency(number(latency, "factor"), millis(latency, "floor_ms")))
        .build();
  }

  private FailurePolicy limits(FailurePolicy before) {
    FailurePolicy policy =
        fields.change(
            "max_in_flight", before, (what, value) -> what.withMaxInFlight(value.whole()));
    policy =
        object(
            "adaptive_concurrency",
            policy,
            (what, limit) ->
                what.withAdaptiveConcurrency(
                    limit.need("min", "a whole number").whole(),
                    limit.need("max", "a whole number").whole()));
    policy =
        object(
            "wait_queue",
            policy,
            (what, queue) ->
                what.withWaitQueue(
                    queue.need("capacity", "a whole number").whole(),
                    millis(queue, "max_wait_ms"),
                    queue.orElse("lifo_when_overloaded", false, Value::flag)));
    return object(
        "rate_limit",
        policy,
        (what, limit) ->
            what.withRateLimit(
                number(limit, "per_second"), limit.need("burst", "a whole number").whole()));
  }

  // ---------------------------------------------------------------------------- shorthands

  /** How the keys of an object change something. */
  @FunctionalInterface
  private interface Part<T> {
    T change(T what, Fields fields);
  }

  private <T> T object(String key, T what, Part<T> part) {
    return object(fields, key, what, part);
  }

  private static <T> T object(Fields fields, String key, T what, Part<T> part) {
    return fields.change(key, what, (before, value) -> value.object(it -> part.change(before, it)));
  }

  private static double number(Fields fields, String key) {
    return fields.need(key, "a number").number();
  }

  private static Duration millis(Fields fields, String key) {
    return fields.need(key, "milliseconds").millis();
  }
}
