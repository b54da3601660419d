package dev.steelyard.lb.route;

import static dev.steelyard.lb.internal.Checks.check;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.select.Routing;
import org.jspecify.annotations.Nullable;

/** What one tier of a group has: the sums that loads and panic are computed of. */
final class Tier {
  static final int INVALID = -1;

  final int number;
  final Capacity up = new Capacity();
  final Capacity degraded = new Capacity();
  final Capacity registered = new Capacity();
  int usableInstances;
  int registeredInstances;

  Tier(int number) {
    this.number = number;
  }

  /** Which tier an instance belongs to, {@link #INVALID} if its metadata make no sense. */
  static int of(Routing routing, Instance instance) {
    String key = routing.priorityKey();
    String text = key == null ? null : instance.metadata().get(key);
    if (text == null) {
      return 0;
    }
    try {
      int number = Integer.parseInt(text);
      return number >= 0 && number <= Routing.LAST_TIER ? number : INVALID;
    } catch (NumberFormatException notOne) {
      return INVALID;
    }
  }

  static void requireValid(Routing routing, Instance instance) {
    @Nullable String key = routing.priorityKey();
    check(
        of(routing, instance) != INVALID,
        "metadata " + key + " of instance " + instance.id(),
        '"' + instance.metadata().getOrDefault(String.valueOf(key), "") + '"',
        "absent or an integer, 0.." + Routing.LAST_TIER);
  }

  void add(Member member) {
    registered.add(member.weight());
    registeredInstances++;
    if (member.isUsable()) {
      usableInstances++;
      (member.status() == InstanceStatus.UP ? up : degraded).add(member.weight());
    }
  }

  double healthyShare() {
    return (double) usableInstances / registeredInstances;
  }
}
