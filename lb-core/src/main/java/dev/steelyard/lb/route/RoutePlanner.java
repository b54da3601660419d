package dev.steelyard.lb.route;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Plans where requests go: a pure function of the instances. See {@link Routing} for the rules. */
public final class RoutePlanner {
  private RoutePlanner() {}

  /**
   * Plans. O(n log n) for each declared subset and once besides. A tier that makes no sense is no
   * reason to fail: its instance is left out, so that one bad label from discovery does not keep
   * the balancer from following all other changes.
   *
   * @param routing the rules
   * @param members all registered instances
   * @return the plan, with the members by their index in the list
   */
  public static RoutePlan plan(Routing routing, List<Member> members) {
    List<Member> all = List.copyOf(members);
    boolean[] part = ClientSubset.of(routing, all);
    int[] own = IntStream.range(0, part.length).filter(i -> part[i]).toArray();
    Map<String, String> fallback = routing.subsetFallback();
    List<Scope> unhinted =
        fallback == null
            ? List.of()
            : List.of(Scope.plan(routing, all, fallback, matching(all, own, fallback)));
    return new RoutePlan(
        routing, all, part, unhinted, SubsetPlan.plan(routing, all, own), faults(routing, all));
  }

  /**
   * Checks what routing reads from the metadata of an instance: for whoever wants to refuse it
   * early.
   *
   * @param routing the rules
   * @param instance an instance
   * @throws IllegalArgumentException naming the instance, the value and the rule
   */
  public static void check(Routing routing, Instance instance) {
    Tier.requireValid(routing, instance);
  }

  private static List<String> faults(Routing routing, List<Member> all) {
    List<String> faults = new ArrayList<>();
    for (Member member : all) {
      if (Tier.of(routing, member.instance()) == Tier.INVALID) {
        try {
          check(routing, member.instance());
        } catch (IllegalArgumentException invalid) {
          faults.add(String.valueOf(invalid.getMessage()));
        }
      }
    }
    return List.copyOf(faults);
  }

  private static int[] matching(List<Member> all, int[] members, Map<String, String> criteria) {
    return IntStream.of(members)
        .filter(i -> all.get(i).instance().metadata().entrySet().containsAll(criteria.entrySet()))
        .toArray();
  }
}
