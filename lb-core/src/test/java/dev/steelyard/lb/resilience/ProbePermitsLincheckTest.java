package dev.steelyard.lb.resilience;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The permits of one half-open generation: never one too many, never a report that counts twice.
 */
@Timeout(120)
@Param(name = "probe", gen = IntGen.class, conf = "0:2")
public class ProbePermitsLincheckTest {
  private final ProbePermits permits = new ProbePermits(3, 2, 0);

  /** Public, as Lincheck makes it by reflection. */
  public ProbePermitsLincheckTest() {}

  @Operation
  public int take() {
    return permits.tryTake(0);
  }

  @Operation
  public void report(@Param(name = "probe") int probe, boolean success) {
    permits.report(probe, true, success);
  }

  @Operation
  public void reportNothing(@Param(name = "probe") int probe) {
    permits.report(probe, false, false);
  }

  @Operation
  public String verdict() {
    return permits.verdict().name() + permits.hasPermit();
  }

  @Test
  void everyInterleavingIsExplainedByAnOrderOfTheCalls() {
    new ModelCheckingOptions()
        .iterations(8)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(2)
        .invocationsPerIteration(400)
        .check(getClass());
  }
}
