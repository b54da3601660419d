package dev.steelyard.lb;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.sticky.StickySessionTable;
import dev.steelyard.lb.weigh.ReportedWeight;
import dev.steelyard.lb.weigh.SlowStart;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a balancer; not thread-safe. */
public final class LoadBalancerBuilder {
  /** The default time constant by which an average latency fades, in seconds: {@value}. */
  public static final int DEFAULT_LATENCY_DECAY_SECONDS = 10;

  /**
   * Over how many seconds an instance that was ejected gets its full weight again, where there is
   * no {@link #slowStart}: {@value}.
   */
  public static final int RETURN_SECONDS = 5;

  final String name;
  final InstanceRegistry registry;
  Selector selector = Selectors.leastResponseTime();
  ResponseClassifier classifier = ResponseClassifier.standard();
  FailurePolicy failurePolicy = FailurePolicy.standard();
  private boolean policySet;
  private boolean shortcutUsed;
  long latencyDecayNanos = Duration.ofSeconds(DEFAULT_LATENCY_DECAY_SECONDS).toNanos();
  Routing routing = Routing.none();
  @Nullable SlowStart slowStart;
  Settings.@Nullable ReportedLoad reportedLoad;
  @Nullable StickySessionTable stickySessions;
  @Nullable Scheduler scheduler;
  @Nullable HealthMonitor healthMonitor;
  @Nullable LoadBalancer fallback;
  Ticker ticker = Ticker.system();
  RandomSource random = RandomSource.threadLocal();

  LoadBalancerBuilder(String name, InstanceRegistry registry) {
    this.name = name;
    this.registry = registry;
  }

  /**
   * Sets the strategy. Default: {@link Selectors#leastResponseTime()}.
   *
   * @param strategy how to pick
   * @return this builder
   */
  public LoadBalancerBuilder selector(Selector strategy) {
    this.selector = requireNonNull(strategy, "selector");
    return this;
  }

  /**
   * Sets what an end of a call tells about the instance. Default: {@link
   * ResponseClassifier#standard()}.
   *
   * @param verdict the classifier
   * @return this builder
   */
  public LoadBalancerBuilder classifier(ResponseClassifier verdict) {
    this.classifier = requireNonNull(verdict, "classifier");
    return this;
  }

  /**
   * Sets what is done about failures. Default: {@link FailurePolicy#standard()}.
   *
   * @param policy the policy
   * @return this builder
   */
  public LoadBalancerBuilder failurePolicy(FailurePolicy policy) {
    this.failurePolicy = requireNonNull(policy, "failurePolicy");
    this.policySet = true;
    return this;
  }

  /**
   * Sets how many times a call is sent again at most, in the standard policy. Default: {@value
   * FailurePolicy#DEFAULT_MAX_RETRIES}.
   *
   * @param retries 0 (never) to 10
   * @return this builder
   * @throws IllegalArgumentException if out of range
   * @see FailurePolicy#withMaxRetries
   */
  public LoadBalancerBuilder maxRetries(int retries) {
    check(retries >= 0 && retries <= 10, "maxRetries", retries, "0..10");
    this.failurePolicy =
        retries == 0 ? failurePolicy.withoutRetries() : failurePolicy.withMaxRetries(retries);
    this.shortcutUsed = true;
    return this;
  }

  /**
   * Sets how many retries all calls together may make, in the standard policy.
   *
   * @param ratio retries per request, 0 to 1, a multiple of 0.001
   * @param perSecond retries per second besides, 0 to 1 000 000
   * @return this builder
   * @throws IllegalArgumentException if out of range
   * @see FailurePolicy#withRetryBudget
   */
  public LoadBalancerBuilder retryBudget(double ratio, double perSecond) {
    this.failurePolicy = failurePolicy.withRetryBudget(ratio, perSecond);
    this.shortcutUsed = true;
    return this;
  }

  /**
   * Sets the time constant by which the average latency fades that {@link Selectors#peakEwma()}
   * goes by, and that the snapshot shows. Default: {@value #DEFAULT_LATENCY_DECAY_SECONDS} s.
   * Shorter forgets a slow answer sooner, and tries a slow instance more often. The default
   * strategy keeps a mean of its own.
   *
   * @param timeConstant positive
   * @return this builder
   * @throws IllegalArgumentException if not positive
   */
  public LoadBalancerBuilder latencyDecay(Duration timeConstant) {
    this.latencyDecayNanos = positiveNanos(timeConstant, "latencyDecay");
    return this;
  }

  /**
   * Sets where to send before which to send: zones, priorities, subsets, splits. Default: {@link
   * Routing#none()}.
   *
   * @param rules the routing
   * @return this builder
   */
  public LoadBalancerBuilder routing(Routing rules) {
    this.routing = requireNonNull(rules, "routing");
    return this;
  }

  /**
   * Has instances warm up linearly, from a tenth of their weight: {@code slowStart(window, 1,
   * 0.1)}.
   *
   * @param window how long, positive
   * @return this builder
   * @throws IllegalArgumentException if not positive
   */
  public LoadBalancerBuilder slowStart(Duration window) {
    return slowStart(window, SlowStart.DEFAULT_AGGRESSION, SlowStart.DEFAULT_MINIMUM);
  }

  /**
   * Has instances warm up under every strategy: for the window, the weight of an instance that was
   * registered after the balancer was built, whose status lets it have requests again, or that
   * answers again after no connection could be made to it, is multiplied by {@code max(minimum,
   * (elapsed / window)^(1 / aggression))}, as in Envoy. Default: none. While an instance warms up
   * the balancer computes weights anew, by the {@link #scheduler}, up to 50 times in a window;
   * hashing strategies then move keys each time.
   *
   * @param window how long, positive
   * @param aggression above 0; 1 is linear, 2 begins faster
   * @param minimum the least factor, above 0 to 1
   * @return this builder
   * @throws IllegalArgumentException if out of range
   */
  public LoadBalancerBuilder slowStart(Duration window, double aggression, double minimum) {
    this.slowStart = new SlowStart(positiveNanos(window, "slowStart.window"), aggression, minimum);
    return this;
  }

  /**
   * Has weights follow what instances report about their load, with gRPC's defaults: {@code
   * reportedLoad(10 s, 180 s, 1 s, 1)}.
   *
   * @return this builder
   */
  public LoadBalancerBuilder reportedLoad() {
    return reportedLoad(
        Duration.ofSeconds(10),
        Duration.ofSeconds(180),
        Duration.ofSeconds(1),
        ReportedWeight.DEFAULT_ERROR_PENALTY);
  }

  /**
   * Has weights follow what instances report about their load ({@link Lease#report}, {@link
   * LoadBalancer#report}, and the {@code endpoint-load-metrics} header of HTTP answers):
   * client-side weighted selection as in gRPC A58, under any strategy that honours weights. The
   * factor of an instance is {@code qps / (utilisation + eps / qps * errorPenalty)} over the mean
   * of those known, 0.1 to 10; 1 while it is unknown, and for all while fewer than two are known.
   * Default: none.
   *
   * @param blackout how long an instance must have reported before it counts; zero or positive
   * @param expiry how long the last report counts; positive
   * @param update how often weights are computed anew while reports come; at least 100 ms
   * @param errorPenalty how much errors weigh beside utilisation; finite and at least 0
   * @return this builder
   * @throws IllegalArgumentException if out of range
   */
  public LoadBalancerBuilder reportedLoad(
      Duration blackout, Duration expiry, Duration update, double errorPenalty) {
    check(!blackout.isNegative(), "reportedLoad.blackout", blackout, ">= 0");
    check(
        update.compareTo(Duration.ofMillis(100)) >= 0,
        "reportedLoad.update",
        update,
        "at least 100 ms");
    check(
        errorPenalty >= 0 && errorPenalty <= Double.MAX_VALUE,
        "reportedLoad.errorPenalty",
        errorPenalty,
        "finite and >= 0");
    this.reportedLoad =
        new Settings.ReportedLoad(
            blackout.isZero() ? 0 : positiveNanos(blackout, "reportedLoad.blackout"),
            positiveNanos(expiry, "reportedLoad.expiry"),
            positiveNanos(update, "reportedLoad.update"),
            errorPenalty);
    return this;
  }

  /**
   * Has the requests of a session go to one instance as long as that may serve them. Default: none.
   *
   * @param table the sessions; of this balancer only
   * @return this builder
   */
  public LoadBalancerBuilder stickySessions(StickySessionTable table) {
    this.stickySessions = requireNonNull(table, "stickySessions");
    return this;
  }

  /**
   * Links a health monitor of the same registry: how requests end counts for it as passive checks
   * ({@link HealthMonitor#passive}), and since what is DOWN is then its verdict, not a fact, all
   * instances are used if it leaves too few ({@link FailurePolicy#withPanicThreshold}). Whether and
   * when it runs, and who closes it, is the caller's matter. Default: none; what it sets in the
   * registry is followed all the same.
   *
   * @param monitor watches the registry of this balancer
   * @return this builder
   */
  public LoadBalancerBuilder healthMonitor(HealthMonitor monitor) {
    this.healthMonitor = requireNonNull(monitor, "healthMonitor");
    return this;
  }

  /**
   * Sets where requests go for which this balancer has no instance, and retries when all of its
   * instances were tried: another region, an older version, a static copy. The request gets a lease
   * of the other balancer, by that one's strategy, rules and statistics; retries, budgets and time
   * limits are this one's. Default: none. The other one may have a fallback in its turn, but no
   * circle can come about, because it has been built before. It is not closed with this one.
   *
   * @param other another balancer
   * @return this builder
   */
  public LoadBalancerBuilder fallback(LoadBalancer other) {
    this.fallback = requireNonNull(other, "fallback");
    return this;
  }

  /**
   * Sets what wakes the balancer while an instance warms up or is ejected, weights follow reports,
   * or calls wait for their next attempt or their time limit. Default: {@link Scheduler#onDemand},
   * whose thread exists only then.
   *
   * @param timer a scheduler
   * @return this builder
   */
  public LoadBalancerBuilder scheduler(Scheduler timer) {
    this.scheduler = requireNonNull(timer, "scheduler");
    return this;
  }

  /**
   * Sets the clock. Default: {@link Ticker#system()}.
   *
   * @param clock a monotonic clock
   * @return this builder
   */
  public LoadBalancerBuilder ticker(Ticker clock) {
    this.ticker = requireNonNull(clock, "ticker");
    return this;
  }

  /**
   * Sets where random choices come from. Default: {@link RandomSource#threadLocal()}.
   *
   * @param source a source of random bits
   * @return this builder
   */
  public LoadBalancerBuilder random(RandomSource source) {
    this.random = requireNonNull(source, "random");
    return this;
  }

  /**
   * Makes the balancer, which follows the registry from then on, until it is closed.
   *
   * @return a new balancer
   * @throws IllegalStateException if a setting has no effect beside another, or the selector fails
   *     on the instances that are registered now
   */
  public LoadBalancer build() {
    if (policySet && shortcutUsed) {
      throw new IllegalStateException(
          "failurePolicy: set beside maxRetries or retryBudget (expected: one of both; the policy"
              + " has them, too)");
    }
    failurePolicy.knobs().checkConsistent();
    return new LoadBalancer(this);
  }
}
