package dev.steelyard.benchmarks.pick;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a strategy while a benchmark sets up: first every endpoint gets its turn in order,
 * so that each has answered before anything is measured; from the next change of the registry on,
 * the strategy's own picker is handed to the balancer. What is measured so goes through nothing of
 * this class.
 */
final class ProvingSelector implements Selector {
  private final Selector strategy;
  private boolean proving = true;
  private int turn;
  private @Nullable Picker picker;

  ProvingSelector(Selector strategy) {
    this.strategy = strategy;
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    if (proving) {
      return (request, excluded, now) -> candidates.endpoint(turn++ % candidates.size());
    }
    picker = strategy.prepare(candidates, picker);
    return picker;
  }

  @Override
  public boolean isTimed() {
    return strategy.isTimed();
  }

  void endProving() {
    proving = false;
  }

  /** The strategy's picker, which is also the balancer's. */
  Picker picker() {
    return requireNonNull(picker, "endProving, and a change of the registry, come first");
  }

  @Override
  public String toString() {
    return strategy.toString();
  }
}
