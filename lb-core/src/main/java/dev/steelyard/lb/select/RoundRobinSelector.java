package dev.steelyard.lb.select;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Makes round-robin pickers and carries their positions from one list to the next. */
final class RoundRobinSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    if (candidates.isUniform()) {
      StripedCursor cursor =
          previous instanceof RoundRobinPicker old
              ? resume(old, candidates)
              : new StripedCursor(randomStart(candidates));
      return new RoundRobinPicker(candidates, cursor);
    }
    return WeightedRoundRobinPicker.of(candidates, previous);
  }

  /** A start that is no client's first server by default, and that makes a wrap a theory. */
  private static long randomStart(Candidates candidates) {
    return candidates.random().nextLong() >>> 16;
  }

  /** Puts each stripe before the endpoint whose turn it is, or the next one that is still there. */
  private static StripedCursor resume(RoundRobinPicker old, Candidates candidates) {
    Candidates before = old.candidates();
    if (before.size() == 0 || candidates.size() == 0) {
      return new StripedCursor(randomStart(candidates));
    }
    IdentityHashMap<Endpoint, Integer> indexes = new IdentityHashMap<>(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      indexes.put(candidates.endpoint(i), i);
    }
    // turn[i]: the new index of the first survivor at or after old index i, going round once.
    int[] turn = new int[before.size()];
    int next = 0;
    for (int i = 2 * before.size() - 1; i >= 0; i--) {
      int index = i % before.size();
      Integer survivor = indexes.get(before.endpoint(index));
      next = survivor == null ? next : survivor;
      turn[index] = next;
    }
    StripedCursor cursor =
        new StripedCursor(turn[(int) (old.cursor().nextStart() % before.size())]);
    for (int stripe = 0; stripe < StripedCursor.STRIPES; stripe++) {
      if (old.cursor().hasBegun(stripe)) {
        cursor.set(stripe, turn[(int) (old.cursor().peek(stripe) % before.size())]);
      }
    }
    return cursor;
  }

  @Override
  public String toString() {
    return "roundRobin";
  }
}
