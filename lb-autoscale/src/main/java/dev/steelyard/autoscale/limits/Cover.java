package dev.steelyard.autoscale.limits;

import java.util.Arrays;
import java.util.List;

/** The cheapest instances of some types that do the work of so many units. Immutable. */
final class Cover {
  private final List<InstanceType> types;
  private final boolean spot;

  /** The index of the type that is cheapest per unit. */
  private final int best;

  /** By units: the type to take next in the cheapest cover. */
  private final int[] next;

  Cover(List<InstanceType> types, boolean spot) {
    this.types = types;
    this.spot = spot;
    int cheapest = 0;
    int largest = 1;
    for (int i = 0; i < types.size(); i++) {
      largest = Math.max(largest, types.get(i).units());
      if (perUnit(i) < perUnit(cheapest)) {
        cheapest = i;
      }
    }
    this.best = cheapest;
    // above so many units, a cheapest cover has the best type in it: among as many others as the
    // best type has units, some add up to a multiple of it, for which it costs no more
    this.next = new int[types.get(cheapest).units() * largest + largest + 1];
    double[] prices = new double[next.length];
    for (int n = 1; n < next.length; n++) {
      prices[n] = Double.POSITIVE_INFINITY;
      for (int i = 0; i < types.size(); i++) {
        double price = price(i) + prices[Math.max(0, n - types.get(i).units())];
        if (price < prices[n]) {
          prices[n] = price;
          next[n] = i;
        }
      }
    }
  }

  void add(int units, List<CapacityMix.Line> lines) {
    int[] counts = new int[types.size()];
    int rest = units;
    int size = types.get(best).units();
    if (rest >= next.length) {
      int bulk = (rest - next.length) / size + 1;
      counts[best] = bulk;
      rest -= bulk * size;
    }
    while (rest > 0) {
      int type = next[rest];
      counts[type]++;
      rest -= types.get(type).units();
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        lines.add(new CapacityMix.Line(types.get(i), spot, counts[i]));
      }
    }
  }

  private double price(int type) {
    return spot ? types.get(type).spotPrice() : types.get(type).price();
  }

  private double perUnit(int type) {
    return price(type) / types.get(type).units();
  }

  @Override
  public String toString() {
    return types + " " + Arrays.toString(next);
  }
}
