package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.EjectionCap;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.resilience.RetryBudget;
import java.time.Duration;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The values of a {@link FailurePolicy}. Written by its withers, on a copy that nobody else has
 * yet, and never afterwards. Copied by {@code clone}, which cannot forget one (servicetalk#3604).
 */
final class FailureKnobs implements Cloneable {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  int maxRetries = FailurePolicy.DEFAULT_MAX_RETRIES;
  Set<Outcome> retriedOutcomes = Set.of(Outcome.FAILURE, Outcome.OVERLOADED);
  Predicate<Throwable> retriedFailures = Failures::isTransient;
  long backoffNanos = 10 * MILLI;
  long maxBackoffNanos = 250 * MILLI;
  long maxRetryAfterNanos = 5_000 * MILLI;
  double budgetRatio = RetryBudget.DEFAULT_RATIO;
  double budgetPerSecond = RetryBudget.DEFAULT_PER_SECOND;
  boolean budgetSet;
  boolean retriesSet;

  /** 0 for none. */
  long perTryTimeoutNanos;

  /** 0 for a fixed timeout per try. */
  double adaptiveTimeoutFactor;

  long minTryTimeoutNanos;

  /** 0 for none. */
  long overallTimeoutNanos;

  /** 0 for no hedges. */
  double hedgeQuantile;

  double hedgeMaxExtraLoad;
  long hedgeMinDelayNanos = MILLI;

  int maxInFlight = Integer.MAX_VALUE;

  /** 0 for a limit that does not adapt. */
  int adaptiveMin;

  int adaptiveMax;

  /** 0 for nobody waiting. */
  int queueCapacity;

  long maxWaitNanos;
  boolean queueLifo;
  @Nullable Rate rate;
  @Nullable Rate clientRate;
  long maxClients;

  /** Below which share of usable instances all are used; -1 for as it follows from the rest. */
  int panicPercent = -1;

  /**
   * A rate limit.
   *
   * @param perSecond permits per second
   * @param burst permits that may be saved up
   */
  record Rate(double perSecond, int burst) {}

  /** Null for nothing being ejected. Nobody changes it: each use copies it first. */
  CircuitBreaker.@Nullable Builder breaker =
      CircuitBreaker.builder("instance")
          .openFor(Duration.ofSeconds(FailurePolicy.EJECTION_SECONDS))
          .openBackoff(2, Duration.ofSeconds(FailurePolicy.MAX_EJECTION_SECONDS));

  @Nullable OutlierDetection outliers = OutlierDetection.defaults();
  EjectionCap ejectionCap = EjectionCap.defaults();
  boolean outliersSet;
  boolean ejectionCapSet;

  FailureKnobs copy() {
    try {
      return (FailureKnobs) clone();
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Below which share of usable instances all are used, 0 for never. */
  int panicPercent(boolean monitored) {
    return panicPercent >= 0 ? panicPercent : monitored ? 100 - ejectionCap.maxPercent() : 0;
  }

  /** Whether attempts or calls are limited in time, or hedged. */
  boolean isTimed() {
    return perTryTimeoutNanos > 0 || overallTimeoutNanos > 0 || hedgeQuantile > 0;
  }

  /** Whether it matters how long attempts take as a rule. */
  boolean needsLatencies() {
    return adaptiveTimeoutFactor > 0 || hedgeQuantile > 0;
  }

  /** Refuses what contradicts itself or has no effect. */
  void checkConsistent() {
    if (maxRetries == 0) {
      refuse(retriesSet, "retriedOutcomes, retriedFailures or backoff", "unset without retries");
      refuse(
          budgetSet && hedgeQuantile == 0,
          "retryBudget",
          "unset without retries and without hedges");
    }
    refuse(
        breaker == null && outliersSet,
        "outlierDetection",
        "unset where nothing is ejected; set a circuitBreaker, which carries the ejection out");
    refuse(breaker == null && ejectionCapSet, "ejectionCap", "unset where nothing is ejected");
    refuse(
        adaptiveMin > 0 && maxInFlight < Integer.MAX_VALUE,
        "maxInFlight",
        "unset beside adaptiveConcurrency, which has a greatest limit of its own");
    refuse(
        queueCapacity > 0 && adaptiveMin == 0 && maxInFlight == Integer.MAX_VALUE,
        "waitQueue",
        "unset without maxInFlight and adaptiveConcurrency: nobody would ever wait");
    refuse(
        queueCapacity > 0 && overallTimeoutNanos > 0 && maxWaitNanos >= overallTimeoutNanos,
        "waitQueue.maxWait " + Duration.ofNanos(maxWaitNanos),
        "below the overallTimeout, " + Duration.ofNanos(overallTimeoutNanos));
    refuse(
        overallTimeoutNanos > 0 && perTryTimeoutNanos > overallTimeoutNanos,
        "perTryTimeout " + Duration.ofNanos(perTryTimeoutNanos),
        "at most the overallTimeout, " + Duration.ofNanos(overallTimeoutNanos));
    refuse(
        hedgeQuantile > 0
            && perTryTimeoutNanos > 0
            && adaptiveTimeoutFactor == 0
            && hedgeMinDelayNanos >= perTryTimeoutNanos,
        "hedging.minDelay " + Duration.ofNanos(hedgeMinDelayNanos),
        "below the perTryTimeout, " + Duration.ofNanos(perTryTimeoutNanos));
  }

  private static void refuse(boolean wrong, String knob, String rule) {
    if (wrong) {
      throw new IllegalStateException("failurePolicy: " + knob + " (expected: " + rule + ")");
    }
  }

  @Override
  public String toString() {
    StringJoiner knobs = new StringJoiner(", ", "[", "]");
    if (maxRetries == 0) {
      knobs.add("no retries");
    } else {
      knobs.add("maxRetries=" + maxRetries);
      knobs.add("retriedOutcomes=" + retriedOutcomes);
      knobs.add("backoff=" + range(backoffNanos, maxBackoffNanos));
      knobs.add("maxRetryAfter=" + Duration.ofNanos(maxRetryAfterNanos));
    }
    if (maxRetries > 0 || hedgeQuantile > 0) {
      knobs.add("retryBudget=" + budgetRatio + " + " + budgetPerSecond + "/s");
    }
    if (perTryTimeoutNanos > 0) {
      knobs.add(
          adaptiveTimeoutFactor == 0
              ? "perTryTimeout=" + Duration.ofNanos(perTryTimeoutNanos)
              : "perTryTimeout=p99 x "
                  + adaptiveTimeoutFactor
                  + " in "
                  + range(minTryTimeoutNanos, perTryTimeoutNanos));
    }
    if (overallTimeoutNanos > 0) {
      knobs.add("overallTimeout=" + Duration.ofNanos(overallTimeoutNanos));
    }
    if (hedgeQuantile > 0) {
      knobs.add(
          "hedging=p"
              + 100 * hedgeQuantile
              + ", at most "
              + hedgeMaxExtraLoad
              + ", not before "
              + Duration.ofNanos(hedgeMinDelayNanos));
    }
    knobs.add(breaker == null ? "no ejection" : "circuitBreaker=" + breaker);
    if (breaker != null) {
      knobs.add("outlierDetection=" + (outliers == null ? "none" : outliers));
      knobs.add(ejectionCap.toString());
    }
    if (panicPercent >= 0) {
      knobs.add("panicThreshold=" + panicPercent + " %");
    }
    if (maxInFlight < Integer.MAX_VALUE) {
      knobs.add("maxInFlight=" + maxInFlight);
    }
    if (adaptiveMin > 0) {
      knobs.add("adaptiveConcurrency=" + adaptiveMin + ".." + adaptiveMax);
    }
    if (queueCapacity > 0) {
      knobs.add(
          "waitQueue="
              + queueCapacity
              + ", "
              + Duration.ofNanos(maxWaitNanos)
              + (queueLifo ? ", last first when overloaded" : ""));
    }
    if (rate != null) {
      knobs.add("rateLimit=" + rate.perSecond() + "/s, burst " + rate.burst());
    }
    if (clientRate != null) {
      knobs.add(
          "clientRateLimit="
              + clientRate.perSecond()
              + "/s, burst "
              + clientRate.burst()
              + ", "
              + maxClients
              + " clients");
    }
    return knobs.toString();
  }

  private static String range(long from, long to) {
    return Duration.ofNanos(from) + ".." + Duration.ofNanos(to);
  }
}
