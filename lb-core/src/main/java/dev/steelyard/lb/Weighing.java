package dev.steelyard.lb;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.route.Member;
import dev.steelyard.lb.route.Reason;
import dev.steelyard.lb.route.RoutePlan;
import dev.steelyard.lb.route.RoutePlanner;
import dev.steelyard.lb.select.Routing;
import dev.steelyard.lb.weigh.ReportedWeight;
import dev.steelyard.lb.weigh.ReportedWeights;
import dev.steelyard.lb.weigh.SlowStart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of all endpoints at one moment.
 *
 * @param factors what each is made of
 * @param plan what routing makes of them, or null without routing
 * @param panic whether all are used, however they are; routing has a panic of its own
 * @param followsReports whether there are reports of load, whose weights change as they do
 * @param nextChangeNanos how long until they change by themselves; Long.MAX_VALUE for never
 */
record Weighing(
    List<WeightFactors> factors,
    @Nullable RoutePlan plan,
    boolean panic,
    boolean followsReports,
    long nextChangeNanos) {
  /** In how many steps an instance warms up, at most. */
  private static final int STEPS = 50;

  /** More steps a second would say little, and cost a hashing strategy a table each. */
  private static final long SHORTEST_STEP_NANOS = 20_000_000;

  static Weighing of(Settings settings, List<LiveEndpoint> endpoints, boolean panic, long now) {
    long next = Long.MAX_VALUE;
    double[] reported = new double[endpoints.size()];
    Settings.ReportedLoad reportedLoad = settings.reportedLoad();
    boolean any = false;
    if (reportedLoad != null) {
      for (int i = 0; i < reported.length; i++) {
        ReportedWeight weight = endpoints.get(i).reported();
        if (weight != null) {
          reported[i] =
              weight.weightAt(now, reportedLoad.blackoutNanos(), reportedLoad.expiryNanos());
          any |= weight.isKnown();
        }
      }
      next = any ? reportedLoad.updateNanos() : next;
    }
    double[] relative = ReportedWeights.factors(reported);
    SlowStart slowStart = settings.returning(); // those that do not warm up have not begun to
    List<WeightFactors> factors = new ArrayList<>(endpoints.size());
    for (int i = 0; i < reported.length; i++) {
      LiveEndpoint endpoint = endpoints.get(i);
      Registration registration = endpoint.registration();
      double warmth = 1;
      long warmingFor = endpoint.warmingFor(now);
      if (warmingFor >= 0) {
        warmth = slowStart.factor(warmingFor);
        if (warmingFor >= slowStart.windowNanos()) {
          endpoint.isWarm();
        } else {
          next = Math.min(next, Math.max(slowStart.windowNanos() / STEPS, SHORTEST_STEP_NANOS));
        }
      }
      long ejectedFor = endpoint.ejectedFor(now);
      next = ejectedFor > 0 ? Math.min(next, ejectedFor) : next;
      factors.add(
          new WeightFactors(
              registration.instance().weight(),
              warmth,
              health(registration.status(), ejectedFor > 0, panic),
              1,
              1,
              relative[i],
              settings.overrides().getOrDefault(registration.id(), 1.0)));
    }
    if (settings.routing().equals(Routing.none())) {
      return new Weighing(factors, null, panic, any, next);
    }
    return routed(settings.routing(), endpoints, factors, any, next);
  }

  private static Weighing routed(
      Routing routing,
      List<LiveEndpoint> endpoints,
      List<WeightFactors> factors,
      boolean followsReports,
      long next) {
    List<Member> members = new ArrayList<>(endpoints.size());
    for (int i = 0; i < endpoints.size(); i++) {
      Registration registration = endpoints.get(i).registration();
      boolean ejected = isEjected(registration, factors.get(i));
      members.add(
          new Member(
              registration.instance(),
              ejected ? InstanceStatus.DOWN : registration.status(),
              factors.get(i).beforeHealth()));
    }
    RoutePlan plan = RoutePlanner.plan(routing, members);
    List<WeightFactors> routed = new ArrayList<>(factors.size());
    for (int i = 0; i < factors.size(); i++) {
      routed.add(
          factors.get(i).routed(plan.isPanicking(i), plan.zoneFactor(i), plan.priorityFactor(i)));
    }
    return new Weighing(routed, plan, false, followsReports, next);
  }

  private static double health(InstanceStatus status, boolean ejected, boolean panic) {
    if (panic && (status.acceptsNewRequests() || status == InstanceStatus.DOWN)) {
      return 1;
    }
    return ejected ? 0 : status.weightFactor();
  }

  private static boolean isEjected(Registration registration, WeightFactors factors) {
    return factors.health() == 0 && registration.status().acceptsNewRequests();
  }

  /** What an endpoint is selected by, 0 if it gets no new requests. */
  double weight(int index) {
    return plan == null ? factors.get(index).effective() : plan.weight(index);
  }

  /** Why an endpoint gets no new requests, or null if it does. */
  @Nullable Cause cause(Registration registration, int index) {
    if (weight(index) > 0) {
      return null;
    }
    Reason reason = plan == null ? null : plan.reason(index);
    if (reason != null) {
      return switch (reason) {
        case OUTSIDE_SUBSET, NOT_IN_SPLIT, IN_NO_SUBSET -> Cause.NOT_ROUTED;
        case STANDBY -> Cause.STANDBY;
        case PANIC_REFUSED -> Cause.PANIC_REFUSED;
        case INVALID_TIER -> Cause.INVALID_METADATA;
      };
    }
    return switch (registration.status()) {
      case STARTING -> Cause.STARTING;
      case DRAINING -> Cause.DRAINING;
      case MAINTENANCE -> Cause.MAINTENANCE;
      case DOWN -> Cause.DOWN;
      case UP, DEGRADED ->
          isEjected(registration, factors.get(index))
              ? Cause.EJECTED
              : factors.get(index).override() == 0 ? Cause.OVERRIDDEN : Cause.WEIGHT_ZERO;
    };
  }
}
