package dev.steelyard.lb;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.limit.ClientRateLimits;
import dev.steelyard.lb.limit.WaitQueue;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.RateLimiter;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.resilience.RequestRefusedException.Reason;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer refuses before it picks, and the line of those who wait for an instance with
 * room. What is refused here counts against no instance.
 */
final class Limits {
  private final String name;
  private final Ticker ticker;
  private final @Nullable RateLimiter all;
  private final @Nullable ClientRateLimits clients;
  private final @Nullable WaitQueue queue;
  private final LongAdder refused = new LongAdder();

  Limits(String name, FailureKnobs policy, Ticker ticker, Scheduler scheduler) {
    this.name = name;
    this.ticker = ticker;
    FailureKnobs.Rate rate = policy.rate;
    this.all = rate == null ? null : RateLimiter.perSecond(rate.perSecond(), rate.burst(), ticker);
    FailureKnobs.Rate client = policy.clientRate;
    this.clients =
        client == null
            ? null
            : new ClientRateLimits(client.perSecond(), client.burst(), policy.maxClients, ticker);
    this.queue =
        policy.queueCapacity == 0
            ? null
            : new WaitQueue(
                name,
                policy.queueCapacity,
                policy.maxWaitNanos,
                policy.queueLifo,
                scheduler,
                ticker);
  }

  /** A new request, not a retry, asks whether it may be sent at all. */
  void admit(RequestContext request) {
    RateLimiter rate = all;
    ClientRateLimits perClient = clients;
    if (rate == null && perClient == null) {
      return;
    }
    long now = ticker.nanos();
    if (rate != null && !rate.tryAcquire(now)) {
      refused.increment();
      throw refuse(Reason.RATE_LIMITED, rate.nanosUntilAvailable(1, now));
    }
    String client = perClient == null ? null : clientOf(request);
    if (perClient != null && client != null) {
      long wait = perClient.tryAcquire(client, now);
      if (wait > 0) {
        if (rate != null) {
          rate.refund(1, now); // what one client has too much is not at the cost of the others
        }
        throw refuse(Reason.CLIENT_RATE_LIMITED, wait);
      }
    }
  }

  /** Prefixed, so that a key that looks like an address is not one. */
  private static @Nullable String clientOf(RequestContext request) {
    String key = request.key();
    if (key != null) {
      return "k" + key;
    }
    return request.hasClientAddress()
        ? "a"
            + Long.toHexString(request.clientAddressHigh())
            + ':'
            + Long.toHexString(request.clientAddressLow())
        : null;
  }

  private RequestRefusedException refuse(Reason reason, long waitNanos) {
    return new RequestRefusedException(name, reason, Duration.ofNanos(waitNanos));
  }

  @Nullable WaitQueue queue() {
    return queue;
  }

  BalancerSnapshot.Refusals describe() {
    return new BalancerSnapshot.Refusals(
        refused.sum(),
        clients == null ? 0 : clients.refused(),
        queue == null ? 0 : queue.waiting(),
        queue == null ? 0 : queue.refused(),
        queue == null ? 0 : queue.timedOut());
  }
}
