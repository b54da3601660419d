package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The limit between cold and hot: a quantile of the last {@value #SIZE} loads that were reported.
 *
 * <p>Kept sorted, beside the order of arrival: a new load takes the place of the oldest one, which
 * costs two binary searches and a move of at most {@value #SIZE} floats. Written by one answer at a
 * time, under a flag; an answer that finds it taken is left out. The limit is one float, read
 * opaquely by the picks.
 */
final class RecentLoads {
  static final int SIZE = 64;

  /** The 2<sup>-1/4</sup> quantile, as deployed by the authors of Prequal. */
  static final double QUANTILE = 0.8408964152537145;

  private static final VarHandle BUSY;
  private static final VarHandle LIMIT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(RecentLoads.class, "busy", int.class);
      LIMIT = lookup.findVarHandle(RecentLoads.class, "limit", float.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final float[] arrived = new float[SIZE];
  private final float[] sorted = new float[SIZE];
  private int count;
  private int next;

  @SuppressWarnings("UnusedVariable") // accessed through BUSY
  private int busy;

  @SuppressWarnings("UnusedVariable") // accessed through LIMIT
  private float limit = Float.POSITIVE_INFINITY;

  /** A load was reported, at least 0. */
  void add(double load) {
    if (!BUSY.compareAndSet(this, 0, 1)) {
      return;
    }
    float value = (float) load;
    if (count == SIZE) {
      int gone = Arrays.binarySearch(sorted, arrived[next]);
      System.arraycopy(sorted, gone + 1, sorted, gone, SIZE - 1 - gone);
      count--;
    }
    int found = Arrays.binarySearch(sorted, 0, count, value);
    int at = found < 0 ? -1 - found : found;
    System.arraycopy(sorted, at, sorted, at + 1, count - at);
    sorted[at] = value;
    count++;
    arrived[next] = value;
    next = (next + 1) % SIZE;
    LIMIT.setOpaque(this, sorted[(int) (QUANTILE * (count - 1))]);
    BUSY.setRelease(this, 0);
  }

  /** A load above this is hot; infinite as long as nothing was reported. */
  double limit() {
    return (float) LIMIT.getOpaque(this);
  }
}
