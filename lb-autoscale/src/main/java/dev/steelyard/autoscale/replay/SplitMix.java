package dev.steelyard.autoscale.replay;

/**
 * Chance that is a function of a seed and a place: the draw for a tick does not depend on how many
 * draws came before it, so that two policies meet the same noise at the same tick, and a replay may
 * be resumed in the middle. The mixing is SplitMix64's (Steele, Lea, Flood, OOPSLA 2014).
 */
final class SplitMix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private SplitMix() {}

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /** Evenly in [0, 1). */
  static double uniform(long seed, long place, int stream) {
    long bits = mix(mix(seed + stream * GOLDEN) + (place + 1) * GOLDEN);
    return (bits >>> 11) * 0x1.0p-53;
  }

  /** A standard normal number (Box and Muller 1958). */
  static double normal(long seed, long place, int stream) {
    double radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, place, 2 * stream)));
    return radius * Math.cos(2 * Math.PI * uniform(seed, place, 2 * stream + 1));
  }
}
