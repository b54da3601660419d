package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Exclusions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where the attempts of one call have been, and whether, where and when another one may begin.
 *
 * <p>Written by one thread at a time: whoever holds the call between two attempts. The exception is
 * a hedge, which begins beside an attempt that may end meanwhile: hence the count is atomic; that
 * one of two exclusions may be lost then does no harm, since it is an instance that may be tried
 * anyway once the others were.
 */
final class RetryPlan {
  private static final VarHandle LEFT;

  static {
    try {
      LEFT = MethodHandles.lookup().findVarHandle(RetryPlan.class, "left", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * An attempt that is to follow; the budget is charged.
   *
   * @param waitNanos how long it waits
   * @param held the lease that it has already, or null
   */
  record Next(long waitNanos, @Nullable Lease held) {
    /** Nothing was sent. */
    void release() {
      if (held != null) {
        held.complete(Outcome.IGNORED);
      }
    }
  }

  private final LoadBalancer balancer;
  private final RequestContext request;
  private final FailureKnobs policy;
  private final Exclusions unwanted;
  private volatile Exclusions tried;

  // How many attempts may still be made, retries and hedges together.
  @SuppressWarnings("FieldMayBeFinal") // written through LEFT
  private volatile int left;

  private int retries;
  private boolean forfeited;
  private long begunNanos;
  private boolean limited;
  private long deadlineNanos;

  RetryPlan(LoadBalancer balancer, RequestContext request) {
    this.balancer = balancer;
    this.request = request;
    this.policy = balancer.policy();
    this.unwanted = Exclusions.of(request.excludedInstances());
    this.tried = unwanted;
    this.left = Math.max(policy.maxRetries, policy.hedgeQuantile > 0 ? 1 : 0);
  }

  LoadBalancer balancer() {
    return balancer;
  }

  FailureKnobs policy() {
    return policy;
  }

  /** The call begins. */
  void begin() {
    long now = balancer.ticker().nanos();
    begunNanos = now;
    balancer.noteRequest(request, now);
    if (policy.overallTimeoutNanos > 0) {
      limit(now + policy.overallTimeoutNanos);
    }
  }

  void deadlineIn(Duration remaining) {
    long nanos = balancer.ticker().nanos();
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
    limit(nanos + (remaining.compareTo(longest) < 0 ? remaining : longest).toNanos());
  }

  private void limit(long atNanos) {
    if (!limited || atNanos - deadlineNanos < 0) {
      deadlineNanos = atNanos;
      limited = true;
    }
  }

  private boolean isInTime(long nanos) {
    return !limited || deadlineNanos - nanos > 0;
  }

  Lease acquireNow() {
    return balancer.pickNow(request, tried);
  }

  CompletableFuture<Lease> acquireLater() {
    return balancer.pickLater(request, tried);
  }

  /** After a wait, or where waiting for room is no harm; null if there is no instance. */
  @Nullable Lease acquireAgain() {
    try {
      return retrying(acquireNow());
    } catch (RuntimeException none) {
      balancer.noRetry(none);
      return null; // what led here tells more than that there is no other instance
    }
  }

  Lease retrying(Lease lease) {
    balancer.countRetry();
    return lease;
  }

  /** Whether the call may be made again after a failure. */
  boolean mayFollow(Throwable cause) {
    return Failures.isUnsent(cause) || (request.isIdempotent() && balancer.isRetried(cause));
  }

  /** Whether the call may be made again after an answer. */
  boolean mayFollow(Outcome outcome) {
    return request.isIdempotent() && policy.retriedOutcomes.contains(outcome);
  }

  /** Whether the call may be made again after a time limit of ours. */
  boolean mayFollowTimeout() {
    return request.isIdempotent();
  }

  /**
   * Plans the attempt after one that has ended, and charges the budget: before any wait, so that
   * what waits is counted (Envoy#30205), and only if there is an instance that it could go to.
   *
   * @param failed where the last attempt was
   * @param hold whether an instance is to be taken at once, although the attempt may wait
   * @return null if there is to be no other attempt
   */
  @Nullable Next next(LiveEndpoint failed, boolean hold) {
    if (policy.maxRetries == 0 || left <= 0) {
      return null;
    }
    if (!forfeited) {
      forfeited = true;
      balancer.forfeit(begunNanos);
    }
    exclude(failed);
    long now = balancer.ticker().nanos();
    Exclusions elsewhere = tried;
    long free = whereTo(failed, now);
    if (free < 0) {
      return null;
    }
    retries++;
    boolean isNew = tried == elsewhere;
    long wait = Math.max(Backoff.nanos(retries, isNew, policy, balancer.random()), free);
    if (!isInTime(now + wait) || !balancer.withdraw(now)) {
      return null;
    }
    LEFT.getAndAdd(this, -1);
    if (!hold) {
      return new Next(wait, null);
    }
    Lease lease = immediately(acquireLater());
    return lease == null ? null : new Next(wait, retrying(lease));
  }

  /**
   * Chooses whom to leave out: all that were tried, or else the last one only (dubbo#1737), or else
   * nobody. Goes by who can be asked soonest. Returns how long until then, -1 if nobody can serve.
   */
  private long whereTo(LiveEndpoint failed, long now) {
    long free = balancer.freeIn(tried, now);
    if (free == 0) {
      return free;
    }
    for (Exclusions fewer : new Exclusions[] {unwanted.plus(failed), unwanted}) {
      long then = balancer.freeIn(fewer, now);
      if (then >= 0 && (free < 0 || then < free)) {
        free = then;
        tried = fewer;
      }
    }
    return free;
  }

  private void exclude(LiveEndpoint endpoint) {
    Exclusions known = tried;
    if (!known.contains(endpoint)) {
      tried = known.plus(endpoint);
    }
  }

  /** How long after its begin an attempt is hedged, -1 if it is not. */
  long hedgeDelay(long now) {
    if (policy.hedgeQuantile == 0 || !request.isIdempotent() || left <= 0) {
      return -1;
    }
    long usual = balancer.latency(policy.hedgeQuantile, now);
    return usual < 0 ? -1 : Math.max(usual, policy.hedgeMinDelayNanos);
  }

  /**
   * Takes another instance for a hedge, and charges both budgets; null if there is none, or all are
   * to be left alone, or the budgets or the deadline do not allow it.
   */
  @Nullable Lease hedge(LiveEndpoint primary) {
    long now = balancer.ticker().nanos();
    Exclusions others = tried.contains(primary) ? tried : tried.plus(primary);
    if (left <= 0
        || !isInTime(now)
        || balancer.freeIn(others, now) != 0
        || !balancer.withdrawHedge(now)) {
      return null;
    }
    return immediately(balancer.pickLater(request, others));
  }

  /** A hedge has begun. */
  void hedged(LiveEndpoint primary, LiveEndpoint hedge) {
    LEFT.getAndAdd(this, -1);
    exclude(primary);
    exclude(hedge);
    balancer.countHedge();
  }

  /**
   * The lease if it is there at once: an answer in hand, or an attempt under way, does not wait.
   */
  private @Nullable Lease immediately(CompletableFuture<Lease> acquiring) {
    if (!acquiring.isDone()) {
      var unused =
          acquiring.whenComplete(
              (late, none) -> {
                if (late != null) {
                  late.complete(Outcome.IGNORED);
                }
              });
      acquiring.cancel(false);
      return null;
    }
    try {
      return acquiring.join();
    } catch (RuntimeException none) {
      balancer.noRetry(none);
      return null;
    }
  }

  /** The limit of an attempt that begins now, 0 for none. */
  long tryTimeout(long now) {
    if (policy.adaptiveTimeoutFactor == 0) {
      return policy.perTryTimeoutNanos;
    }
    long usual = balancer.latency(0.99, now);
    return usual < 0
        ? policy.perTryTimeoutNanos
        : (long)
            Math.min(
                Math.max(policy.adaptiveTimeoutFactor * usual, (double) policy.minTryTimeoutNanos),
                (double) policy.perTryTimeoutNanos);
  }
}
