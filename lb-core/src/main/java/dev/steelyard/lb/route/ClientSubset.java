package dev.steelyard.lb.route;

import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * This client's part of the fleet: going up in the order of hash(instance id, client id), the
 * instances until enough of them may serve (gRPC A68; for the hash, see {@link KeyHash}).
 *
 * <p>What is DOWN is passed on the way and belongs to the part without counting: a failing instance
 * is replaced by one, and the part has as large a share of failing ones as the fleet, so that
 * zones, tiers and panic are judged by what the fleet is like.
 */
final class ClientSubset {
  private record Ranked(int member, String id, long hash) {}

  private static final Comparator<Ranked> BY_HASH =
      ((Comparator<Ranked>) (one, other) -> Long.compareUnsigned(one.hash(), other.hash()))
          .thenComparing(Ranked::id);

  private ClientSubset() {}

  /** Says for each member whether it is part; O(n log n). */
  static boolean[] of(Routing routing, List<Member> members) {
    boolean[] part = new boolean[members.size()];
    String clientId = routing.clientId();
    if (clientId == null) {
      Arrays.fill(part, true);
      return part;
    }
    long seed = KeyHash.hash(clientId, 0);
    List<Ranked> ranked = new ArrayList<>();
    for (int i = 0; i < part.length; i++) {
      if (members.get(i).isRegistered()) {
        String id = members.get(i).instance().id();
        ranked.add(new Ranked(i, id, KeyHash.hash(id, seed)));
      }
    }
    ranked.sort(BY_HASH);
    int missing = routing.clientSubsetSize();
    for (Ranked next : ranked) {
      if (missing == 0) {
        break;
      }
      part[next.member()] = true;
      missing -= members.get(next.member()).isUsable() ? 1 : 0;
    }
    return part;
  }
}
