package dev.steelyard.lb.route;

import dev.steelyard.lb.select.Routing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go. Immutable. Members are named by their index in the list that was planned.
 *
 * <p>An instance may be in several groups: that of all, and those of subsets. What is said of one
 * is what holds where requests without hints go, if it may serve there; otherwise in the first
 * subset, as declared, where it may.
 */
public final class RoutePlan {
  private final Routing routing;
  private final List<Member> members;
  private final boolean[] part;
  private final List<Scope> unhinted;
  private final List<SubsetPlan> subsets;
  private final List<String> faults;
  private final @Nullable GroupPlan[] home;
  private final int[] position;

  RoutePlan(
      Routing routing,
      List<Member> members,
      boolean[] part,
      List<Scope> unhinted,
      List<SubsetPlan> subsets,
      List<String> faults) {
    this.routing = routing;
    this.members = members;
    this.part = part;
    this.unhinted = unhinted;
    this.subsets = subsets;
    this.faults = faults;
    this.home = new @Nullable GroupPlan[members.size()];
    this.position = new int[members.size()];
    unhinted.forEach(this::settle);
    subsets.forEach(subset -> subset.scopes().forEach(this::settle));
  }

  private void settle(Scope scope) {
    for (GroupPlan group : scope.groups()) {
      for (int at = 0; at < group.members.length; at++) {
        int member = group.members[at];
        if (home[member] == null || (weight(member) == 0 && group.weights[at] > 0)) {
          home[member] = group;
          position[member] = at;
        }
      }
    }
  }

  /**
   * Returns the number of members.
   *
   * @return the size of the list that was planned
   */
  public int size() {
    return members.size();
  }

  /**
   * Returns the weight that a member is selected by: the one handed in, times health, zone and
   * priority factor. It is computed of the planned share, and so correct where the product would
   * overflow.
   *
   * @param member an index
   * @return above 0 exactly if there are requests that the member may get; finite
   */
  public double weight(int member) {
    GroupPlan group = home[member];
    return group == null ? 0 : group.weights[position[member]];
  }

  /**
   * Returns the share of the group's requests that is planned for a member.
   *
   * @param member an index
   * @return 0 to 1; the shares of a group sum to 1, or are all 0
   */
  public double share(int member) {
    GroupPlan group = home[member];
    return group == null ? 0 : group.shares[position[member]];
  }

  /**
   * Returns what the preference of a zone multiplies the weight by.
   *
   * @param member an index
   * @return 1 as without it, 0 if other zones have everything
   */
  public double zoneFactor(int member) {
    GroupPlan group = home[member];
    return group == null ? 1 : group.zoneFactors[position[member]];
  }

  /**
   * Returns what the tiers multiply the weight by.
   *
   * @param member an index
   * @return 1 as without them, 0 if it is out for any reason but its zone
   */
  public double priorityFactor(int member) {
    GroupPlan group = home[member];
    if (group == null) {
      return reason(member) == null ? 1 : 0;
    }
    return group.priorityFactors[position[member]];
  }

  /**
   * Returns whether a member is used whatever its health: its health factor is 1.
   *
   * @param member an index
   * @return whether it is registered in a tier that panics and has a load
   */
  public boolean isPanicking(int member) {
    GroupPlan group = home[member];
    return group != null && group.panics[position[member]];
  }

  /**
   * Returns why routing lets a member have no requests.
   *
   * @param member an index
   * @return the reason; null if it may have some, or its weight or status is why it has none
   */
  public @Nullable Reason reason(int member) {
    GroupPlan group = home[member];
    if (group != null) {
      return group.reasons[position[member]];
    }
    if (!members.get(member).isUsable()) {
      return null;
    }
    return !part[member] ? Reason.OUTSIDE_SUBSET : outside(member);
  }

  private Reason outside(int member) {
    String splitKey = routing.splitKey();
    if (splitKey == null) {
      return Reason.IN_NO_SUBSET;
    }
    String value = members.get(member).instance().metadata().get(splitKey);
    boolean inSplit = value != null && routing.splitShares().getOrDefault(value, 0.0) > 0;
    return inSplit ? Reason.IN_NO_SUBSET : Reason.NOT_IN_SPLIT;
  }

  /**
   * Returns the plans for requests without hints.
   *
   * @return one, or with a split one for each value that has a share; empty if such requests fail
   */
  public List<GroupPlan> groups() {
    return unhinted.isEmpty() ? List.of() : unhinted.get(0).groups();
  }

  /**
   * Returns how many instances that may serve this client uses.
   *
   * @return the size of its part of the fleet
   */
  public int clientSubsetSize() {
    return usable(true);
  }

  /**
   * Returns how many instances may serve, in this client's part of the fleet or not.
   *
   * @return at least {@link #clientSubsetSize}
   */
  public int fleetSize() {
    return usable(false);
  }

  private int usable(boolean inPart) {
    int count = 0;
    for (int i = 0; i < part.length; i++) {
      count += (part[i] || !inPart) && members.get(i).isUsable() ? 1 : 0;
    }
    return count;
  }

  /**
   * Returns what is wrong with metadata that routing reads.
   *
   * @return messages that name the instance, the value and the rule
   */
  public List<String> faults() {
    return faults;
  }

  Routing routing() {
    return routing;
  }

  /** Where requests without hints go; null if they fail. */
  @Nullable Scope unhinted() {
    return unhinted.isEmpty() ? null : unhinted.get(0);
  }

  List<SubsetPlan> subsets() {
    return subsets;
  }
}
