package dev.steelyard.lb.select;

/**
 * Points on a ring of the unsigned 64-bit integers, each with an owner; a value belongs to the
 * first point at or after it, going round.
 *
 * <p>Points are hashes, so their leading bits say, give or take a few places, where they are in the
 * order. One pass counts the points per leading bits, one puts them there, and what remains to be
 * sorted are buckets of a point or two. The counts stay as a guide table: a look-up is one load
 * from it and on average one step, whatever the size of the ring. A hash function that crowds the
 * points into few buckets costs a sort of each of them and a binary search, and nothing else.
 */
final class RingTable {
  private static final int FEW = 8;

  private final long[] points;
  private final int[] owners;
  private final int[] guide;
  private final int shift;

  /** Of points in any order, at least one. Points of one value belong to the first owner. */
  RingTable(long[] unsorted, int[] unsortedOwners) {
    int size = unsorted.length;
    int bits = Math.max(Integer.SIZE - Integer.numberOfLeadingZeros(size - 1), 1);
    this.shift = Long.SIZE - bits;
    this.guide = new int[(1 << bits) + 1];
    this.points = new long[size];
    this.owners = new int[size];
    for (long point : unsorted) {
      guide[(int) (point >>> shift) + 1]++;
    }
    for (int bucket = 1; bucket < guide.length; bucket++) {
      guide[bucket] += guide[bucket - 1];
    }
    for (int i = size - 1; i >= 0; i--) {
      // From the last one down, which leaves in the guide where each bucket begins - one to the
      // left of where it belongs.
      int at = --guide[(int) (unsorted[i] >>> shift) + 1];
      points[at] = unsorted[i];
      owners[at] = unsortedOwners[i];
    }
    System.arraycopy(guide, 1, guide, 0, guide.length - 1);
    guide[guide.length - 1] = size;
    for (int bucket = 0; bucket < guide.length - 1; bucket++) {
      sort(guide[bucket], guide[bucket + 1]);
    }
  }

  private void sort(int from, int to) {
    if (to - from > FEW) {
      sortMany(from, to);
      return;
    }
    for (int i = from + 1; i < to; i++) {
      for (int j = i; j > from && isBefore(j, j - 1); j--) {
        swap(j, j - 1);
      }
    }
  }

  /** Heapsort: what a poor hash function makes of it must not be quadratic. */
  private void sortMany(int from, int to) {
    for (int root = from + (to - from) / 2 - 1; root >= from; root--) {
      sink(root, from, to);
    }
    for (int end = to - 1; end > from; end--) {
      swap(from, end);
      sink(from, from, end);
    }
  }

  private void sink(int root, int from, int to) {
    int parent = root;
    for (int child = 2 * (parent - from) + 1 + from; child < to; ) {
      if (child + 1 < to && isBefore(child, child + 1)) {
        child++;
      }
      if (!isBefore(parent, child)) {
        return;
      }
      swap(parent, child);
      parent = child;
      child = 2 * (parent - from) + 1 + from;
    }
  }

  private boolean isBefore(int one, int other) {
    int order = Long.compareUnsigned(points[one], points[other]);
    return order == 0 ? owners[one] < owners[other] : order < 0;
  }

  private void swap(int one, int other) {
    long point = points[one];
    points[one] = points[other];
    points[other] = point;
    int owner = owners[one];
    owners[one] = owners[other];
    owners[other] = owner;
  }

  /** The place, in ascending order, of the point that a value belongs to. */
  int find(long value) {
    int bucket = (int) (value >>> shift);
    int low = guide[bucket];
    int high = guide[bucket + 1];
    while (high - low > FEW) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(points[middle], value) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    while (low < high && Long.compareUnsigned(points[low], value) < 0) {
      low++;
    }
    return low == points.length ? 0 : low;
  }

  int size() {
    return points.length;
  }

  long point(int place) {
    return points[place];
  }

  int owner(int place) {
    return owners[place];
  }
}
