package dev.steelyard.lb.select;

import java.util.Arrays;

/**
 * Fills a Maglev table (D. Eisenbud et al., "Maglev: a fast and reliable software network load
 * balancer", 2016) as Envoy does.
 *
 * <p>Each instance has a permutation of the slots of its own, and in turn takes the first one that
 * is free. In round r an instance has a turn if {@code r * share} has reached its target, which
 * then rises by the greatest share: the heaviest has one in every round, one of half its weight in
 * every other. Envoy asks every instance in every round, which takes minutes where one outweighs
 * thousands; here a calendar holds for each round who has a turn, by the same comparisons. On
 * average O(m ln m) for m slots, most of it the search for free ones.
 */
final class MaglevTable {
  private static final int NOBODY = -1;

  private final KeyedEndpoints members;
  private final int size;
  private final int[] owners;
  private final int[] positions;
  private final int[] skips;

  private MaglevTable(KeyedEndpoints members, int size, HashFunction function) {
    this.members = members;
    this.size = size;
    this.owners = new int[size];
    this.positions = new int[members.size()];
    this.skips = new int[members.size()];
    Arrays.fill(owners, NOBODY);
    for (int i = 0; i < positions.length; i++) {
      String key = members.keys[i];
      positions[i] = (int) Long.remainderUnsigned(function.hash(key, 0), size);
      skips[i] = (int) Long.remainderUnsigned(function.hash(key, 1), size - 1) + 1;
    }
  }

  /** For each slot the index of its owner; empty without members. */
  static int[] build(KeyedEndpoints members, int size, HashFunction function) {
    return members.size() == 0 ? new int[0] : new MaglevTable(members, size, function).fill();
  }

  private int[] fill() {
    double[] shares = members.shares();
    double greatest = Arrays.stream(shares).max().orElseThrow();
    double[] targets = new double[shares.length];
    // A list per round of who has its next turn then: heads by round, links by member.
    int[] heads = new int[size + 2];
    Arrays.fill(heads, NOBODY);
    int[] links = new int[shares.length];
    int[] due = new int[shares.length];
    for (int i = 0; i < due.length; i++) {
      due[i] = i;
    }
    int count = due.length;
    int free = size;
    for (int round = 1; ; round++) {
      for (int turn = 0; turn < count; turn++) {
        int member = due[turn];
        claim(member);
        if (--free == 0) {
          return owners;
        }
        targets[member] += greatest;
        int next = nextTurn(round, shares[member], targets[member]);
        links[member] = heads[next];
        heads[next] = member;
      }
      count = 0;
      for (int member = heads[round + 1]; member != NOBODY; member = links[member]) {
        due[count++] = member;
      }
      Arrays.sort(due, 0, count); // members of one round come from several rounds before
    }
  }

  /** The first round after this one that reaches the target; the heaviest leaves none beyond m. */
  private int nextTurn(int round, double share, double target) {
    double estimate = Math.min(Math.ceil(target / share), size + 1);
    int next = Math.max(round + 1, (int) estimate);
    while (next <= size && next * share < target) {
      next++;
    }
    while (next > round + 1 && (next - 1) * share >= target) {
      next--;
    }
    return next;
  }

  private void claim(int member) {
    int position = positions[member];
    int skip = skips[member];
    while (owners[position] != NOBODY) {
      position += skip;
      position -= position >= size ? size : 0;
    }
    owners[position] = member;
    position += skip;
    positions[member] = position >= size ? position - size : position;
  }
}
