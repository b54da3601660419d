package dev.steelyard.lb.route;

/**
 * The hash of texts for client subsets and splits: FNV-1a (G. Fowler, L. C. Noll, P. Vo) over the
 * UTF-16 units with a start that depends on the seed, then the finaliser of MurmurHash3 (A.
 * Appleby), without which FNV's upper bits follow the last characters.
 */
final class KeyHash {
  private static final long OFFSET_BASIS = 0xCBF29CE484222325L;
  private static final long PRIME = 0x100000001B3L;

  private KeyHash() {}

  /** Hashes a text; different seeds give independent functions. O(length), allocates nothing. */
  static long hash(String text, long seed) {
    long hash = OFFSET_BASIS ^ mix(seed);
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return mix(hash);
  }

  /** The finaliser: a bijection under which every bit depends on every bit. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
  }
}
