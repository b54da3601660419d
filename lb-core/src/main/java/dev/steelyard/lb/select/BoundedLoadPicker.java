package dev.steelyard.lb.select;

import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing with bounded loads (V. Mirrokni, M. Thorup and M. Zadimoghaddam, 2018): an
 * endpoint of weight w takes a request while it has less than {@code ceil(factor * (A + 1) * w /
 * W)} in flight, A being what is in flight in all and W the sum of weights. So after a pick it has
 * at most that many. The capacities add up to more than A, so there always is room somewhere.
 *
 * <p>What does not fit goes, as in Envoy, through the endpoints in an order that the hash gives,
 * and not to the neighbour, who would be next to overflow: first to a few at random by the hash, of
 * whom each has room with a probability of at least about {@code 1 - 1 / factor}, and then to all
 * by a walk whose step has no divisor in common with their number.
 */
final class BoundedLoadPicker implements Picker {
  private static final int PROBES = 16;

  private final HashingPicker hashing;
  private final Endpoint[] endpoints;
  private final double[] weights;
  private final double total;
  private final double factor;
  private final int step;
  private final LoadTotal inFlight = new LoadTotal();

  BoundedLoadPicker(HashingPicker hashing, double factor) {
    this.hashing = hashing;
    this.endpoints = hashing.members.endpoints;
    this.weights = hashing.members.weights;
    this.total = hashing.members.totalWeight();
    this.factor = factor;
    this.step = step(endpoints.length);
    for (Endpoint endpoint : endpoints) {
      inFlight.follow(endpoint);
    }
  }

  /** Near the golden section, so that a walk gets around early, and coprime to the size. */
  private static int step(int size) {
    int step = (int) (size * 0.618) + 1;
    while (gcd(step, size) > 1) {
      step++;
    }
    return step < size ? step : step - size;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (endpoints.length == 0) {
      return null;
    }
    long hash = hashing.hash(request);
    // An integer is below ceil(x) just if it is below x. Multiplied out, whole weights and a factor
    // like 1.25 make it exact.
    double allowance = factor * (inFlight.get() + 1);
    int owner = hashing.owner(hash);
    return hasRoom(owner, allowance) && isAllowed(owner, excluded)
        ? endpoints[owner]
        : overflow(hash, allowance, excluded);
  }

  private boolean hasRoom(int index, double allowance) {
    return endpoints[index].inFlight() * total < allowance * weights[index];
  }

  private boolean isAllowed(int index, Exclusions excluded) {
    return excluded.isEmpty() || !excluded.contains(endpoints[index]);
  }

  private @Nullable Endpoint overflow(long hash, double allowance, Exclusions excluded) {
    int size = endpoints.length;
    long state = SplitMix.mix(hash);
    int index = 0;
    for (int probe = 0; probe < PROBES; probe++) {
      state += SplitMix.GAMMA;
      index = SplitMix.scale(SplitMix.mix(state), size);
      if (hasRoom(index, allowance) && isAllowed(index, excluded)) {
        return endpoints[index];
      }
    }
    // All of them: there is room unless it is with the excluded ones, or was taken meanwhile.
    Endpoint least = null;
    double leastLoad = Double.POSITIVE_INFINITY;
    for (int walked = 0; walked < size; walked++) {
      index += step;
      index -= index >= size ? size : 0;
      if (isAllowed(index, excluded)) {
        if (hasRoom(index, allowance)) {
          return endpoints[index];
        }
        double load = endpoints[index].inFlight() / weights[index];
        if (least == null || load < leastLoad) {
          least = endpoints[index];
          leastLoad = load;
        }
      }
    }
    return least;
  }

  LoadTotal inFlight() {
    return inFlight;
  }
}
