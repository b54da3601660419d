package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Looks the hash up on a ring: the owner of the first point at or after it. */
final class RingPicker extends HashingPicker {
  /** How many points a walk past excluded owners takes in before all that are left are compared. */
  private static final int STEPS = 128;

  private final @Nullable RingTable ring;

  RingPicker(
      KeyedEndpoints members,
      RingPoints sizing,
      HashFunction function,
      RequestHash requestHash,
      RandomSource random) {
    super(members, requestHash, random);
    this.ring = members.size() == 0 ? null : build(members, sizing.counts(members), function);
  }

  /** Point k of an instance is the hash of its key, an underscore and k: as in Envoy and gRPC. */
  private static RingTable build(KeyedEndpoints members, int[] counts, HashFunction function) {
    int size = Arrays.stream(counts).sum();
    long[] points = new long[size];
    int[] owners = new int[size];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      String stem = members.keys[i] + '_';
      for (int k = 0; k < counts[i]; k++) {
        points[at] = function.hash(stem + k, 0);
        owners[at++] = i;
      }
    }
    return new RingTable(points, owners);
  }

  RingTable ring() {
    if (ring == null) {
      throw new IllegalStateException("no members");
    }
    return ring;
  }

  @Override
  int owner(long hash) {
    RingTable table = ring();
    return table.owner(table.find(hash));
  }

  /** The next point whose owner is not excluded, so that what an instance had is spread out. */
  @Override
  @Nullable Endpoint another(long hash, Exclusions excluded) {
    RingTable table = ring();
    int place = table.find(hash);
    for (int step = 1; step < Math.min(STEPS, table.size()); step++) {
      place = place + 1 == table.size() ? 0 : place + 1;
      Endpoint endpoint = members.endpoints[table.owner(place)];
      if (!excluded.contains(endpoint)) {
        return endpoint;
      }
    }
    return members.rendezvous(hash, excluded);
  }
}
