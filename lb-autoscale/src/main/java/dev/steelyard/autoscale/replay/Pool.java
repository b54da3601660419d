package dev.steelyard.autoscale.replay;

import java.util.Arrays;

/**
 * The instances of a replay: how many are ready, and when those that are starting will be. Scaling
 * in takes those first that would be ready last.
 */
final class Pool {
  private final long startupMillis;
  private int ready;
  private int starting;
  // Orders in the sequence of their times, from first to end.
  private long[] readyAt = new long[8];
  private int[] counts = new int[8];
  private int first;
  private int end;

  Pool(int ready, long startupMillis) {
    this.ready = ready;
    this.startupMillis = startupMillis;
  }

  private Pool(Pool that) {
    this.startupMillis = that.startupMillis;
    this.ready = that.ready;
    this.starting = that.starting;
    this.readyAt = Arrays.copyOfRange(that.readyAt, that.first, that.end + 1);
    this.counts = Arrays.copyOfRange(that.counts, that.first, that.end + 1);
    this.end = that.end - that.first;
  }

  Pool copy() {
    return new Pool(this);
  }

  int ready() {
    return ready;
  }

  int starting() {
    return starting;
  }

  int size() {
    return ready + starting;
  }

  /** When the first of the starting ones was ordered; only if there is one. */
  long oldestOrder() {
    return readyAt[first] - startupMillis;
  }

  /** Lets those be ready whose time has come. */
  void advance(long now) {
    while (first < end && readyAt[first] <= now) {
      ready += counts[first];
      starting -= counts[first++];
    }
  }

  /** Lets ready ones fail and orders others in their place. */
  void fail(int count, long now) {
    int failed = Math.min(count, ready);
    ready -= failed;
    start(failed, now);
  }

  /** Orders or removes instances until there are so many. */
  void resize(int size, long now) {
    int more = size - size();
    if (more > 0) {
      start(more, now);
      return;
    }
    int fewer = -more;
    while (fewer > 0 && first < end) {
      int taken = Math.min(fewer, counts[end - 1]);
      counts[end - 1] -= taken;
      starting -= taken;
      fewer -= taken;
      if (counts[end - 1] == 0) {
        end--;
      }
    }
    ready -= fewer;
  }

  private void start(int count, long now) {
    if (count == 0) {
      return;
    }
    if (startupMillis == 0) {
      ready += count;
      return;
    }
    if (end == readyAt.length) {
      int live = end - first;
      long[] times = new long[Math.max(8, 2 * live)];
      int[] sizes = new int[times.length];
      System.arraycopy(readyAt, first, times, 0, live);
      System.arraycopy(counts, first, sizes, 0, live);
      readyAt = times;
      counts = sizes;
      first = 0;
      end = live;
    }
    readyAt[end] = now + startupMillis;
    counts[end++] = count;
    starting += count;
  }
}
