package dev.steelyard.lb;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.limit.LatencyQuantile;
import dev.steelyard.lb.limit.WaitQueue;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.RequestRefusedException;
import dev.steelyard.lb.resilience.RetryBudget;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the calls of a program over the instances of one service, and learns from how they end.
 *
 * <p>Thread-safe. It has no thread, except while something waits, and blocks on nothing but the
 * back-off of blocking calls; what is picked is decided by the {@link Selector}, what may be picked
 * by the {@link InstanceRegistry}, which any number of balancers may share.
 */
public final class LoadBalancer implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(LoadBalancer.class);

  /** What is usual is what was so in the last quarter to half of a minute. */
  private static final long LATENCY_WINDOW_NANOS = 15_000_000_000L;

  /** With fewer samples nothing is hedged, and adaptive limits are at their upper bound. */
  private static final int LATENCY_SAMPLES = 50;

  private final String name;
  private final Ticker ticker;
  private final ResponseClassifier classifier;
  private final FailureKnobs policy;
  private final RetryBudget retryBudget;
  private final FaultExit faults;
  private final Fleet fleet;
  private final FleetWriter writer;
  private final Limits limits;
  private final @Nullable Ejections ejections;
  private final Subscription subscription;
  private final LongAdder retries = new LongAdder();
  private final LongAdder hedges = new LongAdder();
  private final Scheduler scheduler;
  private final RandomSource random;
  private final @Nullable RetryBudget hedgeBudget;
  private final @Nullable LatencyQuantile latencies;
  private final @Nullable LoadBalancer fallback;

  LoadBalancer(LoadBalancerBuilder builder) {
    this.name = builder.name;
    this.ticker = builder.ticker;
    this.classifier = builder.classifier;
    this.policy = builder.failurePolicy.knobs();
    this.retryBudget = new RetryBudget(policy.budgetRatio, policy.budgetPerSecond, ticker.nanos());
    this.hedgeBudget =
        policy.hedgeQuantile == 0
            ? null
            : new RetryBudget(policy.hedgeMaxExtraLoad, 0, ticker.nanos());
    this.latencies =
        policy.needsLatencies()
            ? new LatencyQuantile(LATENCY_WINDOW_NANOS, LATENCY_SAMPLES, ticker.nanos())
            : null;
    this.fallback = builder.fallback;
    this.random = builder.random;
    this.scheduler =
        builder.scheduler == null ? Scheduler.onDemand(name + "-timer") : builder.scheduler;
    this.faults = new FaultExit(LOGGER, name);
    Signals signals = new Signals(ticker, builder.latencyDecayNanos);
    if (builder.reportedLoad != null) {
      signals.errorPenalty(builder.reportedLoad.errorPenalty());
    }
    StickySessionTable sessions = builder.stickySessions;
    if (sessions != null) {
      sessions.attach(name);
    }
    this.limits = new Limits(name, policy, ticker, scheduler);
    signals.queue(limits.queue());
    signals.alwaysTimed(
        policy.breaker != null && policy.breaker.judgesDuration(), policy.adaptiveMin > 0);
    signals.healthMonitor(builder.healthMonitor);
    this.fleet = new Fleet(name, builder.random, signals, sessions);
    this.ejections = Ejections.of(policy, signals, builder.random, fleet);
    this.writer =
        new FleetWriter(
            fleet,
            signals,
            new Settings(
                builder.selector,
                builder.routing,
                Map.of(),
                builder.slowStart,
                builder.reportedLoad),
            policy,
            builder.healthMonitor != null,
            ejections,
            faults,
            scheduler);
    this.subscription = builder.registry.subscribe(writer);
    try {
      writer.checkStarted();
    } catch (IllegalStateException failure) {
      close(); // nobody else can: the registry would go on telling it of changes
      throw failure;
    }
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param name the name of the service, for messages and snapshots; not blank
   * @param registry its instances
   * @return a new builder
   */
  public static LoadBalancerBuilder builder(String name, InstanceRegistry registry) {
    return new LoadBalancerBuilder(notBlank(name, "name"), requireNonNull(registry, "registry"));
  }

  /**
   * Returns the name of the service.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Picks an instance and begins a request to it: the low-level form, without retries.
   *
   * @param request what the request brings
   * @return a lease, to be ended when the request is
   * @throws NoInstanceAvailableException if no instance may get the request
   * @throws dev.steelyard.lb.resilience.RequestRefusedException if a rate limit of the failure
   *     policy refuses it, or it has waited too long
   * @throws IllegalStateException if the balancer is closed
   */
  public Lease acquire(RequestContext request) {
    limits.admit(request);
    return pickNow(request, Exclusions.of(request.excludedInstances()));
  }

  /**
   * Makes a call that is not idempotent: {@code call(RequestContext.empty(), call)}.
   *
   * @param call sends the request to the instance it is given
   * @param <T> what the call returns
   * @param <X> what the call throws
   * @return what the call returned
   * @throws X what the last attempt threw
   * @throws NoInstanceAvailableException if no instance may get the request
   */
  public <T extends @Nullable Object, X extends Exception> T call(BlockingCall<T, X> call)
      throws X {
    return call(RequestContext.empty(), call);
  }

  /**
   * Makes a call. After a failure that says that nothing was sent it is made again on another
   * instance; after other failures, and answers that the {@link ResponseClassifier} calls one, if
   * the request is idempotent and the {@link FailurePolicy} says so; within the retry budget.
   * Blocks while a retry waits.
   *
   * @param request what the request brings
   * @param call sends the request to the instance it is given
   * @param <T> what the call returns
   * @param <X> what the call throws
   * @return what the last attempt returned
   * @throws X what the last attempt threw
   * @throws NoInstanceAvailableException if no instance may get the request
   * @throws dev.steelyard.lb.resilience.RequestRefusedException if a limit refuses the request
   * @throws java.util.concurrent.CancellationException if the thread is interrupted while a retry
   *     waits; it stays interrupted, and the cause is what the last attempt threw
   * @throws IllegalStateException if the balancer is closed
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      RequestContext request, BlockingCall<T, X> call) throws X {
    requireNonNull(call, "call");
    Attempts attempts = attempts(request);
    Lease lease = attempts.first();
    while (true) {
      T response;
      try {
        response = call.send(lease.instance());
      } catch (Throwable failure) {
        Lease next = attempts.retry(lease, failure, true);
        if (next == null) {
          throw failure;
        }
        lease = next;
        continue;
      }
      Lease next = attempts.retry(lease, response);
      if (next == null) {
        return response;
      }
      lease = next;
    }
  }

  /**
   * Makes a call, and has something else to return if it cannot be made or fails in the end: {@link
   * #call(RequestContext, BlockingCall)}, and a fallback. An answer is an answer, also a bad one,
   * and does not go to the fallback.
   *
   * @param request what the request brings
   * @param call sends the request to the instance it is given
   * @param fallback is given what {@code call} would throw: {@link NoInstanceAvailableException},
   *     {@link dev.steelyard.lb.resilience.RequestRefusedException}, or what the last attempt
   *     threw; but never an {@link Error}, an interrupt or a cancellation, which are thrown. What
   *     it throws is thrown
   * @param <T> what the call returns
   * @param <X> what the call throws
   * @return what the last attempt returned, or the fallback
   * @throws X an interrupt or a cancellation
   */
  public <T extends @Nullable Object, X extends Exception> T callOrElse(
      RequestContext request,
      BlockingCall<T, X> call,
      Function<? super Exception, ? extends T> fallback)
      throws X {
    requireNonNull(fallback, "fallback");
    try {
      return call(request, call);
    } catch (Exception failure) {
      if (Failures.isCancellation(failure)) {
        throw failure;
      }
      return fallback.apply(failure);
    }
  }

  /**
   * Makes a call that is answered later and is not idempotent: {@code
   * callAsync(RequestContext.empty(), call)}.
   *
   * @param call sends the request to the instance it is given
   * @param <T> what the call answers
   * @return the answer
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      Function<? super Instance, ? extends CompletionStage<T>> call) {
    return callAsync(RequestContext.empty(), call);
  }

  /**
   * Makes a call that is answered later, with retries as in {@link #call(RequestContext,
   * BlockingCall)}, and hedges and time limits as the {@link FailurePolicy} says. Does not block.
   * Completing the returned future from outside, by cancelling it or by a timeout, cancels the
   * attempts under way and ends their leases.
   *
   * @param request what the request brings
   * @param call sends the request to the instance it is given, without waiting for the answer. May
   *     be called again, with another instance, on another thread. What it returns is cancelled
   *     through {@link CompletionStage#toCompletableFuture()} when it is given up
   * @param <T> what the call answers
   * @return the answer, or the failure of the last attempt without wrappers, or a {@link
   *     java.util.concurrent.TimeoutException} where a limit of the policy was passed; dependent
   *     stages run on the thread that completes the attempt
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      RequestContext request, Function<? super Instance, ? extends CompletionStage<T>> call) {
    requireNonNull(call, "call");
    return attempts(request).call(call);
  }

  /**
   * Makes a call that is answered later, and has something else to answer if it cannot be made or
   * fails in the end: as {@link #callOrElse}.
   *
   * @param request what the request brings
   * @param call as in {@link #callAsync(RequestContext, Function)}
   * @param fallback as in {@link #callOrElse}, and {@link java.util.concurrent.TimeoutException};
   *     runs on the thread that completes the last attempt; must not block
   * @param <T> what the call answers
   * @return the answer or the fallback; cancelling it cancels the call
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsyncOrElse(
      RequestContext request,
      Function<? super Instance, ? extends CompletionStage<T>> call,
      Function<? super Exception, ? extends T> fallback) {
    requireNonNull(fallback, "fallback");
    CompletableFuture<T> called = callAsync(request, call);
    CompletableFuture<T> result = new CompletableFuture<>();
    var unusedAnswer =
        called.whenComplete(
            (value, failure) -> {
              try {
                if (failure == null) {
                  result.complete(value);
                } else if (failure instanceof Exception seen && !Failures.isCancellation(seen)) {
                  result.complete(fallback.apply(seen));
                } else {
                  result.completeExceptionally(failure);
                }
              } catch (Throwable fault) {
                result.completeExceptionally(fault);
              }
            });
    var unusedEnd = result.whenComplete((value, failure) -> called.cancel(true));
    return result;
  }

  /**
   * Begins a call whose attempts the caller makes.
   *
   * @param request what the request brings
   * @return the attempts
   */
  public Attempts attempts(RequestContext request) {
    return attempts(request, classifier);
  }

  /**
   * Begins a call whose attempts the caller makes and classifies: what an integration uses that
   * knows the protocol of the answers.
   *
   * @param request what the request brings
   * @param verdict used for this call in place of the balancer's classifier
   * @return the attempts
   */
  public Attempts attempts(RequestContext request, ResponseClassifier verdict) {
    return new Attempts(
        this, requireNonNull(request, "request"), requireNonNull(verdict, "classifier"));
  }

  /**
   * Changes the strategy. In flight requests, what was learned of the instances and sticky sessions
   * stay; requests that are being started go by the old or the new one. Returns when the new one is
   * in use. O(n), and whatever the strategy prepares.
   *
   * @param strategy how to pick from now on
   * @throws IllegalStateException if called from within {@link Selector#prepare}
   */
  public void selector(Selector strategy) {
    requireNonNull(strategy, "selector");
    writer.change(settings -> settings.with(strategy));
  }

  /**
   * Changes the routing, as {@link #selector(Selector)} does the strategy.
   *
   * @param rules where to send from now on
   * @throws IllegalStateException if called from within {@link Selector#prepare}
   */
  public void routing(Routing rules) {
    requireNonNull(rules, "routing");
    writer.change(settings -> settings.with(rules));
  }

  /**
   * Multiplies the weight of an instance, for this balancer only: the operator's hand. 0 takes it
   * out for new requests; sessions bound to it go on. Holds until it is changed or cleared, also
   * when the instance leaves and comes back, and before it has come.
   *
   * @param instanceId the id of the instance
   * @param factor finite and at least 0
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if called from within {@link Selector#prepare}
   */
  public void overrideWeight(String instanceId, double factor) {
    notBlank(instanceId, "instanceId");
    check(
        factor >= 0 && factor <= Double.MAX_VALUE,
        "override of instance " + instanceId,
        factor,
        "finite and >= 0");
    writer.change(settings -> settings.withOverride(instanceId, factor));
  }

  /**
   * Ends {@link #overrideWeight}; does nothing if there is none.
   *
   * @param instanceId the id of the instance
   * @throws IllegalStateException if called from within {@link Selector#prepare}
   */
  public void clearOverride(String instanceId) {
    notBlank(instanceId, "instanceId");
    writer.change(settings -> settings.withOverride(instanceId, null));
  }

  /**
   * Takes note of what an instance says about its load by another way than the answer to a request;
   * see {@link Lease#report}. O(n).
   *
   * @param instanceId the id of the instance
   * @param report the report
   * @return whether it is used: also false if the instance is not registered
   */
  public boolean report(String instanceId, LoadReport report) {
    requireNonNull(report, "report");
    LiveEndpoint endpoint = writer.find(instanceId);
    return endpoint != null && endpoint.report(report);
  }

  /**
   * Returns the circuit breaker of an instance, for an operator's hand: to force it open, to
   * disable it, to let the instance in again, or to listen. O(n).
   *
   * @param instanceId the id of the instance
   * @return its breaker, which is replaced when the instance is registered anew; null if it is not
   *     registered, or the failure policy ejects nobody
   */
  public @Nullable CircuitBreaker circuitBreaker(String instanceId) {
    LiveEndpoint endpoint = writer.find(notBlank(instanceId, "instanceId"));
    return endpoint == null ? null : endpoint.breaker();
  }

  /**
   * Returns the state of every endpoint. O(n); for people and metrics, not for the path of
   * requests.
   *
   * @return a snapshot
   */
  public BalancerSnapshot snapshot() {
    long now = ticker.nanos();
    Active active = fleet.active();
    return new BalancerSnapshot(
        name,
        active.registry().version(),
        active.selector(),
        writer.settings().routing(),
        active.panic(),
        active.tierLoads(),
        active.zoneShares(),
        active.clientSubset(),
        active.describe(now),
        retries.sum(),
        hedges.sum(),
        retryBudget.exhausted(),
        retryBudget.balance(now),
        Ejections.describe(ejections),
        limits.describe(),
        faults.count());
  }

  /**
   * Stops giving out instances and following the registry. Leases that are open end as they would.
   * Idempotent.
   */
  @Override
  public void close() {
    subscription.close();
    writer.close();
  }

  Fleet fleet() {
    return fleet;
  }

  void noteRequest(RequestContext request, long now) {
    limits.admit(request);
    retryBudget.deposit(now);
    if (hedgeBudget != null) {
      hedgeBudget.deposit(now);
    }
  }

  FailureKnobs policy() {
    return policy;
  }

  Ticker ticker() {
    return ticker;
  }

  /**
   * Picks an instance and begins an attempt; waits for one with room if the policy lets requests
   * wait.
   */
  Lease acquireNow(RequestContext request, Exclusions excluded) {
    WaitQueue queue = limits.queue();
    return queue == null
        ? fleet.acquire(request, excluded)
        : new Waiting(fleet, queue, request, excluded).acquire();
  }

  /** As {@link #acquireNow}, without blocking; the future fails with what that throws. */
  CompletableFuture<Lease> acquireLater(RequestContext request, Exclusions excluded) {
    WaitQueue queue = limits.queue();
    if (queue != null) {
      return new Waiting(fleet, queue, request, excluded).acquireLater();
    }
    try {
      return CompletableFuture.completedFuture(fleet.acquire(request, excluded));
    } catch (RuntimeException none) {
      return CompletableFuture.failedFuture(none);
    }
  }

  /** An instance of this balancer, or else of the one behind it. */
  Lease pickNow(RequestContext request, Exclusions excluded) {
    LoadBalancer other = fallback;
    if (other == null) {
      return acquireNow(request, excluded);
    }
    try {
      return acquireNow(request, excluded);
    } catch (NoInstanceAvailableException none) {
      try {
        return other.pickNow(request, excluded);
      } catch (NoInstanceAvailableException noneEither) {
        throw none;
      } catch (IllegalStateException unusable) {
        none.addSuppressed(unusable);
        throw none;
      }
    }
  }

  /** As {@link #pickNow}, without blocking. */
  CompletableFuture<Lease> pickLater(RequestContext request, Exclusions excluded) {
    CompletableFuture<Lease> own = acquireLater(request, excluded);
    LoadBalancer other = fallback;
    return other == null ? own : Elsewhere.orElse(own, () -> other.pickLater(request, excluded));
  }

  /**
   * When an instance can be asked that is not excluded: 0 for now, or in so many nanoseconds,
   * because all of them want to be left alone until then; -1 if there is none. Says nothing of what
   * subsets and sessions ask for. O(n), mostly O(1).
   */
  long freeIn(Exclusions excluded, long now) {
    long free = fleet.freeIn(excluded, now);
    if (free == 0 || fallback == null) {
      return free;
    }
    long elsewhere = fallback.freeIn(excluded, now);
    return elsewhere < 0 || (free >= 0 && free < elsewhere) ? free : elsewhere;
  }

  /** A request has failed: it earns no retries. */
  void forfeit(long depositedNanos) {
    retryBudget.forfeit(depositedNanos);
  }

  boolean withdraw(long now) {
    return retryBudget.tryWithdraw(now);
  }

  /** Asks first whether the common budget has something, so as not to burn the own one. */
  boolean withdrawHedge(long now) {
    return hedgeBudget != null
        && retryBudget.balance(now) >= 1
        && hedgeBudget.tryWithdraw(now)
        && retryBudget.tryWithdraw(now);
  }

  void countRetry() {
    retries.increment();
  }

  void countHedge() {
    hedges.increment();
  }

  /** No instance could be had for a retry; that is news only if the picker is at fault. */
  void noRetry(Throwable none) {
    Throwable cause = Failures.unwrap(none);
    if (!(cause instanceof NoInstanceAvailableException)
        && !(cause instanceof RequestRefusedException)
        && !(cause instanceof CancellationException)
        && !fleet.isClosed()) {
      faults.report("Picker.pick", cause);
    }
  }

  boolean isRetried(Throwable cause) {
    try {
      return policy.retriedFailures.test(cause);
    } catch (Throwable fault) {
      faults.report("FailurePolicy.retriedFailures", fault);
      return false;
    }
  }

  RandomSource random() {
    return random;
  }

  @Nullable LatencyQuantile latencies() {
    return latencies;
  }

  /** How long successful attempts have taken lately; below 0 if that is not known. */
  long latency(double quantile, long now) {
    return latencies == null ? -1 : latencies.quantile(quantile, now);
  }

  /** An attempt has succeeded. */
  void recordLatency(long startNanos) {
    if (latencies != null) {
      long now = ticker.nanos();
      latencies.record(now - startNanos, now);
    }
  }

  /** Has a task run later; null if the scheduler refuses it. */
  Scheduler.@Nullable Task schedule(long nanos, Runnable task) {
    try {
      return scheduler.schedule(Duration.ofNanos(nanos), task);
    } catch (RuntimeException refused) {
      faults.report("Scheduler.schedule", refused);
      return null;
    }
  }

  /** Blocks until the scheduler says so. */
  void pause(long nanos, @Nullable Throwable failure) {
    CompletableFuture<@Nullable Void> gate = new CompletableFuture<>();
    Scheduler.Task task = schedule(nanos, () -> gate.complete(null));
    if (task == null) {
      return;
    }
    try {
      gate.get();
    } catch (InterruptedException interrupt) {
      task.cancel();
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException(name + ": interrupted while a retry waits");
      cancelled.initCause(failure == null ? interrupt : failure);
      throw cancelled;
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
  }

  void report(String callback, Throwable fault) {
    faults.report(callback, fault);
  }

  boolean report(Lease answered, String header) {
    if (answered.endpoint().signals().errorPenalty() < 0) {
      return false;
    }
    try {
      return answered.report(LoadReport.parse(header));
    } catch (IllegalArgumentException unreadable) {
      faults.report("LoadReport.parse", unreadable);
      return false;
    }
  }

  Outcome classify(
      ResponseClassifier verdict, @Nullable Object response, @Nullable Throwable failure) {
    try {
      return requireNonNull(verdict.classify(response, failure), "outcome");
    } catch (Throwable fault) {
      faults.report("ResponseClassifier.classify", fault);
      return Outcome.IGNORED;
    }
  }

  @Override
  public String toString() {
    return "LoadBalancer[" + name + ", " + fleet.active().selector() + "]";
  }
}
