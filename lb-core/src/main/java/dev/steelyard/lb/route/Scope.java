package dev.steelyard.lb.route;

import dev.steelyard.lb.select.Routing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The instances that serve the same requests: all, or those of a subset; in one group, or one for
 * each side of the split.
 *
 * @param criteria the metadata that they have in common, empty for all
 * @param groups with a split, one for each value that has a share, in the order of the shares
 */
record Scope(Map<String, String> criteria, List<GroupPlan> groups) {

  static Scope plan(
      Routing routing, List<Member> all, Map<String, String> criteria, int[] members) {
    String splitKey = routing.splitKey();
    if (splitKey == null) {
      return new Scope(criteria, List.of(GroupPlanner.plan(routing, all, members, null)));
    }
    Map<String, IntStream.Builder> byValue = new LinkedHashMap<>();
    routing
        .splitShares()
        .forEach(
            (value, share) -> {
              if (share > 0) {
                byValue.put(value, IntStream.builder());
              }
            });
    for (int member : members) {
      IntStream.Builder group = byValue.get(valueOf(all.get(member), splitKey));
      if (group != null) {
        group.add(member);
      }
    }
    List<GroupPlan> groups = new ArrayList<>();
    byValue.forEach(
        (value, group) ->
            groups.add(GroupPlanner.plan(routing, all, group.build().toArray(), value)));
    return new Scope(criteria, List.copyOf(groups));
  }

  private static @Nullable String valueOf(Member member, String key) {
    return member.instance().metadata().get(key);
  }

  boolean mayServe() {
    return groups.stream().anyMatch(GroupPlan::mayServe);
  }
}
