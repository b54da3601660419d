package dev.steelyard.autoscale.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Follows the processes of {@link LocalProcesses}: a load balancer's registry is kept in step with
 * them here. What a method throws is logged and stops nothing.
 */
public interface LocalProcessListener {
  /**
   * The process is ready for requests. Called by the thread that scales.
   *
   * @param process the new process
   */
  default void onReady(LocalProcess process) {}

  /**
   * The process is about to be stopped: take its traffic away. Called by the thread that scales,
   * for all processes of one change before any of them is waited for.
   *
   * @param process the process to stop
   * @return completed when its last request has been answered. The process is stopped then, or
   *     after the drain timeout, or when this completes with an exception
   */
  default CompletionStage<?> beforeStop(LocalProcess process) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * The process has ended. Called by a thread of the target, one call at a time.
   *
   * @param process the process, which has been ready before, or has been reported never
   * @param status its exit status
   * @param crashed whether nobody had asked it to end
   */
  default void onExit(LocalProcess process, int status, boolean crashed) {}
}
