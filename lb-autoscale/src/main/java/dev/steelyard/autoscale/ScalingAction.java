package dev.steelyard.autoscale;

/** What a {@link ScalingDecision} asks for. */
public enum ScalingAction {
  /** More instances than there are. */
  SCALE_UP,
  /** Fewer instances than there are. */
  SCALE_DOWN,
  /** As many as there are. */
  HOLD,
  /** As many as there are, but some of them are to be replaced by new ones. */
  REPLACE
}
