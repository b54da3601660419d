package dev.steelyard.autoscale.rules;

import dev.steelyard.autoscale.Series;

/**
 * The largest of the values of so much time. Immutable; recording gives another one, at O(1)
 * amortised. Keeps only values that may still become the largest: each is below the one before it.
 * Knative's {@code max.TimeWindow} (knative/serving, pkg/autoscaler/aggregation/max), here without
 * slots.
 */
final class SlidingMaximum {
  private final long window;
  private final Series falling;

  private SlidingMaximum(long window, Series falling) {
    this.window = window;
    this.falling = falling;
  }

  /** A window in which a value counts while it is strictly younger than {@code window}. */
  static SlidingMaximum of(long window, Series falling) {
    return new SlidingMaximum(window, falling);
  }

  SlidingMaximum record(long time, double value) {
    Series kept = falling.since(time - window + 1);
    int larger = kept.size();
    while (larger > 0 && kept.value(larger - 1) <= value) {
      larger--;
    }
    if (larger < kept.size()) {
      Series copy = Series.EMPTY;
      for (int i = 0; i < larger; i++) {
        copy = copy.append(kept.time(i), kept.value(i));
      }
      kept = copy;
    }
    return new SlidingMaximum(window, kept.append(time, value));
  }

  /** The largest value as of the last record. */
  double current() {
    return falling.value(0);
  }

  /** From when on the largest value no longer counts. */
  long until() {
    return falling.time(0) + window;
  }

  Series series() {
    return falling;
  }
}
