package dev.steelyard.lb;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.resilience.RetryBudget;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.time.Duration;

/** Collects the settings of a balancer; not thread-safe. */
public final class LoadBalancerBuilder {
  /** How many times a call is sent again at most, unless set otherwise: {@value}. */
  public static final int DEFAULT_MAX_RETRIES = 2;

  /** The default time constant by which an average latency fades, in seconds: {@value}. */
  public static final int DEFAULT_LATENCY_DECAY_SECONDS = 10;

  final String name;
  final InstanceRegistry registry;
  Selector selector = Selectors.peakEwma();
  ResponseClassifier classifier = ResponseClassifier.standard();
  int maxRetries = DEFAULT_MAX_RETRIES;
  double budgetRatio = RetryBudget.DEFAULT_RATIO;
  double budgetPerSecond = RetryBudget.DEFAULT_PER_SECOND;
  private boolean budgetSet;
  long latencyDecayNanos = Duration.ofSeconds(DEFAULT_LATENCY_DECAY_SECONDS).toNanos();
  Ticker ticker = Ticker.system();
  RandomSource random = RandomSource.threadLocal();

  LoadBalancerBuilder(String name, InstanceRegistry registry) {
    this.name = name;
    this.registry = registry;
  }

  /**
   * Sets the strategy. Default: {@link Selectors#peakEwma()}.
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
   * Sets how many times a call is sent again at most. Default: {@value #DEFAULT_MAX_RETRIES}.
   *
   * @param retries 0 (never) to 10
   * @return this builder
   * @throws IllegalArgumentException if out of range
   */
  public LoadBalancerBuilder maxRetries(int retries) {
    check(retries >= 0 && retries <= 10, "maxRetries", retries, "0..10");
    this.maxRetries = retries;
    return this;
  }

  /**
   * Sets how many retries all calls together may make. Default: {@value RetryBudget#DEFAULT_RATIO}
   * of the requests plus {@value RetryBudget#DEFAULT_PER_SECOND} per second.
   *
   * @param ratio retries per request, 0 to 1, a multiple of 0.001
   * @param perSecond retries per second besides, 0 to 1 000 000
   * @return this builder
   * @throws IllegalArgumentException if out of range
   */
  public LoadBalancerBuilder retryBudget(double ratio, double perSecond) {
    new RetryBudget(ratio, perSecond, 0); // refuses what is out of range, here and now
    this.budgetRatio = ratio;
    this.budgetPerSecond = perSecond;
    this.budgetSet = true;
    return this;
  }

  /**
   * Sets the time constant by which an average latency fades. Default: {@value
   * #DEFAULT_LATENCY_DECAY_SECONDS} s. Shorter forgets a slow answer sooner, and tries a slow
   * instance more often.
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
    if (budgetSet && maxRetries == 0) {
      throw new IllegalStateException("retryBudget: set (expected: unset where maxRetries is 0)");
    }
    return new LoadBalancer(this);
  }
}
