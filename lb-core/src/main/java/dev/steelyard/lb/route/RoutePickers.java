package dev.steelyard.lb.route;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the picker that carries a plan out: that of the strategy, or, with subsets or a split, one
 * that chooses among a picker of the strategy for each group.
 */
public final class RoutePickers {
  private static final Picker NOBODY = (request, excluded, nowNanos) -> null;

  private final RoutePlan plan;
  private final Selector selector;
  private final List<? extends Endpoint> endpoints;
  private final RandomSource random;
  private final @Nullable Picker previous;
  private final Map<RoutedPicker.Group, Picker> byGroup = new HashMap<>();

  private RoutePickers(
      RoutePlan plan,
      Selector selector,
      List<? extends Endpoint> endpoints,
      RandomSource random,
      @Nullable Picker previous) {
    this.plan = plan;
    this.selector = selector;
    this.endpoints = endpoints;
    this.random = random;
    this.previous = previous;
  }

  /**
   * Makes a picker. Without subsets and splits it is the strategy's own, prepared once; otherwise
   * the strategy is prepared for each group that may serve, with the previous picker of the same
   * group.
   *
   * @param plan the plan
   * @param selector the strategy
   * @param endpoints the endpoints of the members of the plan, in their order; those of weight 0
   *     are not used
   * @param random where pickers draw from
   * @param previous the picker that this one replaces, or null
   * @return a thread-safe picker whose picks allocate nothing, if those of the strategy do not
   */
  public static Picker prepare(
      RoutePlan plan,
      Selector selector,
      List<? extends Endpoint> endpoints,
      RandomSource random,
      @Nullable Picker previous) {
    check(
        endpoints.size() == plan.size(),
        "endpoints",
        endpoints.size(),
        "as many as members of the plan, " + plan.size());
    return new RoutePickers(plan, selector, endpoints, random, previous).prepare();
  }

  private Picker prepare() {
    Scope unhinted = plan.unhinted();
    if (unhinted != null && plan.subsets().isEmpty() && plan.routing().splitKey() == null) {
      return leaf(unhinted.groups().get(0), new RoutedPicker.Group(true, Map.of(), null));
    }
    Picker fallback = unhinted == null ? null : scope(unhinted, true);
    Picker root = plan.subsets().isEmpty() ? fallback : subsets(fallback);
    return new RoutedPicker(root == null ? NOBODY : root, byGroup);
  }

  private Picker subsets(@Nullable Picker fallback) {
    List<SubsetPicker.Declared> declared = new ArrayList<>();
    for (SubsetPlan subset : plan.subsets()) {
      Map<String, Object> byFirstKey = new HashMap<>();
      for (Scope scope : subset.scopes()) {
        Picker picker = scope(scope, false);
        if (picker != null) {
          put(byFirstKey, subset.keys(), scope.criteria(), picker);
        }
      }
      declared.add(
          new SubsetPicker.Declared(
              subset.keys().toArray(new String[0]), byFirstKey, subset.strict()));
    }
    return new SubsetPicker(declared.toArray(new SubsetPicker.Declared[0]), fallback);
  }

  @SuppressWarnings("unchecked") // a map at every level but the last
  private static void put(
      Map<String, Object> byFirstKey,
      List<String> keys,
      Map<String, String> criteria,
      Picker picker) {
    Map<String, Object> level = byFirstKey;
    for (String key : keys.subList(0, keys.size() - 1)) {
      String value = requireNonNull(criteria.get(key));
      level = (Map<String, Object>) level.computeIfAbsent(value, v -> new HashMap<>());
    }
    level.put(requireNonNull(criteria.get(keys.get(keys.size() - 1))), picker);
  }

  /** A picker of a scope, null if nobody in it may serve. */
  private @Nullable Picker scope(Scope scope, boolean isUnhinted) {
    List<SplitPicker.Side> sides = new ArrayList<>();
    for (GroupPlan group : scope.groups()) {
      if (group.mayServe()) {
        String value = group.splitValue();
        Picker picker = leaf(group, new RoutedPicker.Group(isUnhinted, scope.criteria(), value));
        if (value == null) {
          return picker;
        }
        double share = requireNonNull(plan.routing().splitShares().get(value));
        sides.add(new SplitPicker.Side(KeyHash.hash(value, 0), share, picker));
      }
    }
    return sides.isEmpty() ? null : SplitPicker.of(sides, random);
  }

  private Picker leaf(GroupPlan group, RoutedPicker.Group name) {
    List<Endpoint> usable = new ArrayList<>();
    double[] weights = new double[group.members.length];
    for (int at = 0; at < weights.length; at++) {
      if (group.weights[at] > 0) {
        weights[usable.size()] = group.weights[at];
        usable.add(endpoints.get(group.members[at]));
      }
    }
    Candidates candidates = Candidates.of(usable, Arrays.copyOf(weights, usable.size()), random);
    Picker picker =
        requireNonNull(selector.prepare(candidates, RoutedPicker.of(previous, name)), "picker");
    byGroup.put(name, picker);
    return picker;
  }
}
