package dev.steelyard.lb.route;

import dev.steelyard.lb.select.HashFunction;

/** The hash of texts for client subsets and splits: xxHash64, as everywhere in the library. */
final class KeyHash {
  private static final HashFunction XX_HASH = HashFunction.xxHash64();

  private KeyHash() {}

  /** Hashes a text; different seeds give independent functions. O(length), allocates nothing. */
  static long hash(String text, long seed) {
    return XX_HASH.hash(text, seed);
  }

  /** The finaliser of MurmurHash3 (A. Appleby): a bijection, every bit depends on every bit. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
  }
}
