package dev.steelyard.lb.registry;

/** How a drain ended. */
public enum DrainResult {
  /** Nothing is in flight to the instance, and nothing will be sent to it: it can be stopped. */
  DRAINED,
  /** The deadline passed with requests still in flight; the instance is still DRAINING. */
  DEADLINE_PASSED,
  /** The instance was given another status that takes it back into use before it was idle. */
  CANCELLED
}
