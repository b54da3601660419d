package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/** Puts a bound on the load that a hashing strategy gives to one endpoint. */
final class BoundedLoadSelector implements Selector {
  private final HashingSelector hashing;
  private final double factor;

  BoundedLoadSelector(HashingSelector hashing, double factor) {
    this.hashing = hashing;
    this.factor = factor;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    return new BoundedLoadPicker(hashing.prepare(candidates, null), factor);
  }

  @Override
  public String toString() {
    return "boundedLoad(" + hashing + ", " + factor + ")";
  }
}
