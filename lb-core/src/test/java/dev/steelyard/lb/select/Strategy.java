package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The strategies that do not hash, for parameterised tests, and what such tests share. */
public enum Strategy {
  ROUND_ROBIN(Selectors.roundRobin()),
  RANDOM(Selectors.random()),
  POWER_OF_TWO_CHOICES(Selectors.powerOfTwoChoices()),
  PEAK_EWMA(Selectors.peakEwma()),
  POWER_OF_FIVE_CHOICES(Selectors.powerOfChoices(5)),
  /** With probes that are not answered, and so by what it falls back to. */
  PREQUAL(Selectors.prequal(instance -> new CompletableFuture<>())),
  LEAST_REQUESTS(Selectors.leastRequests()),
  LEAST_RESPONSE_TIME(Selectors.leastResponseTime());

  private final Selector selector;

  Strategy(Selector selector) {
    this.selector = selector;
  }

  public Selector selector() {
    return selector;
  }

  Picker over(List<? extends Endpoint> endpoints, double[] weights, long seed) {
    return selector.prepare(Candidates.of(endpoints, weights, RandomSource.seeded(seed)), null);
  }

  static double[] equal(int size) {
    double[] weights = new double[size];
    Arrays.fill(weights, 1);
    return weights;
  }

  static Endpoint pick(Picker picker) {
    return picker.pick(RequestContext.empty(), Exclusions.none(), 0);
  }

  static Endpoint pick(Picker picker, Exclusions excluded) {
    return picker.pick(RequestContext.empty(), excluded, 0);
  }

  static Exclusions excluding(List<? extends Endpoint> endpoints) {
    Exclusions excluded = Exclusions.none();
    for (Endpoint endpoint : endpoints) {
      excluded = excluded.plus(endpoint);
    }
    return excluded;
  }

  /** How often each endpoint is picked, in the order of the list. */
  static long[] count(Picker picker, List<? extends Endpoint> endpoints, int picks) {
    Map<Endpoint, Integer> index = new IdentityHashMap<>();
    for (int i = 0; i < endpoints.size(); i++) {
      index.put(endpoints.get(i), i);
    }
    long[] counts = new long[endpoints.size()];
    for (int i = 0; i < picks; i++) {
      counts[index.get(pick(picker))]++;
    }
    return counts;
  }
}
