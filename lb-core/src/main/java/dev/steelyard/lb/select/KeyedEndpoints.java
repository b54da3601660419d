package dev.steelyard.lb.select;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Candidates in the order of their hash keys, those of equal keys in the order of their ids: what a
 * table is built of must not depend on who registered first.
 */
final class KeyedEndpoints {
  /** The metadata entry that replaces the address as the key, as in Envoy. */
  static final String HASH_KEY = "hash_key";

  final Endpoint[] endpoints;
  final String[] keys;

  /** The weights times a common power of two, so that neither they nor their sum overflow. */
  final double[] weights;

  private KeyedEndpoints(Endpoint[] endpoints, String[] keys, double[] weights) {
    this.endpoints = endpoints;
    this.keys = keys;
    this.weights = weights;
  }

  private record Entry(String key, String id, Endpoint endpoint, double weight) {}

  static KeyedEndpoints of(Candidates candidates, Function<Instance, String> keyOf) {
    int n = candidates.size();
    Entry[] entries = new Entry[n];
    double heaviest = 0;
    for (int i = 0; i < n; i++) {
      Instance instance = candidates.endpoint(i).instance();
      String key = requireNonNull(keyOf.apply(instance), () -> "hash key of " + instance.id());
      entries[i] = new Entry(key, instance.id(), candidates.endpoint(i), candidates.weight(i));
      heaviest = Math.max(heaviest, candidates.weight(i));
    }
    Arrays.sort(entries, Comparator.comparing(Entry::key).thenComparing(Entry::id));
    Endpoint[] endpoints = new Endpoint[n];
    String[] keys = new String[n];
    double[] weights = new double[n];
    // A power of two changes no ratio. Usual weights are left as they are.
    int exponent = Math.abs(Math.getExponent(heaviest)) < 512 ? 0 : -Math.getExponent(heaviest);
    for (int i = 0; i < n; i++) {
      endpoints[i] = entries[i].endpoint();
      keys[i] = entries[i].key();
      weights[i] = Math.max(Math.scalb(entries[i].weight(), exponent), Double.MIN_NORMAL);
    }
    return new KeyedEndpoints(endpoints, keys, weights);
  }

  /** {@code hash_key} of the metadata, or else {@code host:port}, IPv6 in brackets. */
  static String defaultKey(Instance instance) {
    String given = instance.metadata().get(HASH_KEY);
    if (given != null) {
      return given;
    }
    String host = instance.host();
    String bracketed = host.indexOf(':') < 0 ? host : '[' + host + ']';
    return instance.port() < 0 ? bracketed : bracketed + ':' + instance.port();
  }

  int size() {
    return endpoints.length;
  }

  double totalWeight() {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    return total;
  }

  /** The weights as shares of 1, computed as Envoy computes them. */
  double[] shares() {
    double total = totalWeight();
    double[] shares = new double[weights.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Math.max(weights[i] / total, Double.MIN_NORMAL);
    }
    return shares;
  }

  /**
   * The one of the endpoints that are not excluded to which a hash belongs by weighted rendezvous.
   * O(n): for the rare request whose table leads to nothing but excluded ones.
   */
  @Nullable Endpoint rendezvous(long hash, Exclusions excluded) {
    Endpoint best = null;
    double earliest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < endpoints.length; i++) {
      if (!excluded.contains(endpoints[i])) {
        long bits = SplitMix.mix(hash ^ SplitMix.mix(keys[i].hashCode() + SplitMix.GAMMA));
        double uniform = ((bits >>> 12) + 0.5) * 0x1p-52;
        double arrival = -StrictMath.log(uniform) / weights[i];
        if (best == null || arrival < earliest) {
          best = endpoints[i];
          earliest = arrival;
        }
      }
    }
    return best;
  }
}
