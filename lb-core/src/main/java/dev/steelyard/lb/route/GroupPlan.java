package dev.steelyard.lb.route;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is planned for instances that are chosen from by themselves: all of them, the instances of a
 * subset, or one side of a split. Immutable to others than its planner.
 */
public final class GroupPlan {
  private final @Nullable String splitValue;
  private final List<TierPlan> tiers;
  private final SortedMap<String, Double> zoneShares;

  /** By position in the group: which member of the plan it is. */
  final int[] members;

  final double[] shares;
  final double[] weights;
  final double[] zoneFactors;
  final double[] priorityFactors;
  final boolean[] panics;
  final @Nullable Reason[] reasons;

  GroupPlan(
      @Nullable String splitValue,
      int[] members,
      List<TierPlan> tiers,
      SortedMap<String, Double> zoneShares) {
    this.splitValue = splitValue;
    this.members = members;
    this.tiers = tiers;
    this.zoneShares = zoneShares;
    int size = members.length;
    this.shares = new double[size];
    this.weights = new double[size];
    this.zoneFactors = new double[size];
    this.priorityFactors = new double[size];
    this.panics = new boolean[size];
    this.reasons = new @Nullable Reason[size];
    Arrays.fill(zoneFactors, 1);
    Arrays.fill(priorityFactors, 1);
  }

  /**
   * Returns which side of the split this is.
   *
   * @return the value of the attribute, or null without a split
   */
  public @Nullable String splitValue() {
    return splitValue;
  }

  /**
   * Returns the tiers that have a registered instance.
   *
   * @return in ascending order; one without tiers, none without instances
   */
  public List<TierPlan> tiers() {
    return tiers;
  }

  /**
   * Returns which share of the group's requests each zone gets.
   *
   * @return shares that sum to 1, by zone, the empty string for instances without one; empty if
   *     nobody may serve
   */
  public SortedMap<String, Double> zoneShares() {
    return zoneShares;
  }

  /** Whether anybody may serve. */
  boolean mayServe() {
    return !zoneShares.isEmpty();
  }
}
