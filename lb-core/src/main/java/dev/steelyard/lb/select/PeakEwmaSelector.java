package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** Power of two choices on peak-EWMA latency times outstanding requests. */
final class PeakEwmaSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new PeakEwmaPicker(candidates);
  }

  @Override
  public boolean isTimed() {
    return true;
  }

  @Override
  public String toString() {
    return "peakEwma";
  }

  /**
   * What a further request would wait for: the latency, once for itself and once for each request
   * before it per unit of weight. An average that has faded to nothing still counts as 1 ns, so
   * that the number of outstanding requests goes on to matter.
   */
  static double expectedWait(Endpoint endpoint, double inverseWeight, long nowNanos) {
    double outstanding = endpoint.inFlight() * inverseWeight;
    if (endpoint.isUnproven()) {
      return outstanding == 0 ? 0 : TwoChoicesPicker.AVOIDED_LOAD * (1 + outstanding);
    }
    return (endpoint.latencyNanos(nowNanos) + 1) * (1 + outstanding);
  }

  private static final class PeakEwmaPicker extends TwoChoicesPicker {
    PeakEwmaPicker(Candidates candidates) {
      super(candidates);
    }

    @Override
    double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
      return expectedWait(endpoint, inverseWeight, nowNanos);
    }
  }
}
