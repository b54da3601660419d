package dev.steelyard.lb;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Searches the interleavings of begin, end and setClosed for one that no order of the calls one
 * after the other explains. The word starts one short of half of its count, where part of it is
 * moved away: a refused begin that takes its add back after that must not borrow from the flags.
 */
@Timeout(120)
public class AdmissionWordLincheckTest {
  private static final long START = (1L << 35) - 1;

  private final Word word = new Word();

  /** Public, as Lincheck makes it by reflection. */
  public AdmissionWordLincheckTest() {}

  private static final class Word extends AdmissionWord {
    private volatile boolean idle;

    Word() {
      super(false, START);
      setProven();
    }

    @Override
    boolean defers(boolean unreachable, boolean busy) {
      return busy;
    }

    @Override
    void onReachable() {}

    @Override
    void onIdle() {
      idle = true;
    }
  }

  @Operation
  public boolean beginAndEnd() {
    if (word.begin(true) == AdmissionWord.REFUSED) {
      return false;
    }
    word.end();
    return true;
  }

  @Operation
  public void close() {
    word.setClosed(true);
  }

  @Operation
  public void open() {
    word.setClosed(false);
  }

  /** Nobody sets the flag, so it must not appear. */
  @Operation
  public boolean isProven() {
    return !word.isUnproven();
  }

  @Test
  void everyInterleavingIsExplainedByAnOrderOfTheCalls() {
    new ModelCheckingOptions()
        .iterations(6) // the scenarios are the same in each run; three of them miss the defect
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(2)
        .invocationsPerIteration(500)
        .check(getClass());
  }
}
