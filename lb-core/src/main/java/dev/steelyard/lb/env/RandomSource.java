package dev.steelyard.lb.env;

import java.util.concurrent.ThreadLocalRandom;

/**
 * A source of uniformly distributed 64-bit values, injected so that a run can be repeated.
 *
 * <p>Implementations are thread-safe and do not block. Not for secrets: neither source given here
 * is unpredictable to an adversary.
 */
@FunctionalInterface
public interface RandomSource {

  /**
   * Returns the next value.
   *
   * @return 64 uniformly distributed bits
   */
  long nextLong();

  /**
   * Returns a uniformly distributed index, by multiplication instead of division (D. Lemire, "Fast
   * random integer generation in an interval", 2019, without the rejection step: the bias is below
   * {@code bound / 2^32}).
   *
   * @param bound the exclusive upper bound, at least 1
   * @return a value from 0 to {@code bound - 1}
   */
  default int nextInt(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /**
   * Returns the source that production code wants: per thread, without contention.
   *
   * @return a source over {@link ThreadLocalRandom}
   */
  static RandomSource threadLocal() {
    return ThreadLocalSource.INSTANCE;
  }

  /**
   * Returns a repeatable source: the same seed gives the same values in the same order of calls.
   * One counter is shared by all threads, so it is for tests, simulations and reproductions.
   *
   * @param seed any value
   * @return a new source (SplitMix64; G. Steele et al., "Fast splittable pseudorandom number
   *     generators", 2014)
   */
  static RandomSource seeded(long seed) {
    return new SplitMixSource(seed);
  }
}
