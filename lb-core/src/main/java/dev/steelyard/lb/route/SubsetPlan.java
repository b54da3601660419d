package dev.steelyard.lb.route;

import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A declared set of keys and a scope for each combination of values that instances have.
 *
 * @param keys the keys, sorted
 * @param strict whether there is no fallback
 * @param scopes one for each combination
 */
record SubsetPlan(List<String> keys, boolean strict, List<Scope> scopes) {

  /** Plans all declared sets: the most specific first, then in the order of declaration. */
  static List<SubsetPlan> plan(Routing routing, List<Member> all, int[] members) {
    List<SubsetPlan> plans = new ArrayList<>();
    for (Set<String> keys : routing.subsets()) {
      Map<Map<String, String>, IntStream.Builder> byValues = new LinkedHashMap<>();
      for (int member : members) {
        Map<String, String> metadata = all.get(member).instance().metadata();
        if (metadata.keySet().containsAll(keys)) {
          Map<String, String> criteria = new TreeMap<>(metadata);
          criteria.keySet().retainAll(keys);
          byValues.computeIfAbsent(criteria, values -> IntStream.builder()).add(member);
        }
      }
      List<Scope> scopes = new ArrayList<>();
      byValues.forEach(
          (criteria, group) ->
              scopes.add(Scope.plan(routing, all, criteria, group.build().toArray())));
      plans.add(new SubsetPlan(List.copyOf(keys), routing.isStrict(keys), List.copyOf(scopes)));
    }
    plans.sort(Comparator.comparingInt((SubsetPlan plan) -> plan.keys().size()).reversed());
    return List.copyOf(plans);
  }
}
