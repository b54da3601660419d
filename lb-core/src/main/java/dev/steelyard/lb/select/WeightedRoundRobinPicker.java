package dev.steelyard.lb.select;

import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Round robin by weight: turn t looks up the fraction of {@code t * phi}, phi being the golden
 * ratio.
 *
 * <p>The fractions of the multiples of phi fill the unit interval as evenly as any sequence can (H.
 * Weyl 1916; the three-distance theorem), so an endpoint that owns a piece of length p of it gets
 * one of about 1/p turns, evenly spread, and after any N turns its count is within a few of {@code
 * p * N} - for weights of any size or ratio, without a cycle to wait for.
 */
final class WeightedRoundRobinPicker implements Picker {
  /** 2^64 divided by the golden ratio, odd. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final int DRAWS = 16;

  private final Candidates candidates;
  private final Endpoint[] endpoints;
  private final WeightTable table;
  private final StripedCursor cursor;

  WeightedRoundRobinPicker(Candidates candidates, StripedCursor cursor) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    this.table = WeightTable.of(candidates.relativeWeights());
    this.cursor = cursor;
  }

  StripedCursor cursor() {
    return cursor;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    Endpoint endpoint = take();
    return excluded.isEmpty() ? endpoint : allowed(endpoint, excluded);
  }

  private Endpoint take() {
    return endpoints[table.find(cursor.next() * GOLDEN)];
  }

  private @Nullable Endpoint allowed(Endpoint first, Exclusions excluded) {
    Endpoint endpoint = first;
    for (int draw = 1; excluded.contains(endpoint); draw++) {
      if (draw == DRAWS) {
        return candidates.randomAllowed(excluded);
      }
      endpoint = take();
    }
    return endpoint;
  }
}
