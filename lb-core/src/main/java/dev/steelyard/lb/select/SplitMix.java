package dev.steelyard.lb.select;

/**
 * The pieces of SplitMix64 (G. Steele et al., "Fast splittable pseudorandom number generators",
 * 2014), for values that must follow from a hash and be the same everywhere.
 */
final class SplitMix {
  /** What the state grows by: 2^64 divided by the golden ratio, odd. */
  static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix() {}

  /** A bijection of 64 bits in which each bit of the result depends on all of the argument. */
  static long mix(long value) {
    long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Maps 64 bits to an index by their upper half, without division. */
  static int scale(long bits, int bound) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }
}
