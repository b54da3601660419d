package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The power of two choices: draws two candidates and takes the less loaded one, the first at a tie.
 *
 * <p><b>Weights</b> act twice (Finagle's form): the draws are by weight, and a load is divided by
 * the relative weight. Only so are the shares right both when idle, where the draw decides, and
 * when busy, where the division does.
 *
 * <p><b>Failures.</b> A candidate that failed lately looks loaded: its failure rate, times {@value
 * #FAILURE_WEIGHT}, times the heavier load of the pair, is added to its load. Relative to the pair,
 * because then it holds at every scale of latency and concurrency: above a rate of 1/4 the other
 * one is taken, however slow or busy, and below it the failing one still helps out. Fast failures
 * so never attract requests. Where one of a pair is to be avoided, the better one is held against
 * further draws, so that a dead candidate does not leave its pairs without a choice.
 */
abstract class TwoChoicesPicker implements Picker {
  /** How many times the heavier load of a pair a failure rate of 1 adds. */
  static final double FAILURE_WEIGHT = 4;

  /** A load from which on another candidate is drawn, a few times. */
  static final double AVOIDED_LOAD = 1e18;

  /** A failure rate from which on another candidate is drawn, a few times. */
  static final double AVOIDED_RATE = 1 / FAILURE_WEIGHT;

  private static final double[] NO_WEIGHTS = {};

  /** How often another candidate is drawn in place of one to be avoided. */
  static final int REDRAWS = 3;

  private static final long LOW_HALF = 0xFFFFFFFFL;

  private final Candidates candidates;
  private final Endpoint[] endpoints;
  // Empty if the weights are equal: all inverses are 1, and 10 000 ones are a cache's worth of
  // reads.
  private final double[] inverseWeights;
  private final @Nullable WeightTable table;
  private final RandomSource random;

  TwoChoicesPicker(Candidates candidates) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    if (candidates.isUniform()) {
      this.inverseWeights = NO_WEIGHTS;
      this.table = null;
    } else {
      double[] relativeWeights = candidates.relativeWeights();
      this.inverseWeights = Arrays.stream(relativeWeights).map(weight -> 1 / weight).toArray();
      this.table = WeightTable.of(relativeWeights);
    }
    this.random = candidates.random();
  }

  /** The load of the endpoint of an index, without regard to failures, at least 0. */
  abstract double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos);

  private double load(int index, long nowNanos) {
    return load(index, endpoints[index], table == null ? 1 : inverseWeights[index], nowNanos);
  }

  @Override
  public final @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (!excluded.isEmpty()) {
      return pickAllowed(excluded, nowNanos);
    }
    if (endpoints.length <= 1) {
      return endpoints.length == 0 ? null : endpoints[0];
    }
    long bits = random.nextLong();
    int first = first(bits);
    for (int redraw = 0; ; redraw++) {
      int second = second(bits, first);
      double firstLoad = load(first, nowNanos);
      double secondLoad = load(second, nowNanos);
      double firstFailures = endpoints[first].failureRate();
      double secondFailures = endpoints[second].failureRate();
      boolean isHealthyPair = firstFailures == 0 && secondFailures == 0;
      if (isHealthyPair && firstLoad < AVOIDED_LOAD && secondLoad < AVOIDED_LOAD) {
        return endpoints[secondLoad < firstLoad ? second : first];
      }
      int better =
          isSecondBetter(firstLoad, firstFailures, secondLoad, secondFailures) ? second : first;
      // A candidate to be avoided is no choice: the better one is held against another draw.
      if (redraw == REDRAWS
          || (firstLoad < AVOIDED_LOAD
              && secondLoad < AVOIDED_LOAD
              && firstFailures < AVOIDED_RATE
              && secondFailures < AVOIDED_RATE)) {
        return endpoints[better];
      }
      first = better;
      bits = random.nextLong();
    }
  }

  private int first(long bits) {
    return table == null ? (int) (((bits >>> 32) * endpoints.length) >>> 32) : table.find(bits);
  }

  /**
   * Another index than the first; by weight a few draws may all meet a dominant one, and then it is
   * it.
   */
  private int second(long bits, int first) {
    if (table == null) {
      int index = (int) (((bits & LOW_HALF) * (endpoints.length - 1)) >>> 32);
      return index + 1 + ((index - first) >> 31); // steps over the first, without a branch to guess
    }
    int index = first;
    for (int redraw = 0; index == first && redraw <= REDRAWS; redraw++) {
      index = table.find(random.nextLong());
    }
    return index;
  }

  /** Whether the second of two is to be taken; by their loads and failure rates. */
  static boolean isSecondBetter(
      double firstLoad, double firstFailures, double secondLoad, double secondFailures) {
    if (firstFailures == 0 && secondFailures == 0) {
      return secondLoad < firstLoad;
    }
    // Bounded: an infinite load (a weight near 0) times a failure rate of 0 would not be a number.
    double heavier = Math.min(FAILURE_WEIGHT * Math.max(firstLoad, secondLoad), Double.MAX_VALUE);
    return withFailures(secondLoad, secondFailures, heavier)
        < withFailures(firstLoad, firstFailures, heavier);
  }

  /**
   * Between idle candidates a rate below the limit is a tie: else a quiet one would never return.
   */
  private static double withFailures(double load, double failures, double heavier) {
    return load + failures * heavier + (failures >= AVOIDED_RATE ? failures : 0);
  }

  /**
   * For retries: two distinct draws among the allowed ones, O(n) where draws meet excluded ones.
   */
  private @Nullable Endpoint pickAllowed(Exclusions excluded, long nowNanos) {
    int first = drawAllowed(excluded);
    if (first < 0) {
      return null;
    }
    int second = drawAllowed(excluded.plus(endpoints[first]));
    boolean isSecondBetter =
        second >= 0
            && isSecondBetter(
                load(first, nowNanos),
                endpoints[first].failureRate(),
                load(second, nowNanos),
                endpoints[second].failureRate());
    return endpoints[isSecondBetter ? second : first];
  }

  private int drawAllowed(Exclusions excluded) {
    for (int draw = 0; draw <= REDRAWS && endpoints.length > 0; draw++) {
      int index = first(random.nextLong());
      if (!excluded.contains(endpoints[index])) {
        return index;
      }
    }
    return candidates.randomAllowedIndex(excluded);
  }
}
