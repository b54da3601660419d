package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** The fewest outstanding requests per weight, of the whole set. */
final class LeastRequestsSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new LeastRequestsPicker(candidates).listening();
  }

  @Override
  public String toString() {
    return "leastRequests";
  }

  private static final class LeastRequestsPicker extends LeastLoadedPicker {
    LeastRequestsPicker(Candidates candidates) {
      super(candidates, null);
    }

    @Override
    double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
      return endpoint.inFlight() * inverseWeight;
    }
  }
}
