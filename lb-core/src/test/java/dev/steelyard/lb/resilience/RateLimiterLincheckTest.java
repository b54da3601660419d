package dev.steelyard.lb.resilience;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Searches the interleavings of takes, reservations and refunds for one that grants what no order
 * of the calls one after the other would.
 */
@Timeout(120)
public class RateLimiterLincheckTest {
  private final RateLimiter limiter = RateLimiter.perSecond(1e9, 3, () -> 0);

  /** Public, as Lincheck makes it by reflection. */
  public RateLimiterLincheckTest() {}

  @Operation
  public boolean take() {
    return limiter.tryAcquire(0);
  }

  @Operation
  public boolean takeTwoLater() {
    return limiter.tryAcquire(2, 1);
  }

  @Operation
  public long reserve() {
    return limiter.reserve(2, 0, 2);
  }

  @Operation
  public void giveBack() {
    limiter.refund(1, 0);
  }

  @Operation
  public int available() {
    return limiter.availablePermits(0);
  }

  @Test
  void everyInterleavingIsExplainedByAnOrderOfTheCalls() {
    new ModelCheckingOptions()
        .iterations(4)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(2)
        .invocationsPerIteration(300)
        .check(getClass());
  }
}
