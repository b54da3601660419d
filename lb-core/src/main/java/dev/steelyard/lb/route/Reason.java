package dev.steelyard.lb.route;

/** Why routing lets an instance have no requests although its weight and status would. */
public enum Reason {
  /** It is not in this client's part of the fleet. */
  OUTSIDE_SUBSET,
  /** The tiers before its own, or the local zone, take everything. */
  STANDBY,
  /** Its group has no share of the split, or it belongs to no group. */
  NOT_IN_SPLIT,
  /** No request asks for it: neither the default subset nor a declared one has it. */
  IN_NO_SUBSET,
  /** Too few instances are healthy, and then nobody is to serve. */
  PANIC_REFUSED,
  /** What should name its tier does not; {@link RoutePlan#faults()} says how. */
  INVALID_TIER
}
