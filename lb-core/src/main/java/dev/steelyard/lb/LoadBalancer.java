package dev.steelyard.lb;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.limit.WaitQueue;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Subscription;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.RetryBudget;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the calls of a program over the instances of one service, and learns from how they end.
 *
 * <p>Thread-safe. It has no thread and blocks on nothing; what is picked is decided by the {@link
 * Selector}, what may be picked by the {@link InstanceRegistry}, which any number of balancers may
 * share.
 */
public final class LoadBalancer implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(LoadBalancer.class);

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

  LoadBalancer(LoadBalancerBuilder builder) {
    this.name = builder.name;
    this.ticker = builder.ticker;
    this.classifier = builder.classifier;
    this.policy = builder.failurePolicy.knobs();
    this.retryBudget = new RetryBudget(policy.budgetRatio, policy.budgetPerSecond, ticker.nanos());
    this.faults = new FaultExit(LOGGER, name);
    Signals signals = new Signals(ticker, builder.latencyDecayNanos);
    if (builder.reportedLoad != null) {
      signals.errorPenalty(builder.reportedLoad.errorPenalty());
    }
    StickySessionTable sessions = builder.stickySessions;
    if (sessions != null) {
      sessions.attach(name);
    }
    Scheduler scheduler =
        builder.scheduler == null ? Scheduler.onDemand(name + "-timer") : builder.scheduler;
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
    return acquireNow(request, Exclusions.of(request.excludedInstances()));
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
   * Makes a call. If it fails to connect, or with an {@link java.io.IOException} while the request
   * is idempotent, it is made again on another instance, within the retry budget.
   *
   * @param request what the request brings
   * @param call sends the request to the instance it is given
   * @param <T> what the call returns
   * @param <X> what the call throws
   * @return what the call returned
   * @throws X what the last attempt threw
   * @throws NoInstanceAvailableException if no instance may get the request
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
      attempts.end(lease, response);
      return response;
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
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(AsyncCall<T> call) {
    return callAsync(RequestContext.empty(), call);
  }

  /**
   * Makes a call that is answered later, with retries as in {@link #call(RequestContext,
   * BlockingCall)}. Completing the returned future from outside, by cancelling it or by a timeout,
   * cancels the attempt under way and ends its lease.
   *
   * @param request what the request brings
   * @param call sends the request to the instance it is given
   * @param <T> what the call answers
   * @return the answer, or the failure of the last attempt without wrappers; dependent stages run
   *     on the thread that completes the attempt
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      RequestContext request, AsyncCall<T> call) {
    return new AsyncAttempts<>(attempts(request), requireNonNull(call, "call")).start();
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
        this,
        requireNonNull(request, "request"),
        requireNonNull(verdict, "classifier"),
        policy.maxRetries);
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

  void noteRequest(RequestContext request) {
    limits.admit(request);
    retryBudget.deposit(ticker.nanos());
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

  /** Another instance than those tried, if there is one and the budget allows it. */
  @Nullable Lease acquireRetry(RequestContext request, Exclusions excluded) {
    if (!retryBudget.tryWithdraw(ticker.nanos())) {
      return null;
    }
    try {
      Lease lease = fleet.acquire(request, excluded);
      retries.increment();
      return lease;
    } catch (NoInstanceAvailableException none) {
      return null; // the failure that led here tells more than that there is no other instance
    } catch (RuntimeException fault) {
      if (!fleet.isClosed()) {
        faults.report("Picker.pick", fault);
      }
      return null;
    }
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
