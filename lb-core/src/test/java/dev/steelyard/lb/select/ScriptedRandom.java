package dev.steelyard.lb.select;

import dev.steelyard.lb.env.RandomSource;

/** Replays the given values, over and over. */
public final class ScriptedRandom implements RandomSource {
  private final long[] script;
  private int next;

  public ScriptedRandom(long... script) {
    this.script = script.clone();
  }

  /**
   * The bits by which a power of two choices draws, from n equal weights, one index for the first
   * candidate and one of the n - 1 others for the second.
   */
  public static long pair(int first, int second, int n) {
    int slot = second < first ? second : second - 1;
    return bits(first, n) << 32 | bits(slot, n - 1);
  }

  private static long bits(int index, int bound) {
    return ((long) index << 32) / bound + 1;
  }

  @Override
  public synchronized long nextLong() {
    return script[next++ % script.length];
  }

  public synchronized int draws() {
    return next;
  }
}
