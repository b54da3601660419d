package dev.steelyard.lb.internal;

import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;

/**
 * The one exit for exceptions thrown by user callbacks (listeners, selectors, classifiers): counted
 * and logged, never propagated into the caller who happened to trigger the callback.
 */
public final class FaultExit {
  private final Logger logger;
  private final String owner;
  private final LongAdder faults = new LongAdder();

  /**
   * Creates an exit.
   *
   * @param logger where faults are logged
   * @param owner the name of the registry or balancer whose callbacks these are
   */
  public FaultExit(Logger logger, String owner) {
    this.logger = logger;
    this.owner = owner;
  }

  /**
   * Counts and logs a fault.
   *
   * @param callback what threw
   * @param fault what it threw
   */
  public void report(String callback, Throwable fault) {
    faults.increment();
    try {
      logger.warn("{}: {} threw; the fault is contained here", owner, callback, fault);
    } catch (Throwable unloggable) {
      // A back-end formats the fault, whose own methods may throw. The count has it.
    }
  }

  /**
   * Returns how many faults were reported.
   *
   * @return the count since creation
   */
  public long count() {
    return faults.sum();
  }
}
