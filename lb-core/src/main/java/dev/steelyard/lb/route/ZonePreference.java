package dev.steelyard.lb.route;

/** Whether a zone is preferred, and if not, why: no preference is ever ignored silently. */
public enum ZonePreference {
  /** No zone is set. */
  OFF,
  /** The local zone is preferred, as far as its health goes. */
  LOCAL,
  /** The local zone is preferred, as far as its capacity goes beside the clients of the zone. */
  BY_CLIENTS,
  /** Fewer instances are healthy than it takes. */
  TOO_FEW_INSTANCES,
  /** Nothing in the local zone may serve. */
  NOTHING_LOCAL,
  /** Panic: the state of the instances is not believed. */
  PANIC
}
