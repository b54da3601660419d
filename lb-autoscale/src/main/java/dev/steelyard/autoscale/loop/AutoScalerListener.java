package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingDecision;

/**
 * Follows a loop. Called by the loop, one call at a time and in order, so it should not block; what
 * it throws is logged and counted and stops nothing.
 */
public interface AutoScalerListener {
  /**
   * A decision was made. Whether it is carried out is told later.
   *
   * @param decision the decision, which explains itself
   */
  default void onDecision(ScalingDecision decision) {}

  /**
   * A change was wanted; this is what became of it.
   *
   * @param event the entry of the history, with the repetitions so far
   */
  default void onEvent(ScalingEvent event) {}

  /**
   * A value could not be read.
   *
   * @param failure which, and why
   */
  default void onReadFailure(ReadFailure failure) {}

  /**
   * The state could not be saved: if the program ends now, a restart knows less.
   *
   * @param problem what happened
   */
  default void onSaveFailure(Exception problem) {}
}
