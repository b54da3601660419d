package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** Power of two choices on the number of outstanding requests. */
final class LeastOutstandingSelector implements Selector {

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new OutstandingPicker(candidates);
  }

  @Override
  public String toString() {
    return "powerOfTwoChoices";
  }

  private static final class OutstandingPicker extends TwoChoicesPicker {
    OutstandingPicker(Candidates candidates) {
      super(candidates);
    }

    @Override
    double load(int index, Endpoint endpoint, double inverseWeight, long nowNanos) {
      return endpoint.inFlight() * inverseWeight;
    }
  }
}
