package dev.steelyard.lb.sticky;

import dev.steelyard.lb.select.Endpoint;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many sessions are bound to each endpoint. An endpoint without sessions has no entry, so that
 * one that has left is forgotten with its last session.
 *
 * <p>Thread-safe. A session is counted before it is in the table, and until it is out of it: a
 * count is never below the truth, so a limit holds among threads that bind at once, and is exact
 * when nobody is at work.
 */
final class SessionCounts {
  private final ConcurrentHashMap<Endpoint, Integer> counts = new ConcurrentHashMap<>();

  /** Counts one more, unless that were more than the most; says whether it did. */
  boolean tryAdd(Endpoint endpoint, long most) {
    while (true) {
      Integer before = counts.get(endpoint);
      int sessions = before == null ? 0 : before;
      if (sessions >= most) {
        return false;
      }
      if (before == null
          ? counts.putIfAbsent(endpoint, 1) == null
          : counts.replace(endpoint, before, sessions + 1)) {
        return true;
      }
    }
  }

  void remove(Endpoint endpoint) {
    var unused =
        counts.computeIfPresent(
            endpoint, (key, sessions) -> sessions == 1 ? null : Integer.valueOf(sessions - 1));
  }

  int of(Endpoint endpoint) {
    return counts.getOrDefault(endpoint, 0);
  }

  /** How many endpoints have sessions. */
  int endpoints() {
    return counts.size();
  }
}
