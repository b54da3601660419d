package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.loop.ScalingEvent.Status;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a loop has done and has not done: the newest entries, as many as were asked for, and counts
 * of all. Thread-safe; a query copies what it finds, O(entries).
 */
public final class ScalingHistory {
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<ScalingEvent> events = new ArrayDeque<>();
  private final Map<Status, Long> totals = new EnumMap<>(Status.class);

  ScalingHistory(int capacity) {
    this.capacity = capacity;
  }

  /** Adds one, or counts the last one once more; returns the entry as it is now. */
  ScalingEvent add(ScalingEvent event) {
    lock.lock();
    try {
      totals.merge(event.status(), 1L, Long::sum);
      ScalingEvent entry = event;
      if (!events.isEmpty() && event.repeats(events.getLast())) {
        entry = events.removeLast().again(event.time());
      } else if (events.size() == capacity) {
        events.removeFirst();
      }
      events.addLast(entry);
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The newest entries.
   *
   * @param count how many at most
   * @return the entries, newest first
   * @throws IllegalArgumentException if the count is negative
   */
  public List<ScalingEvent> latest(int count) {
    Knobs.range("count", count, 0, Integer.MAX_VALUE);
    List<ScalingEvent> all = between(Instant.MIN, Instant.MAX);
    Collections.reverse(all);
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }

  /**
   * The entries of a time.
   *
   * @param from the first moment
   * @param to the moment after the last
   * @param statuses which ones; without any, all
   * @return a new list of the entries that happened then, at least once; oldest first
   */
  public List<ScalingEvent> between(Instant from, Instant to, Status... statuses) {
    Set<Status> wanted = EnumSet.allOf(Status.class);
    if (statuses.length > 0) {
      wanted.retainAll(List.of(statuses));
    }
    List<ScalingEvent> found = new ArrayList<>();
    lock.lock();
    try {
      for (ScalingEvent event : events) {
        if (wanted.contains(event.status())
            && !event.lastTime().isBefore(from)
            && event.time().isBefore(to)) {
          found.add(event);
        }
      }
    } finally {
      lock.unlock();
    }
    return found;
  }

  /**
   * How often something became of a wanted change, repetitions and entries that are gone included.
   *
   * @param status what became of it
   * @return the count since the loop was built
   */
  public long total(Status status) {
    lock.lock();
    try {
      return totals.getOrDefault(status, 0L);
    } finally {
      lock.unlock();
    }
  }
}
