package dev.steelyard.lb.registry;

/**
 * What {@link InstanceRegistry#replaceAll} does with an empty list while instances are registered.
 */
public enum EmptyUpdate {
  /** Removes all instances: the list is the truth. */
  ACCEPT,
  /**
   * Keeps the instances there are (last known good), counts the refusal and logs it: an empty
   * answer of a discovery service is more often its outage than ours.
   */
  REFUSE
}
