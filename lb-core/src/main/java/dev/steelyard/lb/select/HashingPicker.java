package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import org.jspecify.annotations.Nullable;

/** Picks the endpoint that a request's hash belongs to, by an immutable table. */
abstract class HashingPicker implements Picker {
  /** After so many look-ups that met an excluded endpoint, all that are left are compared. */
  private static final int LOOK_UPS = 16;

  final KeyedEndpoints members;
  private final Endpoint[] endpoints;
  private final RequestHash requestHash;
  private final RandomSource random;

  HashingPicker(KeyedEndpoints members, RequestHash requestHash, RandomSource random) {
    this.members = members;
    this.endpoints = members.endpoints;
    this.requestHash = requestHash;
    this.random = random;
  }

  /** The index among the members, of which there is at least one, of the owner of a hash. */
  abstract int owner(long hash);

  final long hash(RequestContext request) {
    return requestHash.of(request, random);
  }

  @Override
  public final @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    if (endpoints.length == 0) {
      return null;
    }
    long hash = hash(request);
    Endpoint endpoint = endpoints[owner(hash)];
    return excluded.isEmpty() || !excluded.contains(endpoint) ? endpoint : another(hash, excluded);
  }

  /** Who takes over while the owner is excluded: Envoy's rule for attempt a of a request. */
  @Nullable Endpoint another(long hash, Exclusions excluded) {
    for (int attempt = 1; attempt < LOOK_UPS; attempt++) {
      Endpoint endpoint = endpoints[owner(hash ^ -attempt)];
      if (!excluded.contains(endpoint)) {
        return endpoint;
      }
    }
    return members.rendezvous(hash, excluded);
  }
}
