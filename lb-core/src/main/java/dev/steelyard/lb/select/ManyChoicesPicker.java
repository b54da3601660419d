package dev.steelyard.lb.select;

import static dev.steelyard.lb.select.TwoChoicesPicker.AVOIDED_RATE;
import static dev.steelyard.lb.select.TwoChoicesPicker.REDRAWS;
import static dev.steelyard.lb.select.TwoChoicesPicker.isSecondBetter;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Draws several candidates and takes the least loaded one, by the comparison of {@link
 * TwoChoicesPicker}, one after the other: of each two the better one is held against the next.
 *
 * <p>A candidate that is to be avoided is no choice, and another one is drawn in its place, a few
 * times. Where there are no more candidates than choices, all are compared, in order, and a tie is
 * broken by weight, each tied one replacing the choice with probability weight / sum so far: by
 * order it would always be the first (Stork sent 1000 of 1000 requests to it).
 */
final class ManyChoicesPicker implements Picker {
  static final int MOST = 10;

  /**
   * How many draws per choice to go on for when they repeat: with one candidate more than choices,
   * ten of eleven are not all met in as many once in a thousand times, and then fewer are compared.
   * Where weights differ a dominant one is met again and again, and soon it is right to take it.
   */
  private static final int UNIFORM_DRAWS = 8;

  private static final int WEIGHTED_DRAWS = 2;

  private final Candidates candidates;
  private final Endpoint[] endpoints;
  private final double[] relativeWeights;
  private final int choices;
  private final int mostDraws;
  private final @Nullable Draws draws;
  private final RandomSource random;

  ManyChoicesPicker(Candidates candidates, int choices) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    this.relativeWeights = candidates.relativeWeights();
    this.choices = choices;
    this.draws = endpoints.length > choices ? new Draws(candidates) : null;
    this.mostDraws = choices * (candidates.isUniform() ? UNIFORM_DRAWS : WEIGHTED_DRAWS);
    this.random = candidates.random();
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (endpoints.length == 0) {
      return null;
    }
    long seed = random.nextLong();
    int index = draws == null ? leastOfAll(excluded, seed) : leastOf(draws, excluded, seed);
    return index < 0 ? null : endpoints[index];
  }

  private double load(int index) {
    int inFlight = endpoints[index].inFlight();
    return candidates.isUniform() ? inFlight : inFlight / relativeWeights[index];
  }

  private int leastOf(Draws some, Exclusions excluded, long seed) {
    int least = -1;
    double leastLoad = 0;
    double leastFailures = 0;
    int wanted = choices;
    for (int draw = 0; draw < mostDraws && wanted > 0; draw++) {
      int index = some.index(seed, draw);
      if (excluded.contains(endpoints[index]) || some.isRepeated(seed, draw, index)) {
        continue;
      }
      double load = load(index);
      double failures = endpoints[index].failureRate();
      if (least < 0 || isSecondBetter(leastLoad, leastFailures, load, failures)) {
        least = index;
        leastLoad = load;
        leastFailures = failures;
      }
      wanted -= failures < AVOIDED_RATE || draw >= choices + REDRAWS ? 1 : 0;
    }
    return least < 0 ? candidates.randomAllowedIndex(excluded) : least;
  }

  private int leastOfAll(Exclusions excluded, long seed) {
    int least = -1;
    double leastLoad = 0;
    double leastFailures = 0;
    double tied = 0;
    for (int index = 0; index < endpoints.length; index++) {
      if (excluded.contains(endpoints[index])) {
        continue;
      }
      double load = load(index);
      double failures = endpoints[index].failureRate();
      boolean better = least < 0 || isSecondBetter(leastLoad, leastFailures, load, failures);
      if (better || !isSecondBetter(load, failures, leastLoad, leastFailures)) {
        tied = better ? relativeWeights[index] : tied + relativeWeights[index];
        if (better || Draws.fraction(seed, index) * tied < relativeWeights[index]) {
          least = index;
          leastLoad = load;
          leastFailures = failures;
        }
      }
    }
    return least;
  }
}
