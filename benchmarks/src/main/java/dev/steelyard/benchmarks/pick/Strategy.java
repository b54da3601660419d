package dev.steelyard.benchmarks.pick;

import static dev.steelyard.benchmarks.pick.Work.CLOCK;
import static dev.steelyard.benchmarks.pick.Work.COUNTER;
import static dev.steelyard.benchmarks.pick.Work.DRAW;
import static dev.steelyard.benchmarks.pick.Work.RING;
import static dev.steelyard.benchmarks.pick.Work.SCAN;
import static dev.steelyard.benchmarks.pick.Work.TABLE;
import static dev.steelyard.benchmarks.pick.Work.TWO_READS;

import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The strategies, as JMH's parameters name them: a new one is a line. */
public enum Strategy {
  ROUND_ROBIN(Family.ROUND_ROBIN, COUNTER, Selectors::roundRobin),
  RANDOM(Family.RANDOM, DRAW, Selectors::random),
  POWER_OF_TWO_CHOICES(Family.LEAST_LOADED, TWO_READS, Selectors::powerOfTwoChoices),
  PEAK_EWMA(Family.LEAST_LOADED, CLOCK, Selectors::peakEwma),
  LEAST_REQUESTS(Family.LEAST_LOADED, SCAN, Selectors::leastRequests),
  LEAST_RESPONSE_TIME(Family.LEAST_LOADED, SCAN, Selectors::leastResponseTime),
  RING_HASH(Family.HASHING, RING, Selectors::ringHash),
  MAGLEV(Family.HASHING, TABLE, Selectors::maglev),
  RENDEZVOUS(Family.HASHING, TABLE, Selectors::rendezvous),
  BOUNDED_LOAD(Family.HASHING, TABLE, () -> Selectors.boundedLoad(Selectors.maglev()));

  private final Family family;
  private final Work work;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference
  private final Supplier<Selector> selector;

  Strategy(Family family, Work work, Supplier<Selector> selector) {
    this.family = family;
    this.work = work;
    this.selector = selector;
  }

  Selector selector() {
    return selector.get();
  }

  /**
   * Returns with what it is compared.
   *
   * @return the family
   */
  public Family family() {
    return family;
  }

  /**
   * Returns what it cannot do without.
   *
   * @return the work
   */
  public Work work() {
    return work;
  }

  /**
   * Returns whether it picks by the request's key.
   *
   * @return whether it is one of {@link Family#HASHING}
   */
  public boolean isByKey() {
    return family == Family.HASHING;
  }

  /**
   * Returns the name that a user of the library knows.
   *
   * @return the name of the factory method in {@link Selectors}
   */
  public String label() {
    return selector().toString();
  }

  /**
   * Returns the strategies that are compared in a family when used with these weights.
   *
   * @param family the family
   * @param weights the weights
   * @return some of all, in their order
   */
  public static List<Strategy> of(Family family, Weights weights) {
    return Arrays.stream(values())
        .filter(strategy -> Family.of(strategy, weights) == family)
        .toList();
  }
}
