package dev.steelyard.lb.select;

import org.jspecify.annotations.Nullable;

/**
 * Several draws of candidates by weight, all of them functions of one random value.
 *
 * <p>So nothing need be kept to tell whether a draw repeats an earlier one: the earlier ones are
 * computed again, a few multiplications each, where a set would have to be allocated. Draws that do
 * not repeat one are a uniform sample without replacement. The function is SplitMix64, with
 * constants of its own (D. Stafford's variant 4), lest draws coincide with a later value of a
 * seeded source.
 */
final class Draws {
  private static final long GAMMA = 0xD1342543DE82EF95L;

  private final int size;
  private final @Nullable WeightTable table;

  /** The candidates, at least one. */
  Draws(Candidates candidates) {
    this.size = candidates.size();
    this.table = candidates.isUniform() ? null : WeightTable.of(candidates.relativeWeights());
  }

  boolean isUniform() {
    return table == null;
  }

  /** The index of a draw, 0 being the first. */
  int index(long seed, int draw) {
    long bits = mix(seed, draw);
    return table == null ? (int) (((bits >>> 32) * size) >>> 32) : table.find(bits);
  }

  /** Whether an earlier draw gave the index, too. */
  boolean isRepeated(long seed, int draw, int index) {
    for (int earlier = 0; earlier < draw; earlier++) {
      if (index(seed, earlier) == index) {
        return true;
      }
    }
    return false;
  }

  /** A further value of the same seed, from 0 to below 1. */
  static double fraction(long seed, int draw) {
    return (mix(seed, draw) >>> 11) * 0x1p-53;
  }

  private static long mix(long seed, int draw) {
    long z = seed + (draw + 1) * GAMMA;
    z = (z ^ (z >>> 33)) * 0x62A9D9ED799705F5L;
    z = (z ^ (z >>> 28)) * 0xCB24D0A5C88C35B3L;
    return z ^ (z >>> 32);
  }
}
