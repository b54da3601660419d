package dev.steelyard.lb;

import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.weigh.SlowStart;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What decides who gets requests, besides the registry.
 *
 * @param selector the strategy
 * @param routing where to send before which to send
 * @param overrides the operator's factors by instance id
 * @param slowStart how newcomers warm up, or null for not at all
 * @param reportedLoad how reports of load are used, or null for not at all
 */
record Settings(
    Selector selector,
    Routing routing,
    Map<String, Double> overrides,
    @Nullable SlowStart slowStart,
    @Nullable ReportedLoad reportedLoad) {

  private static final SlowStart RETURNING =
      new SlowStart(
          TimeUnit.SECONDS.toNanos(LoadBalancerBuilder.RETURN_SECONDS),
          SlowStart.DEFAULT_AGGRESSION,
          SlowStart.DEFAULT_MINIMUM);

  /**
   * How reports of load are used.
   *
   * @param blackoutNanos how long an instance must have reported before it counts
   * @param expiryNanos how long the last report counts
   * @param updateNanos how often weights are computed anew
   * @param errorPenalty how much an error weighs beside utilisation
   */
  record ReportedLoad(
      long blackoutNanos, long expiryNanos, long updateNanos, double errorPenalty) {}

  /** How one warms up that was ejected: as newcomers do, or else as is usual. */
  SlowStart returning() {
    return slowStart == null ? RETURNING : slowStart;
  }

  Settings with(Selector newSelector) {
    return new Settings(newSelector, routing, overrides, slowStart, reportedLoad);
  }

  Settings with(Routing newRouting) {
    return new Settings(selector, newRouting, overrides, slowStart, reportedLoad);
  }

  Settings withOverride(String instanceId, @Nullable Double factor) {
    Map<String, Double> changed = new HashMap<>(overrides);
    if (factor == null) {
      changed.remove(instanceId);
    } else {
      changed.put(instanceId, factor);
    }
    return new Settings(selector, routing, Map.copyOf(changed), slowStart, reportedLoad);
  }
}
