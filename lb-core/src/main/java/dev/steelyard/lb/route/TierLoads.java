package dev.steelyard.lb.route;

import java.util.Arrays;
import java.util.List;

/**
 * How 100 percent of the requests are divided between tiers: Envoy's rule, in its integers, with
 * weights as capacity.
 *
 * <p>It differs in two points. A tier with anything healthy has at least 1 percent to give: Envoy's
 * floor makes one of 200 nothing, and then nobody serves. And what is STARTING or excluded counts
 * nowhere, also when all tiers panic and share by size, because it is not used then, either.
 */
final class TierLoads {
  private static final int ALL = 100;

  /** Against a product like 1.1 * 100 or a sum like 0.1 + 0.2 that is an ulp below its integer. */
  private static final double SLACK = 1e-9;

  /** By index of the tier, for what is UP; for all of it, if the tier panics. */
  final int[] healthy;

  /** By index of the tier, for what is DEGRADED. */
  final int[] degraded;

  final boolean[] panic;

  private TierLoads(int size) {
    healthy = new int[size];
    degraded = new int[size];
    panic = new boolean[size];
  }

  /** One tier that is not one of several: it has all of the load, or panics. */
  static TierLoads single(List<Tier> tiers, double panicThreshold) {
    TierLoads loads = new TierLoads(tiers.size());
    for (int i = 0; i < tiers.size(); i++) {
      loads.healthy[i] = ALL;
      loads.panic[i] = tiers.get(i).healthyShare() < panicThreshold;
    }
    return loads;
  }

  /** Divides between tiers in ascending order, each with at least one registered instance. */
  static TierLoads of(List<Tier> tiers, double overprovisioning, double panicThreshold) {
    int size = tiers.size();
    TierLoads loads = new TierLoads(size);
    int[] healthy = new int[size];
    int[] degraded = new int[size];
    int sum = 0;
    for (int i = 0; i < size; i++) {
      Tier tier = tiers.get(i);
      healthy[i] = percent(tier, tier.up, overprovisioning);
      degraded[i] = percent(tier, tier.degraded, overprovisioning);
      sum += healthy[i] + degraded[i];
    }
    int together = Math.min(ALL, sum);
    boolean allPanic = size > 0;
    for (int i = 0; i < size; i++) {
      loads.panic[i] = together < ALL && tiers.get(i).healthyShare() < panicThreshold;
      allPanic &= loads.panic[i];
    }
    if (allPanic) {
      loads.divideBySize(tiers);
    } else if (together > 0) {
      int left = divide(healthy, loads.healthy, together, ALL);
      left = divide(degraded, loads.degraded, together, left);
      addToFirst(left, healthy, loads.healthy, degraded, loads.degraded);
    }
    return loads;
  }

  private static int percent(Tier tier, Capacity part, double overprovisioning) {
    double exact = ALL * overprovisioning * tier.registered.fraction(part);
    return part.isZero() ? 0 : (int) Math.max(1, Math.min(ALL, Math.floor(exact + SLACK)));
  }

  private static int divide(int[] available, int[] load, int together, int left) {
    int remaining = left;
    for (int i = 0; i < load.length; i++) {
      load[i] = Math.min(remaining, available[i] * ALL / together);
      remaining -= load[i];
    }
    return remaining;
  }

  private static void addToFirst(
      int left, int[] healthy, int[] healthyLoad, int[] degraded, int[] degradedLoad) {
    int first = firstAboveZero(healthy);
    if (first < healthy.length) {
      healthyLoad[first] += left;
    } else {
      degradedLoad[firstAboveZero(degraded)] += left;
    }
  }

  private static int firstAboveZero(int[] values) {
    int index = 0;
    while (index < values.length && values[index] == 0) {
      index++;
    }
    return index;
  }

  private void divideBySize(List<Tier> tiers) {
    Capacity total = new Capacity();
    tiers.forEach(tier -> total.add(tier.registered));
    for (int i = 0; i < healthy.length; i++) {
      healthy[i] = (int) Math.floor(ALL * total.fraction(tiers.get(i).registered) + SLACK);
    }
    healthy[0] += ALL - Arrays.stream(healthy).sum();
  }
}
