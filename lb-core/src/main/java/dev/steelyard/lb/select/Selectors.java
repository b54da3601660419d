package dev.steelyard.lb.select;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import java.util.Comparator;

/**
 * The strategies. Every one honours weights, keeps its state over changes of the list, allocates
 * nothing per pick, and returns selectors that any number of balancers may share.
 */
public final class Selectors {
  private static final Selector ROUND_ROBIN = new RoundRobinSelector();
  private static final Selector RANDOM = new RandomSelector();
  private static final Selector POWER_OF_TWO_CHOICES = new LeastOutstandingSelector();
  private static final Selector PEAK_EWMA = new PeakEwmaSelector();
  private static final Selector LEAST_REQUESTS = new LeastRequestsSelector();
  private static final Selector LEAST_RESPONSE_TIME = new LeastResponseTimeSelector();

  /** The attribute that {@link #failover()} orders by: {@value}. */
  public static final String PRIORITY = "priority";

  private static final Selector FAILOVER =
      new FailoverSelector(Comparator.comparingDouble(Selectors::priority));

  private Selectors() {}

  /**
   * Each in turn, by weight. Exact and smooth: after any W consecutive turns of one thread, W being
   * the sum of the weights as whole numbers without a common divisor, each instance has had exactly
   * as many turns as its weight, evenly spread; with weights that are no ratio of whole numbers up
   * to two billion counts stay within a few of their shares. (Up to W = 4096 in the order of
   * earliest deadlines, beyond by a golden-ratio sequence.) Starts at a random place and keeps it
   * when the list or the weights change; threads take turns in stripes of their own.
   *
   * <p>Pick O(1) whatever the weights are; memory O(n). <b>Not for</b> instances or requests of
   * unequal cost: it looks at neither load nor failures, so a slow instance fills up.
   *
   * @return the strategy
   */
  public static Selector roundRobin() {
    return ROUND_ROBIN;
  }

  /**
   * At random, by weight. Needs no shared state at all, so it is the cheapest with many threads and
   * many clients.
   *
   * <p>Pick O(1); memory O(n). <b>Not for</b> few requests, where chance is uneven (the fullest of
   * n instances gets about {@code m/n + sqrt(2 (m/n) ln n)} of m requests), nor for instances of
   * unequal speed.
   *
   * @return the strategy
   */
  public static Selector random() {
    return RANDOM;
  }

  /**
   * The less loaded of two drawn by weight, the load being outstanding requests divided by weight
   * (M. Mitzenmacher, "The power of two choices in randomized load balancing", 2001; weights as in
   * Finagle). An instance that failed lately looks loaded.
   *
   * <p>Pick O(1); memory O(n); no clock is read while nothing fails. <b>Not for</b> instances that
   * are slow for reasons that do not show as outstanding requests, at one request at a time for
   * example; see {@link #peakEwma()}.
   *
   * @return the strategy
   */
  public static Selector powerOfTwoChoices() {
    return POWER_OF_TWO_CHOICES;
  }

  /**
   * The default: the less loaded of two drawn by weight, the load being the peak-sensitive average
   * latency times outstanding requests (Finagle's Peak EWMA). Reacts to one slow answer at once and
   * forgets it with time; an instance that failed lately looks loaded; one that has not answered
   * yet gets one request at a time.
   *
   * <p>Pick O(1); memory O(n); two clock reads per request. <b>Not for</b> latencies that say
   * nothing about the instance, such as long polls or streams among short requests: use {@link
   * #powerOfTwoChoices()} there.
   *
   * @return the strategy
   */
  public static Selector peakEwma() {
    return PEAK_EWMA;
  }

  /**
   * The fewest outstanding requests per weight, of the whole set, ties at random by weight. An
   * instance that failed lately looks loaded.
   *
   * <p>Pick, and the begin and the end of a request, O(log n) to the base 16; memory O(n). <b>Not
   * for</b> many clients with few requests each, whose own outstanding requests say little about an
   * instance's load, nor for many threads on few instances, which all write one cache line: {@link
   * #powerOfTwoChoices()} is cheaper there and hardly worse.
   *
   * @return the strategy
   */
  public static Selector leastRequests() {
    return LEAST_REQUESTS;
  }

  /**
   * The least expected response time of the whole set: as {@link #peakEwma()}, but compared over
   * all instances instead of two. Gets the most out of few unequal instances.
   *
   * <p>Pick, and the begin and the end of a request, O(log n) to the base 16; memory O(n); two
   * clock reads per request. <b>Not for</b> many clients: all of them find the same instance the
   * fastest at the same time, and it is so no longer; two random draws ({@link #peakEwma()}) spread
   * that.
   *
   * @return the strategy
   */
  public static Selector leastResponseTime() {
    return LEAST_RESPONSE_TIME;
  }

  /**
   * A fixed order: all requests to the instance with the lowest number in its metadata attribute
   * {@value #PRIORITY} (none: after all others; the same: by id), and to the next one only while
   * that one cannot be reached, fails a quarter of the time or is excluded. Weights do not matter
   * but for 0.
   *
   * <p>Pick O(1) while the first one works; memory O(n). <b>Not for</b> sharing load; tiers of
   * several instances are priorities of the routing.
   *
   * @return the strategy
   */
  public static Selector failover() {
    return FAILOVER;
  }

  /**
   * A fixed order, as {@link #failover()}.
   *
   * @param order who comes first; those it holds equal are ordered by id
   * @return the strategy
   */
  public static Selector failover(Comparator<? super Instance> order) {
    return new FailoverSelector(requireNonNull(order, "order"));
  }

  private static double priority(Instance instance) {
    String priority = instance.metadata().get(PRIORITY);
    if (priority == null) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      return Integer.parseInt(priority);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          PRIORITY + " of instance " + instance.id() + ": " + priority + " (expected: an integer)",
          e);
    }
  }
}
