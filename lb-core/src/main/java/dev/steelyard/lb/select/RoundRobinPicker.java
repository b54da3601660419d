package dev.steelyard.lb.select;

import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/** Round robin over equal weights: the turn, modulo the size, is the index. */
final class RoundRobinPicker implements Picker {
  private final Candidates candidates;
  private final Endpoint[] endpoints;
  private final StripedCursor cursor;

  RoundRobinPicker(Candidates candidates, StripedCursor cursor) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    this.cursor = cursor;
  }

  Candidates candidates() {
    return candidates;
  }

  StripedCursor cursor() {
    return cursor;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (endpoints.length == 0) {
      return null;
    }
    Endpoint endpoint = take();
    return excluded.isEmpty() ? endpoint : allowed(endpoint, excluded);
  }

  private Endpoint take() {
    return endpoints[(int) (cursor.next() % endpoints.length)];
  }

  /**
   * Takes further turns, so that whoever comes after an excluded endpoint is not served twice as
   * often.
   */
  private @Nullable Endpoint allowed(Endpoint first, Exclusions excluded) {
    Endpoint endpoint = first;
    for (int turn = 1; excluded.contains(endpoint); turn++) {
      if (turn == endpoints.length) {
        return candidates.randomAllowed(excluded); // other threads may have taken the turns between
      }
      endpoint = take();
    }
    return endpoint;
  }
}
