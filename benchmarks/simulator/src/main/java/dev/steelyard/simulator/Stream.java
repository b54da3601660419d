package dev.steelyard.simulator;

import dev.steelyard.lb.env.RandomSource;

/**
 * A stream of random bits of its own (SplitMix64; G. Steele et al., "Fast splittable pseudorandom
 * number generators", 2014). Each part of a simulation has one, seeded by the run's seed and the
 * part's name, so that a change in one part does not shift the chance of another. Not thread-safe:
 * a simulation has one thread.
 */
final class Stream implements RandomSource {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private long state;

  Stream(long seed) {
    this.state = seed;
  }

  static Stream of(long seed, long part) {
    return new Stream(mix(mix(seed) ^ mix(part + GAMMA)));
  }

  /** The seed of one of many equal parts. */
  static long seed(long seed, long number) {
    return mix(seed + number * GAMMA);
  }

  /** Chance that belongs to an attempt of a request, 0 to 1: none of it is part of its work. */
  static double ofAttempt(long seed, int attempt) {
    return ((seed(~seed, attempt) >>> 11) + 0.5) * UNIT;
  }

  /** Begins anew. */
  void restart(long seed) {
    state = seed;
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** Above 0, below 1. */
  static double open(RandomSource random) {
    return ((random.nextLong() >>> 11) + 0.5) * UNIT;
  }

  private static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
