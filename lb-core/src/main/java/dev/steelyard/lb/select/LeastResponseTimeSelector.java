package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** The least peak-EWMA latency times outstanding requests, of the whole set. */
final class LeastResponseTimeSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new LeastResponseTimePicker(candidates).listening();
  }

  @Override
  public boolean isTimed() {
    return true;
  }

  @Override
  public String toString() {
    return "leastResponseTime";
  }

  private static final class LeastResponseTimePicker extends LeastLoadedPicker {
    LeastResponseTimePicker(Candidates candidates) {
      super(candidates, true);
    }

    @Override
    double load(Endpoint endpoint, double inverseWeight, long nowNanos) {
      return PeakEwmaSelector.expectedWait(endpoint, inverseWeight, nowNanos);
    }
  }
}
