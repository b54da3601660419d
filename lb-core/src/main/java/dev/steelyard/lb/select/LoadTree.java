package dev.steelyard.lb.select;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The loads of a whole set of endpoints, and where the least one is: a tree of minima with {@value
 * #FAN} children per node, one cache line.
 *
 * <pre>
 *   level 2   [ m ]                                     the least of all
 *   level 1   [ m m m m ................ m ]            the least of 16 each
 *   level 0   [ l l l l l l l l ........................... l ]   the loads
 * </pre>
 *
 * A load is a float at least 0, kept as its bits, which are in the order of the values. {@link
 * #set} writes a leaf and then each ancestor whose minimum changed, which is usually none; {@link
 * #least} goes down from the root. Both are O(log n) to the base 16: 4 levels at 10 000.
 *
 * <p><b>Concurrency.</b> Leaves and nodes are written by any thread, without a lock. A leaf is
 * exchanged, a node compared-and-set to the least of its children, after which the children are
 * read again, until they agree. So whoever writes a node last has seen the children as they are: if
 * another one changed a child after they were read, he changed it before the node was looked at
 * again, or looks at the node afterwards himself. Exchange and compare-and-set are full fences, so
 * the child's write is visible before the parent is read. While writers are under way a reader may
 * find a node that is out of date; when they have finished every node is right.
 */
final class LoadTree {
  private static final VarHandle LOADS = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int FAN_BITS = 4;
  static final int FAN = 1 << FAN_BITS;
  private static final int NONE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private static final int NEVER = -1;

  private final int[] loads;
  // Where each level begins, leaves first.
  private final int[] levels;

  /** All loads are 0. */
  LoadTree(int size) {
    int[] starts = new int[8];
    int count = 0;
    int length = 0;
    int width = size;
    while (true) {
      starts[count++] = length;
      if (width == 1) {
        break;
      }
      length += (width + FAN - 1) & -FAN;
      width = (width + FAN - 1) >>> FAN_BITS;
    }
    this.levels = Arrays.copyOf(starts, count);
    this.loads = new int[length + 1];
    Arrays.fill(loads, NONE);
    width = size;
    for (int start : levels) {
      Arrays.fill(loads, start, start + width, 0);
      width = (width + FAN - 1) >>> FAN_BITS;
    }
  }

  /** The bits of a load; what is above every float, or not a number, is the largest one. */
  static int bits(double load) {
    return load < Float.MAX_VALUE ? Float.floatToRawIntBits((float) load) : NONE - 1;
  }

  int get(int leaf) {
    return (int) LOADS.getOpaque(loads, leaf);
  }

  /** The least load of all. */
  int least() {
    return (int) LOADS.getOpaque(loads, loads.length - 1);
  }

  void set(int leaf, int bits) {
    int before = (int) LOADS.getAndSet(loads, leaf, bits);
    if (levels.length == 1) {
      return;
    }
    int parent = (int) LOADS.getVolatile(loads, levels[1] + (leaf >>> FAN_BITS));
    if (before > parent && bits >= parent) {
      return; // was not the least of its group, and is not
    }
    int index = leaf;
    int own = bits;
    for (int level = 0; level + 1 < levels.length; level++) {
      index >>>= FAN_BITS;
      int node = levels[level + 1] + index;
      if (!correct(node, levels[level] + (index << FAN_BITS), own)) {
        return;
      }
      own = (int) LOADS.getVolatile(loads, node);
    }
  }

  /**
   * Makes a node the least of its children; returns whether it had to be changed.
   *
   * @param own the child that was changed: if it is not below the node, one sibling that equals the
   *     node is enough to leave it, since whoever changes another child looks for himself. Once the
   *     node has been written all of them must be seen.
   */
  private boolean correct(int node, int children, int own) {
    boolean changed = false;
    while (true) {
      int now = (int) LOADS.getVolatile(loads, node);
      int least = leastOf(children, changed || own < now ? NEVER : now);
      if (least == now) {
        return changed;
      }
      if (LOADS.compareAndSet(loads, node, now, least)) {
        changed = true;
      }
    }
  }

  private int leastOf(int children, int sufficient) {
    int least = NONE;
    for (int i = children; i < children + FAN; i++) {
      int load = (int) LOADS.getOpaque(loads, i);
      if (load == sufficient) {
        return load;
      }
      least = Math.min(least, load);
    }
    return least;
  }

  /** A leaf with the least load, one of several at random: four bits of the draw per level. */
  int leastLeaf(long draw) {
    int index = 0;
    long bits = draw;
    for (int level = levels.length - 2; level >= 0; level--) {
      int children = levels[level] + (index << FAN_BITS);
      int least = NONE;
      int ties = 0;
      for (int i = 0; i < FAN; i++) {
        int load = (int) LOADS.getOpaque(loads, children + i);
        if (load < least) {
          least = load;
          ties = 0;
        }
        ties |= (load == least ? 1 : 0) << i;
      }
      index = index << FAN_BITS | choose(least == NONE ? 1 : ties, (int) bits & 0xFFF);
      bits >>>= 12;
    }
    return index;
  }

  /** One of the bits that are set, by 12 random bits. */
  private static int choose(int ties, int random) {
    int rest = ties;
    for (int skip = (random * Integer.bitCount(ties)) >>> 12; skip > 0; skip--) {
      rest &= rest - 1;
    }
    return Integer.numberOfTrailingZeros(rest);
  }
}
