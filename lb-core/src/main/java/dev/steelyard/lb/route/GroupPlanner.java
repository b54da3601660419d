package dev.steelyard.lb.route;

import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plans one group: tiers first, then, within the instances of one class of health in one tier, the
 * zones. So both come out as planned, whatever instances the tiers have in which zones: the share
 * of an instance is {@code load of its pool x share of its zone in the pool x its part of the
 * zone}.
 */
final class GroupPlanner {
  /** The pools of one tier, by class of health; one and the same where there are no classes. */
  private record Pools(Pool up, Pool degraded) {
    Pool of(Member member) {
      return member.status() == InstanceStatus.DEGRADED ? degraded : up;
    }

    List<Pool> distinct() {
      return up == degraded ? List.of(up) : List.of(up, degraded);
    }
  }

  private final Routing routing;
  private final List<Member> all;
  private final int[] members;
  private final List<Tier> tiers = new ArrayList<>();
  private final List<Pools> poolsByTier = new ArrayList<>();

  /** By position: where in the list of tiers, -1 for what is registered in none. */
  private final int[] tierIndices;

  private final List<Pool> active = new ArrayList<>();
  private final Capacity capacity = new Capacity();

  private GroupPlanner(Routing routing, List<Member> all, int[] members) {
    this.routing = routing;
    this.all = all;
    this.members = members;
    this.tierIndices = new int[members.length];
  }

  /** O(n log n). */
  static GroupPlan plan(
      Routing routing, List<Member> all, int[] members, @Nullable String splitValue) {
    return new GroupPlanner(routing, all, members).plan(splitValue);
  }

  private GroupPlan plan(@Nullable String splitValue) {
    sortIntoTiers();
    TierLoads loads =
        routing.priorityKey() == null
            ? TierLoads.single(tiers, routing.panicThreshold())
            : TierLoads.of(tiers, routing.overprovisioning(), routing.panicThreshold());
    for (int i = 0; i < tiers.size(); i++) {
      poolsByTier.add(makePools(loads, i));
    }
    fillPools();
    dividePools();
    GroupPlan plan = new GroupPlan(splitValue, members, tierPlans(loads), zoneShares());
    for (int position = 0; position < members.length; position++) {
      describe(plan, position);
    }
    return plan;
  }

  private void sortIntoTiers() {
    @Nullable Tier[] byNumber = new @Nullable Tier[Routing.LAST_TIER + 1];
    for (int position = 0; position < members.length; position++) {
      Member member = all.get(members[position]);
      int number = member.isRegistered() ? Tier.of(routing, member.instance()) : Tier.INVALID;
      tierIndices[position] = number;
      if (number != Tier.INVALID) {
        Tier known = byNumber[number];
        Tier tier = known == null ? new Tier(number) : known;
        byNumber[number] = tier;
        tier.add(member);
      }
    }
    int[] indexByNumber = new int[byNumber.length];
    for (Tier tier : byNumber) {
      if (tier != null) {
        indexByNumber[tier.number] = tiers.size();
        tiers.add(tier);
      }
    }
    for (int position = 0; position < members.length; position++) {
      int number = tierIndices[position];
      tierIndices[position] = number == Tier.INVALID ? -1 : indexByNumber[number];
    }
  }

  private Pools makePools(TierLoads loads, int tier) {
    boolean panic = loads.panic[tier];
    if (panic || routing.priorityKey() == null) {
      boolean refused = panic && routing.failsOnPanic();
      Pool all = new Pool(refused ? 0 : loads.healthy[tier] + loads.degraded[tier], panic);
      return new Pools(all, all);
    }
    return new Pools(new Pool(loads.healthy[tier], false), new Pool(loads.degraded[tier], false));
  }

  private void fillPools() {
    for (int position = 0; position < members.length; position++) {
      Pools pools = poolsOf(position);
      if (pools != null) {
        Member member = all.get(members[position]);
        Pool own = pools.of(member);
        if (member.capacity(own.panic) > 0) {
          own.add(member);
          capacity.add(member.capacity(own.panic));
        }
        pools.up.addRegistered(member);
        if (pools.degraded != pools.up) {
          pools.degraded.addRegistered(member);
        }
      }
    }
  }

  private @Nullable Pools poolsOf(int position) {
    int index = tierIndices[position];
    return index < 0 ? null : poolsByTier.get(index);
  }

  /** Loads become shares of 1: those of tiers that refuse in panic are with the others. */
  private void dividePools() {
    double sum = 0;
    for (Pools tier : poolsByTier) {
      for (Pool pool : tier.distinct()) {
        if (pool.load > 0 && !pool.capacity.isZero()) {
          active.add(pool);
          sum += pool.load;
          pool.divide(routing);
        } else {
          pool.load = 0;
        }
      }
    }
    for (Pool pool : active) {
      pool.load /= sum;
    }
  }

  private List<TierPlan> tierPlans(TierLoads loads) {
    List<TierPlan> plans = new ArrayList<>();
    for (int i = 0; i < tiers.size(); i++) {
      Tier tier = tiers.get(i);
      ZonePreference preference = ZonePreference.OFF;
      for (Pool pool : poolsByTier.get(i).distinct()) {
        preference = preference == ZonePreference.OFF ? pool.preference : preference;
      }
      boolean refused = loads.panic[i] && routing.failsOnPanic();
      plans.add(
          new TierPlan(
              tier.number,
              tier.usableInstances,
              tier.registeredInstances,
              loads.panic[i],
              refused ? 0 : loads.healthy[i],
              refused ? 0 : loads.degraded[i],
              preference));
    }
    return List.copyOf(plans);
  }

  private SortedMap<String, Double> zoneShares() {
    SortedMap<String, Double> shares = new TreeMap<>();
    for (Pool pool : active) {
      pool.zones.forEach(
          (name, zone) -> {
            if (zone.share > 0) {
              shares.merge(name, pool.load * zone.share, Double::sum);
            }
          });
    }
    return Collections.unmodifiableSortedMap(shares);
  }

  private void describe(GroupPlan plan, int position) {
    Member member = all.get(members[position]);
    Pools candidates = poolsOf(position);
    if (candidates == null) {
      leaveOut(plan, position, member, Reason.INVALID_TIER);
      return;
    }
    Pool pool = candidates.of(member);
    double weight = member.capacity(pool.panic);
    if (pool.load == 0) {
      boolean refused = pool.panic && routing.failsOnPanic();
      leaveOut(plan, position, member, refused ? Reason.PANIC_REFUSED : Reason.STANDBY);
    } else if (weight > 0) {
      Pool.Zone zone = pool.zone(member);
      plan.panics[position] = pool.panic;
      plan.priorityFactors[position] = factor(pool.load, capacity.fraction(pool.capacity));
      plan.zoneFactors[position] = factor(zone.share, pool.capacity.fraction(zone.usable));
      if (zone.share == 0) {
        plan.reasons[position] = Reason.STANDBY;
      } else {
        setShare(plan, position, pool.load * zone.share * zone.usable.fraction(weight), weight);
      }
    }
  }

  /** What could not serve anyway is out for another reason than routing. */
  private static void leaveOut(GroupPlan plan, int position, Member member, Reason reason) {
    if (member.isUsable()) {
      plan.reasons[position] = reason;
      plan.priorityFactors[position] = 0;
    }
  }

  /** Without zones and tiers a weight stays what it is, so that equal ones stay equal. */
  private void setShare(GroupPlan plan, int position, double share, double weight) {
    boolean untouched = routing.localZone() == null && routing.priorityKey() == null;
    plan.shares[position] = Math.max(share, Double.MIN_NORMAL);
    plan.weights[position] =
        untouched ? weight : Math.max(share * capacity.value(), Double.MIN_VALUE);
  }

  private static double factor(double share, double fraction) {
    return Math.min(share / fraction, Double.MAX_VALUE);
  }
}
