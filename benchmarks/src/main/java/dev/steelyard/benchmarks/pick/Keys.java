package dev.steelyard.benchmarks.pick;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What requests belong to. So many, and in no order, that no processor predicts where a search of
 * theirs branches: the same few keys over and over make a search look several times as fast as it
 * is.
 */
@State(Scope.Thread)
public class Keys {
  /** How many there are, a power of two. */
  public static final int COUNT = 1 << 16;

  private int turn;

  /** For JMH. */
  public Keys() {}

  /**
   * Lets each thread begin elsewhere.
   *
   * @param thread which thread
   */
  @Setup
  public void setUp(ThreadParams thread) {
    turn = thread.getThreadIndex() * (COUNT / 2 + 1);
  }

  /**
   * Returns the next key.
   *
   * @return its number
   */
  public int next() {
    return turn++ & (COUNT - 1);
  }

  /**
   * Returns the keys.
   *
   * @return the same ones on every call
   */
  public static String[] texts() {
    SplittableRandom random = new SplittableRandom(42);
    String[] texts = new String[COUNT];
    for (int i = 0; i < COUNT; i++) {
      texts[i] = Long.toHexString(random.nextLong());
    }
    return texts;
  }

  /**
   * Returns good hashes of the keys, for whoever wants to be told the hash.
   *
   * @return the same ones on every call
   */
  public static long[] hashes() {
    return new SplittableRandom(43).longs(COUNT).toArray();
  }
}
