package dev.steelyard.lb.select;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that may get requests at the moment, with their effective weights. Immutable; the
 * order is that of registration.
 */
public final class Candidates {
  private final Endpoint[] endpoints;
  private final double[] weights;
  private final boolean uniform;
  private final RandomSource random;

  private Candidates(Endpoint[] endpoints, double[] weights, boolean uniform, RandomSource random) {
    this.endpoints = endpoints;
    this.weights = weights;
    this.uniform = uniform;
    this.random = random;
  }

  /**
   * Makes a list of candidates.
   *
   * @param endpoints the endpoints, each once
   * @param weights their weights in the same order: finite and above 0
   * @param random where pickers draw from
   * @return the candidates; the arguments are copied
   * @throws IllegalArgumentException if the lengths differ or a weight breaks its rule
   */
  public static Candidates of(
      List<? extends Endpoint> endpoints, double[] weights, RandomSource random) {
    check(
        endpoints.size() == weights.length,
        "weights",
        weights.length,
        "as many as endpoints, " + endpoints.size());
    double[] copy = weights.clone();
    boolean uniform = true;
    for (int i = 0; i < copy.length; i++) {
      double weight = copy[i];
      check(
          weight > 0 && weight <= Double.MAX_VALUE,
          "weight of instance " + endpoints.get(i).instance().id(),
          weight,
          "finite and > 0");
      uniform &= weight == copy[0];
    }
    return new Candidates(
        endpoints.toArray(new Endpoint[0]), copy, uniform, requireNonNull(random, "random"));
  }

  /**
   * Returns the number of candidates.
   *
   * @return the size, at least 0
   */
  public int size() {
    return endpoints.length;
  }

  /**
   * Returns a candidate.
   *
   * @param index 0 to {@link #size()} - 1
   * @return the endpoint
   */
  public Endpoint endpoint(int index) {
    return endpoints[index];
  }

  /**
   * Returns the effective weight of a candidate.
   *
   * @param index 0 to {@link #size()} - 1
   * @return a finite number above 0
   */
  public double weight(int index) {
    return weights[index];
  }

  /**
   * Returns whether all weights are equal.
   *
   * @return true if they are, also for no candidate and for one
   */
  public boolean isUniform() {
    return uniform;
  }

  /**
   * Returns where a picker of these candidates draws from.
   *
   * @return the balancer's source
   */
  public RandomSource random() {
    return random;
  }

  /**
   * Picks at random, by weight, among the candidates that are not excluded. O(n): what a picker
   * falls back to when its own draws keep meeting excluded candidates.
   *
   * @param excluded what must not be returned
   * @return an endpoint, or null if all are excluded
   */
  public @Nullable Endpoint randomAllowed(Exclusions excluded) {
    int index = randomAllowedIndex(excluded);
    return index < 0 ? null : endpoints[index];
  }

  /** As {@link #randomAllowed}, but the index, -1 if all are excluded. */
  int randomAllowedIndex(Exclusions excluded) {
    double heaviest = 0;
    for (int i = 0; i < endpoints.length; i++) {
      if (weights[i] > heaviest && !excluded.contains(endpoints[i])) {
        heaviest = weights[i];
      }
    }
    // One pass, each allowed candidate replacing the choice with probability weight / sum so far;
    // relative to the heaviest, because a sum of weights near Double.MAX_VALUE would be infinite.
    int choice = -1;
    double sum = 0;
    for (int i = 0; i < endpoints.length; i++) {
      if (!excluded.contains(endpoints[i])) {
        double weight = weights[i] / heaviest;
        sum += weight;
        double draw = (random.nextLong() >>> 11) * 0x1p-53;
        if (choice < 0 || draw * sum < weight) {
          choice = i;
        }
      }
    }
    return choice;
  }

  /**
   * The array itself, for the pickers of this package: they read it and hand it on, never write it.
   */
  Endpoint[] endpoints() {
    return endpoints;
  }

  /** The weights relative to their mean, and so all 1 if they are equal. */
  double[] relativeWeights() {
    double[] relative = new double[weights.length];
    double heaviest = 0;
    for (double weight : weights) {
      heaviest = Math.max(heaviest, weight);
    }
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      relative[i] = weights[i] / heaviest;
      sum += relative[i];
    }
    double mean = sum / weights.length;
    for (int i = 0; i < relative.length; i++) {
      // A weight of 1e-300 beside one of 1e300 underflows to 0, and loads are divided by it.
      relative[i] = Math.max(relative[i] / mean, Double.MIN_NORMAL);
    }
    return relative;
  }

  @Override
  public String toString() {
    return "Candidates[size=" + endpoints.length + ", uniform=" + uniform + "]";
  }
}
