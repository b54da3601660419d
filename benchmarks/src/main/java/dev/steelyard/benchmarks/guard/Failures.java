package dev.steelyard.benchmarks.guard;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Which calls fail: of every twenty one, at random. So no window ever has many more than 5 %, there
 * are never more than two in a row, four with two threads, and no breaker has a reason to open.
 */
@State(Scope.Thread)
public class Failures {
  /** Of so many calls one fails. */
  static final int ONE_OF = 20;

  private static final int COUNT = 1 << 16;

  private final boolean[] pattern = new boolean[COUNT];
  private int turn;

  /** Draws them; the same ones every time. */
  public Failures() {
    SplittableRandom random = new SplittableRandom(5);
    for (int block = 0; block < COUNT; block += ONE_OF) {
      pattern[block + random.nextInt(Math.min(ONE_OF, COUNT - block))] = true;
    }
  }

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
   * Returns whether the next call fails.
   *
   * @return true for one of twenty
   */
  public boolean next() {
    return pattern[turn++ & (COUNT - 1)];
  }
}
