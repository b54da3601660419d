package dev.steelyard.lb.route;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Divides requests between the sides of a split: those with a key by weighted rendezvous hashing
 * (D. Thaler and C. V. Ravishankar, 1998; {@code -ln(u) / share}, the least wins), so that a side
 * whose share grows takes keys from the others and no key moves between those; the others at
 * random.
 *
 * <p>A side whose instances are all excluded is passed over as if it were not there: a key goes to
 * its second choice, a draw is repeated among the rest, and so the shares among these hold.
 * O(sides) a pick, times the sides that are passed over.
 */
final class SplitPicker implements Picker {

  /** One side: a hash of its name, its share, and who picks in it. */
  record Side(long hash, double share, Picker picker) {}

  private final long[] hashes;
  private final double[] shares;
  private final Picker[] pickers;
  private final RandomSource random;

  private SplitPicker(long[] hashes, double[] shares, Picker[] pickers, RandomSource random) {
    this.hashes = hashes;
    this.shares = shares;
    this.pickers = pickers;
    this.random = random;
  }

  /** Sides that may serve, 1 to 64, with shares above 0; of one, its picker is enough. */
  static Picker of(List<Side> sides, RandomSource random) {
    if (sides.size() == 1) {
      return sides.get(0).picker();
    }
    double largest = sides.stream().mapToDouble(Side::share).max().orElse(1);
    return new SplitPicker(
        sides.stream().mapToLong(Side::hash).toArray(),
        // Of the largest, so that they can be added and divided by.
        sides.stream()
            .mapToDouble(side -> Math.max(side.share() / largest, Double.MIN_NORMAL))
            .toArray(),
        sides.stream().map(Side::picker).toArray(Picker[]::new),
        random);
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    boolean keyed = isKeyed(request);
    long keyHash = keyed ? keyHash(request) : 0;
    long passed = 0; // a bit for each side that had nobody
    for (int attempt = 0; attempt < pickers.length; attempt++) {
      int side = keyed ? byKey(keyHash, passed) : atRandom(passed);
      Endpoint picked = pickers[side].pick(request, excluded, nowNanos);
      if (picked != null) {
        return picked;
      }
      passed |= 1L << side;
    }
    return null;
  }

  private static boolean isKeyed(RequestContext request) {
    return request.key() != null;
  }

  private static long keyHash(RequestContext request) {
    String key = request.key();
    return request.hasKeyHash() || key == null ? request.keyHash() : KeyHash.hash(key, 0);
  }

  private int byKey(long keyHash, long passed) {
    int choice = -1;
    double least = 0;
    for (int side = 0; side < shares.length; side++) {
      if ((passed & 1L << side) == 0) {
        double uniform = ((KeyHash.mix(keyHash ^ hashes[side]) >>> 11) + 0.5) * 0x1p-53;
        double score = -Math.log(uniform) / shares[side];
        if (choice < 0 || score < least) {
          choice = side;
          least = score;
        }
      }
    }
    return choice;
  }

  private int atRandom(long passed) {
    double sum = 0;
    for (int side = 0; side < shares.length; side++) {
      sum += (passed & 1L << side) == 0 ? shares[side] : 0;
    }
    double left = (random.nextLong() >>> 11) * 0x1p-53 * sum;
    int choice = -1;
    for (int side = 0; side < shares.length; side++) {
      if ((passed & 1L << side) == 0) {
        choice = side;
        left -= shares[side];
        if (left < 0) {
          return side;
        }
      }
    }
    return choice; // rounding: the last one
  }
}
