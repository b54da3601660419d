package dev.steelyard.lb.select;

import java.util.Arrays;

/**
 * Weighted rendezvous hashing over a fixed number of slots, tabulated.
 *
 * <p><b>The idea.</b> Weighted rendezvous (highest random weight, D. Thaler and C. Ravishankar
 * 1998) gives a slot to the instance with the least {@code -ln(u) / w}, u being a hash of instance
 * and slot: the least of independent exponential times of rate w. The first arrivals of a Poisson
 * process are just such times. So every instance has a process of arrivals over all slots, drawn
 * from a generator that is seeded by its key alone, and a slot belongs to who arrives there first.
 * That is n times m comparisons no longer, but only the arrivals until every slot has an owner:
 * about m ln m in all, however many instances there are.
 *
 * <p><b>Why keys move only where they must.</b> A process runs in the instance's own time, at a
 * rate of one; a weight only scales its clock. Neither who else is there nor how far the processes
 * were run has any say in when an instance arrives somewhere. So what one instance loses by
 * leaving, or wins by joining or by a greater weight, is all that changes - exactly, for any
 * weights.
 *
 * <p><b>Without a logarithm.</b> Own time is cut into windows; the arrivals in one are a Poisson
 * number ({@value #PER_WINDOW} on average, by inversion) of uniform times at uniform slots. An
 * instance runs whole windows until its clock is past the horizon. Owners who came later than the
 * horizon may yet be beaten, so it is moved on until there are none. After the first horizon few
 * slots are open, and all other arrivals are ignored at the price of a bit. All of it is IEEE
 * arithmetic: every JVM gets the same table.
 */
final class RendezvousTable {
  private static final int PER_WINDOW = 32;
  private static final double[] POISSON = poisson();

  /** Arrivals per slot up to the first horizon, after which 1 in 400 is open, and per next one. */
  private static final double FIRST_HORIZON = 6;

  private static final double NEXT_HORIZON = 3;

  private static final int FRACTION_BITS = 36;
  private static final long FRACTION = (1L << FRACTION_BITS) - 1;

  private final int slots;
  private final int shift;
  private final double[] firsts;
  private final int[] owners;
  private final double[] weights;
  private final long[] states;
  private final long[] windows;

  private RendezvousTable(KeyedEndpoints members, int slots, HashFunction function) {
    this.slots = slots;
    this.shift = shift(slots);
    this.firsts = new double[slots];
    this.owners = new int[slots];
    this.weights = members.weights;
    this.states = new long[weights.length];
    this.windows = new long[weights.length];
    Arrays.fill(firsts, Double.POSITIVE_INFINITY);
    for (int i = 0; i < states.length; i++) {
      states[i] = SplitMix.mix(function.hash(members.keys[i], 0));
    }
  }

  /** For each slot, a power of two in number, the index of its owner; empty without members. */
  static int[] build(KeyedEndpoints members, int slots, HashFunction function) {
    if (members.size() == 0) {
      return new int[0];
    }
    RendezvousTable table = new RendezvousTable(members, slots, function);
    table.run(members.totalWeight());
    return table.owners;
  }

  /** By how much 64 bits are to be shifted to give a slot. */
  static int shift(int slots) {
    return Long.numberOfLeadingZeros(slots) + 1;
  }

  private void run(double totalWeight) {
    long[] open = new long[(slots + Long.SIZE - 1) / Long.SIZE];
    Arrays.fill(open, -1L);
    double arrivals = FIRST_HORIZON;
    int left;
    do {
      double horizon = arrivals * slots / PER_WINDOW / totalWeight;
      for (int i = 0; i < weights.length; i++) {
        run(i, (long) Math.ceil(horizon * weights[i]), open);
      }
      left = 0;
      for (int slot = 0; slot < slots; slot++) {
        if (firsts[slot] <= horizon) {
          open[slot >>> 6] &= ~(1L << slot);
        } else {
          left++;
        }
      }
      arrivals += NEXT_HORIZON;
    } while (left > 0);
  }

  private void run(int member, long until, long[] open) {
    double pace = 1 / weights[member];
    long state = states[member];
    for (long window = windows[member]; window < until; window++) {
      state += SplitMix.GAMMA;
      for (int left = arrivals(SplitMix.mix(state)); left > 0; left--) {
        state += SplitMix.GAMMA;
        long bits = SplitMix.mix(state);
        int slot = (int) (bits >>> shift);
        if ((open[slot >>> 6] >>> slot & 1) != 0) {
          double time = (window + (bits & FRACTION) * (1.0 / (FRACTION + 1))) * pace;
          // The lower index at a tie, be it met in this run or a later one.
          if (time < firsts[slot] || (time == firsts[slot] && member < owners[slot])) {
            firsts[slot] = time;
            owners[slot] = member;
          }
        }
      }
    }
    states[member] = state;
    windows[member] = Math.max(windows[member], until);
  }

  private static int arrivals(long bits) {
    int place = Arrays.binarySearch(POISSON, (bits >>> 11) * 0x1p-53);
    return place < 0 ? -place - 1 : place + 1;
  }

  /** Entry k is the probability of at most k arrivals, up to where it is all but 1. */
  private static double[] poisson() {
    double[] cumulated = new double[4 * PER_WINDOW];
    double term = StrictMath.exp(-PER_WINDOW);
    double sum = 0;
    for (int k = 0; k < cumulated.length; k++) {
      sum += term;
      cumulated[k] = sum;
      term *= (double) PER_WINDOW / (k + 1);
    }
    return cumulated;
  }
}
