package dev.steelyard.lb.env;

import java.util.concurrent.atomic.AtomicLong;

/** SplitMix64 over one shared counter: repeatable, thread-safe, contended. */
final class SplitMixSource implements RandomSource {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final AtomicLong state;

  SplitMixSource(long seed) {
    this.state = new AtomicLong(seed);
  }

  @Override
  public long nextLong() {
    long z = state.addAndGet(GOLDEN_GAMMA);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public String toString() {
    return "RandomSource.seeded(...)";
  }
}
