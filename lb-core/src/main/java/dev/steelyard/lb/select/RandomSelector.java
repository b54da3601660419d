package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/** Makes pickers that draw at random, by weight. */
final class RandomSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return candidates.isUniform() ? new Uniform(candidates) : new Weighted(candidates);
  }

  @Override
  public String toString() {
    return "random";
  }

  private static final class Uniform implements Picker {
    private final Candidates candidates;
    private final Endpoint[] endpoints;
    private final RandomSource random;

    Uniform(Candidates candidates) {
      this.candidates = candidates;
      this.endpoints = candidates.endpoints();
      this.random = candidates.random();
    }

    @Override
    public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
      if (endpoints.length == 0) {
        return null;
      }
      Endpoint endpoint = endpoints[random.nextInt(endpoints.length)];
      return excluded.isEmpty() || !excluded.contains(endpoint)
          ? endpoint
          : candidates.randomAllowed(excluded);
    }
  }

  private static final class Weighted implements Picker {
    private final Candidates candidates;
    private final Endpoint[] endpoints;
    private final WeightTable table;
    private final RandomSource random;

    Weighted(Candidates candidates) {
      this.candidates = candidates;
      this.endpoints = candidates.endpoints();
      this.table = WeightTable.of(candidates.relativeWeights());
      this.random = candidates.random();
    }

    @Override
    public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
      Endpoint endpoint = endpoints[table.find(random.nextLong())];
      return excluded.isEmpty() || !excluded.contains(endpoint)
          ? endpoint
          : candidates.randomAllowed(excluded);
    }
  }
}
