package dev.steelyard.autoscale;

/** Why a decision came out as it did: first what asked for it, then what held it back. */
public enum ScalingReason {
  /** The CPU asked for it. */
  CPU,
  /** The memory asked for it. */
  MEMORY,
  /** The rate of requests asked for it. */
  REQUEST_RATE,
  /** A response time asked for it. */
  RESPONSE_TIME,
  /** A queue, or the requests in flight, asked for it. */
  QUEUE,
  /** Another metric, an error rate or a rule of the user's own asked for it. */
  CUSTOM,
  /** A schedule asked for it. */
  SCHEDULE,
  /** A forecast asked for it. */
  PREDICTION,
  /** Unhealthy instances are replaced. */
  HEALTH,
  /** The least or greatest number of instances was reached, or the fleet was outside of them. */
  BOUND,
  /** What is downstream allows no more instances. */
  CEILING,
  /** The last change is too recent. */
  COOLDOWN,
  /**
   * A recent recommendation asked for another number, or a rule would scale out again at the number
   * that was asked for.
   */
  STABILIZATION,
  /** As many instances as may be added or removed in a period were, or the flap budget is spent. */
  RATE_LIMIT,
  /** It would not pay. */
  COST,
  /** Somebody has set the number by hand. */
  MANUAL,
  /** Scaling is switched off. */
  DISABLED,
  /** Something that has to be known is missing, too old or too doubtful. */
  MISSING_METRICS
}
