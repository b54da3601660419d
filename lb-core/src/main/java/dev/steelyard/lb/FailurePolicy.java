package dev.steelyard.lb;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.limit.AdaptiveLimit;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.EjectionCap;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.resilience.RateLimiter;
import dev.steelyard.lb.resilience.RetryBudget;
import dev.steelyard.lb.select.Routing;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What a balancer does about failures: retries, hedges and time limits. Immutable; {@link
 * #standard()} is a good beginning, each part can be changed and taken out, and what contradicts
 * itself, or has no effect, is refused when the balancer is built.
 *
 * <pre>{@code
 * LoadBalancer.builder("orders", registry)
 *     .failurePolicy(
 *         FailurePolicy.standard()
 *             .withPerTryTimeout(Duration.ofMillis(200))
 *             .withHedging(0.95, 0.05))
 *     .build();
 * }</pre>
 */
public final class FailurePolicy {
  /** How many times a call is sent again at most, unless set otherwise: {@value}. */
  public static final int DEFAULT_MAX_RETRIES = 2;

  /** How long an instance is ejected the first time, unless set otherwise, in seconds: {@value}. */
  public static final int EJECTION_SECONDS = 2;

  /** How long an instance is ejected at most, unless set otherwise, in seconds: {@value}. */
  public static final int MAX_EJECTION_SECONDS = 30;

  private static final FailurePolicy STANDARD = new FailurePolicy(new FailureKnobs());

  private final FailureKnobs knobs;

  private FailurePolicy(FailureKnobs knobs) {
    this.knobs = knobs;
  }

  /**
   * Returns the policy that balancers have unless told otherwise.
   *
   * @return always the same object
   */
  public static FailurePolicy standard() {
    return STANDARD;
  }

  /**
   * Returns the policy that does nothing: every failure is the caller's.
   *
   * @return a policy without any part
   */
  public static FailurePolicy none() {
    return STANDARD.withoutRetries().withoutEjection();
  }

  private FailurePolicy with(Consumer<FailureKnobs> change) {
    FailureKnobs copy = knobs.copy();
    change.accept(copy);
    return new FailurePolicy(copy);
  }

  /**
   * Sets how many times a call is sent again at most. Default: {@value #DEFAULT_MAX_RETRIES}.
   *
   * @param retries 1 to 10
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withMaxRetries(int retries) {
    check(retries >= 1 && retries <= 10, "maxRetries", retries, "1..10; or withoutRetries()");
    return with(copy -> copy.maxRetries = retries);
  }

  /**
   * Has no call sent again, whatever happens.
   *
   * @return the changed policy
   */
  public FailurePolicy withoutRetries() {
    return with(copy -> copy.maxRetries = 0);
  }

  /**
   * Sets after which outcomes of an answered attempt an <em>idempotent</em> call is sent again.
   * Default: {@link Outcome#FAILURE} and {@link Outcome#OVERLOADED}, for HTTP status 5xx and 429.
   * When no retry is left the answer is the result.
   *
   * @param outcomes failures only; none for: an answer is an answer
   * @return the changed policy
   * @throws IllegalArgumentException if one is not a failure
   */
  public FailurePolicy withRetriedOutcomes(Outcome... outcomes) {
    Set<Outcome> set = EnumSet.noneOf(Outcome.class);
    for (Outcome outcome : outcomes) {
      check(outcome.isFailure(), "retriedOutcomes", outcome, "FAILURE or OVERLOADED");
      set.add(outcome);
    }
    return with(
        copy -> {
          copy.retriedOutcomes = Set.copyOf(set);
          copy.retriesSet = true;
        });
  }

  /**
   * Sets after which exceptions an <em>idempotent</em> call is sent again. Default: every {@link
   * java.io.IOException} that is no cancellation and not the caller's own timeout. A failure to
   * connect is none of its business: then the request was not sent, and any call is sent again.
   *
   * @param retried is given the exception without the wrappers of futures; what it throws counts as
   *     false
   * @return the changed policy
   */
  public FailurePolicy withRetriedFailures(Predicate<Throwable> retried) {
    requireNonNull(retried, "retriedFailures");
    return with(
        copy -> {
          copy.retriedFailures = retried;
          copy.retriesSet = true;
        });
  }

  /**
   * Sets how long retries wait: the first one not at all, since it goes to another instance; the
   * k-th a random time up to {@code min(max, base x 2^(k-2))} (exponential back-off with full
   * jitter; M. Brooker, "Exponential Backoff And Jitter", 2015). Default: 10 ms, 250 ms.
   *
   * @param base positive
   * @param max at least the base
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withBackoff(Duration base, Duration max) {
    long baseNanos = positiveNanos(base, "backoff.base");
    long maxNanos = positiveNanos(max, "backoff.max");
    check(maxNanos >= baseNanos, "backoff.max", max, "at least the base, " + base);
    return with(
        copy -> {
          copy.backoffNanos = baseNanos;
          copy.maxBackoffNanos = maxNanos;
          copy.retriesSet = true;
        });
  }

  /**
   * Sets how far {@code Retry-After} is believed: an instance that says so is left alone for that
   * long, but at most this long, as far as others can serve. Default: 5 s.
   *
   * @param max positive
   * @return the changed policy
   * @throws IllegalArgumentException if not positive
   */
  public FailurePolicy withMaxRetryAfter(Duration max) {
    long nanos = positiveNanos(max, "maxRetryAfter");
    return with(copy -> copy.maxRetryAfterNanos = nanos);
  }

  /**
   * Sets how many retries and hedges all calls together may make. Default: {@value
   * RetryBudget#DEFAULT_RATIO} of the requests plus {@value RetryBudget#DEFAULT_PER_SECOND} per
   * second.
   *
   * @param ratio extra attempts per request, 0 to 1, a multiple of 0.001
   * @param perSecond extra attempts per second besides, 0 to 1 000 000
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withRetryBudget(double ratio, double perSecond) {
    new RetryBudget(ratio, perSecond, 0); // refuses what is out of range, here and now
    return with(
        copy -> {
          copy.budgetRatio = ratio;
          copy.budgetPerSecond = perSecond;
          copy.budgetSet = true;
        });
  }

  /**
   * Limits each attempt. What takes longer is given up, counts as a failure of the instance, and is
   * sent to another one if the call is idempotent. For calls that are answered later and for HTTP;
   * a {@link BlockingCall} cannot be given up from outside and brings its own timeout. Default:
   * none.
   *
   * @param timeout positive
   * @return the changed policy
   * @throws IllegalArgumentException if not positive
   */
  public FailurePolicy withPerTryTimeout(Duration timeout) {
    long nanos = positiveNanos(timeout, "perTryTimeout");
    return with(
        copy -> {
          copy.perTryTimeoutNanos = nanos;
          copy.adaptiveTimeoutFactor = 0;
        });
  }

  /**
   * Limits each attempt to a multiple of the 99th percentile of the latency of successful attempts
   * lately, within bounds; until enough is known, to the upper bound. Default: none.
   *
   * @param factor 1 to 100
   * @param min the least limit, positive
   * @param max the greatest, at least {@code min}
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withAdaptivePerTryTimeout(double factor, Duration min, Duration max) {
    check(factor >= 1 && factor <= 100, "perTryTimeout.factor", factor, "1..100");
    long minNanos = positiveNanos(min, "perTryTimeout.min");
    long maxNanos = positiveNanos(max, "perTryTimeout.max");
    check(maxNanos >= minNanos, "perTryTimeout.max", max, "at least the min, " + min);
    return with(
        copy -> {
          copy.perTryTimeoutNanos = maxNanos;
          copy.minTryTimeoutNanos = minNanos;
          copy.adaptiveTimeoutFactor = factor;
        });
  }

  /**
   * Limits each call with all its attempts and waits. The timeout of an HTTP request, where there
   * is one, holds as well; the shorter counts. A {@link BlockingCall} is not given up, but no
   * attempt begins afterwards. Default: none.
   *
   * @param timeout positive
   * @return the changed policy
   * @throws IllegalArgumentException if not positive
   */
  public FailurePolicy withOverallTimeout(Duration timeout) {
    long nanos = positiveNanos(timeout, "overallTimeout");
    return with(copy -> copy.overallTimeoutNanos = nanos);
  }

  /**
   * Has idempotent calls that take long sent a second time, to another instance, while the first
   * attempt goes on; the first success is the result, and the other attempt is cancelled (J. Dean,
   * L. Barroso, "The Tail at Scale", 2013). For calls that are answered later and for HTTP. Hedges
   * and retries share one budget. Default: none. Not for requests that are expensive to answer
   * twice.
   *
   * @param quantile when an attempt takes longer than this share of the successful ones lately, 0.5
   *     to 0.999, it is hedged; but not within the first millisecond
   * @param maxExtraLoad hedges per request at most, above 0 to 0.5, a multiple of 0.001
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withHedging(double quantile, double maxExtraLoad) {
    return withHedging(quantile, maxExtraLoad, Duration.ofMillis(1));
  }

  /**
   * As {@link #withHedging(double, double)}.
   *
   * @param quantile 0.5 to 0.999
   * @param maxExtraLoad hedges per request at most, above 0 to 0.5, a multiple of 0.001
   * @param minDelay no attempt is hedged earlier, however fast others are; positive
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withHedging(double quantile, double maxExtraLoad, Duration minDelay) {
    check(quantile >= 0.5 && quantile <= 0.999, "hedging.quantile", quantile, "0.5..0.999");
    check(
        maxExtraLoad > 0 && maxExtraLoad <= 0.5,
        "hedging.maxExtraLoad",
        maxExtraLoad,
        "above 0, at most 0.5");
    new RetryBudget(maxExtraLoad, 0, 0); // refuses what is no multiple of 0.001, here and now
    long minNanos = positiveNanos(minDelay, "hedging.minDelay");
    return with(
        copy -> {
          copy.hedgeQuantile = quantile;
          copy.hedgeMaxExtraLoad = maxExtraLoad;
          copy.hedgeMinDelayNanos = minNanos;
        });
  }

  /**
   * Has nothing hedged.
   *
   * @return the changed policy
   */
  public FailurePolicy withoutHedging() {
    return with(copy -> copy.hedgeQuantile = 0);
  }

  /**
   * Sets when an instance is ejected for what it does by itself: by the rules of a circuit breaker,
   * one of which each instance gets. While it is open, no request is sent there; then a few, one
   * after the other or at once, find out whether it works again; and if it does, its weight grows
   * from small to full. The breakers read the balancer's clock and random numbers, whatever the
   * builder says, and ask the {@link #withEjectionCap cap} before they open. Default: {@link
   * CircuitBreaker#builder}'s defaults, open for {@value #EJECTION_SECONDS} s the first time and
   * {@value #MAX_EJECTION_SECONDS} s at most.
   *
   * @param breaker the rules; copied
   * @return the changed policy
   */
  public FailurePolicy withCircuitBreaker(CircuitBreaker.Builder breaker) {
    CircuitBreaker.Builder copied = breaker.copy();
    copied.build("instance"); // refuses what cannot be built, here and now
    return with(copy -> copy.breaker = copied);
  }

  /**
   * Sets when an instance is ejected for what it does in comparison with the others. Default:
   * {@link OutlierDetection#defaults()}.
   *
   * @param detection the rules
   * @return the changed policy
   */
  public FailurePolicy withOutlierDetection(OutlierDetection detection) {
    requireNonNull(detection, "outlierDetection");
    return with(
        copy -> {
          copy.outliers = detection;
          copy.outliersSet = true;
        });
  }

  /**
   * Has nobody ejected in comparison with others; the circuit breakers go on.
   *
   * @return the changed policy
   */
  public FailurePolicy withoutOutlierDetection() {
    return with(
        copy -> {
          copy.outliers = null;
          copy.outliersSet = false;
        });
  }

  /**
   * Sets how many instances may be out at once, by circuit breakers, outlier detection and health
   * (status DOWN) together. What health takes out is out; what it leaves of the cap is for the
   * others, and an ejected instance is let in again if health takes its place. Where more fail than
   * may be out, nobody else is ejected: then the instances are not the cause. Default: {@value
   * EjectionCap#DEFAULT_MAX_PERCENT} %, at least one, {@value EjectionCap#DEFAULT_MINIMUM_LEFT}
   * left.
   *
   * @param maxPercent 1 to 100
   * @param minimumLeft how many must stay, at least 0; 0 lets the last one go
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withEjectionCap(int maxPercent, int minimumLeft) {
    check(
        maxPercent >= 1 && maxPercent <= 100,
        "ejectionCap.maxPercent",
        maxPercent,
        "1..100; or withoutEjection()");
    EjectionCap cap = EjectionCap.of(maxPercent, minimumLeft);
    return with(
        copy -> {
          copy.ejectionCap = cap;
          copy.ejectionCapSet = true;
        });
  }

  /**
   * Has no instance ejected: no circuit breakers, no outlier detection. An instance that fails
   * still looks loaded, and one that cannot be connected to is still left alone for a while.
   *
   * @return the changed policy
   */
  public FailurePolicy withoutEjection() {
    return with(
        copy -> {
          copy.breaker = null;
          copy.outliers = null;
          copy.outliersSet = false;
          copy.ejectionCapSet = false;
        });
  }

  /**
   * Limits how many requests may be in flight to each instance (a bulkhead). One that has as many
   * is passed over, not failed; if all have, requests are refused, or wait. Exact. Default: no
   * limit.
   *
   * @param requests 1 to 1 000 000
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withMaxInFlight(int requests) {
    check(requests >= 1 && requests <= 1_000_000, "maxInFlight", requests, "1..1000000");
    return with(copy -> copy.maxInFlight = requests);
  }

  /**
   * Lets each instance have as many requests in flight as it answers without its latency growing: a
   * limit that adapts, in place of {@link #withMaxInFlight}; see {@code docs/limits.md}. Requests
   * are timed for it. Default: no limit.
   *
   * @param min the least limit, at least 1
   * @param max the greatest, at least {@code min}, at most 10 000
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withAdaptiveConcurrency(int min, int max) {
    check(min >= 1, "adaptiveConcurrency.min", min, "at least 1");
    check(
        max >= min && max <= AdaptiveLimit.HIGHEST,
        "adaptiveConcurrency.max",
        max,
        min + ".." + AdaptiveLimit.HIGHEST);
    return with(
        copy -> {
          copy.adaptiveMin = min;
          copy.adaptiveMax = max;
        });
  }

  /**
   * Lets requests wait while every instance that could serve them is at its limit, first come first
   * served: {@code withWaitQueue(capacity, maxWait, false)}.
   *
   * @param capacity how many may wait, 1 to 1 000 000
   * @param maxWait how long one may wait, positive
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withWaitQueue(int capacity, Duration maxWait) {
    return withWaitQueue(capacity, maxWait, false);
  }

  /**
   * Lets requests wait while every instance that could serve them is at its limit. {@link
   * LoadBalancer#acquire} and {@link LoadBalancer#call} then block for so long; what is sent
   * asynchronously waits without a thread. Retries and hedges do not wait. Default: nobody waits,
   * and such requests fail with {@link NoInstanceAvailableException}.
   *
   * @param capacity how many may wait, 1 to 1 000 000; more are refused at once
   * @param maxWait how long one may wait, positive
   * @param lifoWhenOverloaded whether, while there is too much to do, turns go to who came last
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withWaitQueue(int capacity, Duration maxWait, boolean lifoWhenOverloaded) {
    check(capacity >= 1 && capacity <= 1_000_000, "waitQueue.capacity", capacity, "1..1000000");
    long nanos = positiveNanos(maxWait, "waitQueue.maxWait");
    return with(
        copy -> {
          copy.queueCapacity = capacity;
          copy.maxWaitNanos = nanos;
          copy.queueLifo = lifoWhenOverloaded;
        });
  }

  /**
   * Limits the requests of this balancer. What is too much is refused with {@link
   * dev.steelyard.lb.resilience.RequestRefusedException}, which says when trying again may help.
   * Retries and hedges are not counted: they have their budget. Default: no limit.
   *
   * @param perSecond requests per second, see {@link RateLimiter#perSecond(double, int)}
   * @param burst how many may be saved up, at least 1
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withRateLimit(double perSecond, int burst) {
    RateLimiter.perSecond(perSecond, burst); // refuses what is out of range, here and now
    return with(copy -> copy.rate = new FailureKnobs.Rate(perSecond, burst));
  }

  /**
   * Limits the requests of each client: of each {@link
   * dev.steelyard.lb.request.RequestContext#key()}, or client address if there is no key. Requests
   * with neither are not limited. Default: no limit.
   *
   * @param perSecond requests per second and client
   * @param burst how many may be saved up, at least 1
   * @param maxClients how many clients are remembered at once; beyond it the one that has been
   *     quiet longest is forgotten, and may have a burst again. At least 1
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withClientRateLimit(double perSecond, int burst, long maxClients) {
    RateLimiter.perSecond(perSecond, burst);
    check(maxClients >= 1, "clientRateLimit.maxClients", maxClients, "at least 1");
    return with(
        copy -> {
          copy.clientRate = new FailureKnobs.Rate(perSecond, burst);
          copy.maxClients = maxClients;
        });
  }

  /**
   * Has all instances used, also those that are DOWN or ejected, while fewer than a share of them
   * are well: the checks may be what is wrong, and the few that are left would not stand it (panic
   * mode). {@link BalancerSnapshot#panic} says so. Where there is a {@link Routing}, its own
   * threshold holds, and this one has no effect. Default: if a health monitor is {@linkplain
   * LoadBalancerBuilder#healthMonitor linked}, below what the {@link #withEjectionCap cap} leaves;
   * else never, since a status that somebody has set is a fact.
   *
   * @param percent 0 (never) to 100
   * @return the changed policy
   * @throws IllegalArgumentException if out of range
   */
  public FailurePolicy withPanicThreshold(int percent) {
    check(percent >= 0 && percent <= 100, "panicThreshold", percent, "0..100");
    return with(copy -> copy.panicPercent = percent);
  }

  FailureKnobs knobs() {
    return knobs;
  }

  @Override
  public String toString() {
    return "FailurePolicy" + knobs;
  }
}
