package dev.steelyard.lb.select;

import dev.steelyard.lb.request.RequestContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Round robin by weight. Which of three ways depends on W, the sum of the weights as whole numbers
 * without a common divisor; in each, a pick is one turn of the cursor and one look-up.
 *
 * <p><b>A cycle that is written down</b>, up to W = {@value #WRITTEN}: the k-th turn of instance i
 * is due at (k + 1/2) / w[i], and all turns of a cycle are sorted by that (earliest deadline
 * first).
 *
 * <p><b>A cycle that is computed</b>, up to two billion: instance i owns w[i] neighbouring slots of
 * 0..W-1, and turn t takes slot {@code t * g mod W}. With g coprime to W any W consecutive turns
 * take every slot once. With g near W divided by the golden ratio consecutive slots are as far
 * apart as they can be (H. Weyl 1916; the three-distance theorem), so each instance's turns are
 * spread evenly. Short cycles have too few coprime numbers for that: 6 has only 1 and 5.
 *
 * <p>In both any W consecutive turns of a thread serve each instance exactly as often as its weight
 * says, wherever one begins to count.
 *
 * <p><b>No cycle.</b> Other weights have none that anybody would see the end of: there W is 2^64,
 * and after any N turns a count is within a few of its share.
 *
 * <p><b>A change</b> of weights keeps the phase, the fraction of the way through the slots, and so
 * shifts shares without a jump.
 */
final class WeightedRoundRobinPicker implements Picker {
  /** The longest cycle that is written down. */
  static final int WRITTEN = 4096;

  /** 2^64 divided by the golden ratio, odd. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** The inverse of GOLDEN modulo 2^64. */
  private static final long GOLDEN_INVERSE = inverse(GOLDEN);

  private static final double GOLDEN_RATIO = 0.6180339887498949;
  private static final int STEPS_TRIED = 64;
  private static final int DRAWS = 16;

  private final Candidates candidates;
  private final Endpoint[] endpoints;
  // The cycle, or null if it is not written down.
  private final Endpoint @Nullable [] cycle;
  private final WeightTable table;
  // The number of slots; 0 stands for 2^64.
  private final long slots;
  private final long step;
  private final StripedCursor cursor;

  private WeightedRoundRobinPicker(
      Candidates candidates,
      long @Nullable [] counts,
      @Nullable WeightedRoundRobinPicker old,
      @Nullable StripedCursor cursor) {
    this.candidates = candidates;
    this.endpoints = candidates.endpoints();
    if (counts == null) {
      this.table = WeightTable.of(candidates.relativeWeights());
      this.slots = 0;
      this.step = GOLDEN;
      this.cycle = null;
    } else {
      this.table = WeightTable.ofCounts(counts);
      this.slots = Arrays.stream(counts).sum();
      this.cycle = slots <= WRITTEN ? cycle(counts, (int) slots) : null;
      this.step = cycle == null ? stepOf(slots) : 1;
    }
    if (cursor != null) {
      this.cursor = cursor;
    } else if (old != null) {
      this.cursor = resume(old);
    } else {
      this.cursor = new StripedCursor(candidates.random().nextLong() >>> 16);
    }
  }

  static WeightedRoundRobinPicker of(Candidates candidates, @Nullable Picker previous) {
    return new WeightedRoundRobinPicker(
        candidates,
        WholeCounts.of(candidates.relativeWeights()),
        previous instanceof WeightedRoundRobinPicker old ? old : null,
        null);
  }

  /** At given turns. */
  static WeightedRoundRobinPicker at(Candidates candidates, StripedCursor cursor) {
    return new WeightedRoundRobinPicker(
        candidates, WholeCounts.of(candidates.relativeWeights()), null, cursor);
  }

  private Endpoint[] cycle(long[] counts, int length) {
    long[] turns = new long[length];
    int turn = 0;
    for (int i = 0; i < counts.length; i++) {
      double offset = (i + 1) * GOLDEN_RATIO % 1;
      for (int k = 0; k < counts[i]; k++) {
        float due = (float) ((k + offset) / counts[i]); // its bits are in the order of its value
        turns[turn++] = (long) Float.floatToRawIntBits(due) << 32 | i;
      }
    }
    Arrays.sort(turns);
    Endpoint[] order = new Endpoint[length];
    for (int i = 0; i < length; i++) {
      order[i] = endpoints[(int) turns[i]];
    }
    return order;
  }

  private StripedCursor resume(WeightedRoundRobinPicker old) {
    StripedCursor resumed = new StripedCursor(turnAt(old.phase(old.cursor.nextStart())));
    for (int stripe = 0; stripe < StripedCursor.STRIPES; stripe++) {
      if (old.cursor.hasBegun(stripe)) {
        resumed.set(stripe, turnAt(old.phase(old.cursor.peek(stripe))));
      }
    }
    return resumed;
  }

  /** The slot of a turn, as a fraction of all slots. */
  double phase(long turn) {
    return slots == 0 ? (slot(turn) >>> 11) * 0x1p-53 : (double) slot(turn) / slots;
  }

  /** A turn whose slot is at a fraction of all slots. */
  private long turnAt(double phase) {
    if (slots == 0) {
      long slot = (long) (phase * 0x1p53) << 11;
      return slot * GOLDEN_INVERSE & Long.MAX_VALUE;
    }
    long slot = Math.min((long) (phase * slots), slots - 1);
    return slot * inverse(step, slots) % slots;
  }

  private long slot(long turn) {
    return slots == 0 ? turn * step : turn % slots * step % slots;
  }

  StripedCursor cursor() {
    return cursor;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    Endpoint endpoint = take();
    return excluded.isEmpty() ? endpoint : allowed(endpoint, excluded);
  }

  private Endpoint take() {
    Endpoint[] written = cycle;
    if (written != null) {
      return written[(int) (cursor.next() % written.length)];
    }
    return endpoints[table.find(slot(cursor.next()))];
  }

  private @Nullable Endpoint allowed(Endpoint first, Exclusions excluded) {
    Endpoint endpoint = first;
    for (int draw = 1; excluded.contains(endpoint); draw++) {
      if (draw == DRAWS) {
        return candidates.randomAllowed(excluded);
      }
      endpoint = take();
    }
    return endpoint;
  }

  /**
   * The best number near {@code slots / phi} that has no divisor in common with it. How far counts
   * may be off within a cycle goes with the sum of the quotients of Euclid's algorithm (the partial
   * quotients of the continued fraction; all are 1 for the golden ratio itself).
   */
  private static long stepOf(long slots) {
    long golden = Math.round(slots * GOLDEN_RATIO);
    long best = 1;
    long least = Long.MAX_VALUE;
    for (long step = golden - STEPS_TRIED; step <= golden + STEPS_TRIED; step++) {
      long sum = sumOfQuotients(slots, step);
      if (sum < least) {
        least = sum;
        best = step;
      }
    }
    return best;
  }

  /** Of two numbers; the largest long if they have a divisor in common. */
  private static long sumOfQuotients(long larger, long smaller) {
    long sum = 0;
    long a = larger;
    long b = smaller;
    while (b != 0) {
      sum += a / b;
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a == 1 ? sum : Long.MAX_VALUE;
  }

  /** By the extended Euclidean algorithm; 0 for a modulus of 1. */
  private static long inverse(long value, long modulus) {
    long coefficient = 0;
    long next = 1;
    long remainder = modulus;
    long nextRemainder = value % modulus;
    while (nextRemainder != 0) {
      long quotient = remainder / nextRemainder;
      long swap = coefficient - quotient * next;
      coefficient = next;
      next = swap;
      swap = remainder - quotient * nextRemainder;
      remainder = nextRemainder;
      nextRemainder = swap;
    }
    return Math.floorMod(coefficient, modulus);
  }

  /** By Newton's iteration: each step doubles the number of right low bits. */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int bits = 3; bits < Long.SIZE; bits *= 2) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
