package dev.steelyard.lb.select;

import dev.steelyard.lb.registry.Instance;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The first one in a fixed order that works. */
final class FailoverSelector implements Selector {
  private final Comparator<Endpoint> order;

  FailoverSelector(Comparator<? super Instance> order) {
    Comparator<Endpoint> byOrder = (a, b) -> order.compare(a.instance(), b.instance());
    this.order = byOrder.thenComparing(endpoint -> endpoint.instance().id());
  }

  /** The number in the metadata of an instance; without one it comes last. */
  static double priority(Instance instance) {
    String priority = instance.metadata().get(Selectors.PRIORITY);
    if (priority == null) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      return Integer.parseInt(priority);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          Selectors.PRIORITY
              + " of instance "
              + instance.id()
              + ": "
              + priority
              + " (expected: an integer)",
          e);
    }
  }

  @Override
  public Picker prepare(Candidates candidates, @Nullable Picker previous) {
    Endpoint[] ordered = candidates.endpoints().clone();
    Arrays.sort(ordered, order);
    return (request, excluded, now) -> {
      Endpoint failing = null;
      for (Endpoint endpoint : ordered) {
        if (excluded.isEmpty() || !excluded.contains(endpoint)) {
          if (endpoint.failureRate() < TwoChoicesPicker.AVOIDED_RATE) {
            return endpoint;
          }
          failing = failing == null ? endpoint : failing;
        }
      }
      return failing;
    };
  }

  @Override
  public String toString() {
    return "failover";
  }
}
