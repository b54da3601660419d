package dev.steelyard.lb.select;

/**
 * The strategies. Every one honours weights, keeps its state over changes of the list, allocates
 * nothing per pick, and returns selectors that any number of balancers may share.
 */
public final class Selectors {
  private static final Selector ROUND_ROBIN = new RoundRobinSelector();
  private static final Selector RANDOM = new RandomSelector();
  private static final Selector POWER_OF_TWO_CHOICES = new LeastOutstandingSelector();
  private static final Selector PEAK_EWMA = new PeakEwmaSelector();

  private Selectors() {}

  /**
   * Each in turn. Exact: with equal weights the counts of one thread never differ by more than one;
   * with others they stay within a few of their share at every moment, evenly spread (golden-ratio
   * sequence). Starts at a random place and keeps it when the list changes; threads take turns in
   * stripes of their own.
   *
   * <p>Pick O(1); memory O(n). <b>Not for</b> instances or requests of unequal cost: it looks at
   * neither load nor failures, so a slow instance fills up.
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
}
