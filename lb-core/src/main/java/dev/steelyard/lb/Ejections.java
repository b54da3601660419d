package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.resilience.EjectionCap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes endpoints out that fail, and lets them in again: gives each a circuit breaker, and all of
 * them together a room that the breakers, the outlier detection and health share. What is DOWN, by
 * health checks or by an operator, fills the room first; what that leaves is for the breakers.
 */
final class Ejections {
  private final CircuitBreaker.Builder template;
  private final EjectionCap cap;
  private final EjectionRoom room;
  private final @Nullable OutlierWatch watch;

  private Ejections(
      CircuitBreaker.Builder template,
      EjectionCap cap,
      EjectionRoom room,
      @Nullable OutlierWatch watch) {
    this.template = template;
    this.cap = cap;
    this.room = room;
    this.watch = watch;
  }

  /** Null if the policy lets nothing be taken out. */
  static @Nullable Ejections of(
      FailureKnobs policy, Signals signals, RandomSource random, Fleet fleet) {
    CircuitBreaker.Builder breaker = policy.breaker;
    if (breaker == null) {
      return null;
    }
    return new Ejections(
        breaker.copy().ticker(signals.ticker()).random(random),
        policy.ejectionCap,
        new EjectionRoom(signals.ticker(), () -> fleet.active().endpoints()),
        policy.outliers == null ? null : new OutlierWatch(policy.outliers, random));
  }

  /** Gives a new endpoint its breaker. */
  void equip(LiveEndpoint endpoint) {
    EjectionSlot slot = new EjectionSlot(room, endpoint);
    CircuitBreaker breaker = template.copy().guard(slot).build(endpoint.registration().id());
    endpoint.equip(breaker, slot);
    var unused = breaker.listen(transition -> changed(endpoint, transition.to()));
  }

  private static void changed(LiveEndpoint endpoint, CircuitBreaker.State now) {
    Signals.Changes changes = endpoint.signals().changes();
    switch (now) {
      case CLOSED -> changes.letIn(endpoint);
      case OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY -> changes.guarded();
      case HALF_OPEN -> {} // the timer has let it into the picker when its time was over
    }
  }

  /**
   * Sets the room by what is registered now. In panic there is none. Called by the writer.
   *
   * @return endpoints that have to be let in again: what has left, or gone down, has left too
   *     little room for them. Those that would be let in soonest anyway come first
   */
  List<LiveEndpoint> fit(List<LiveEndpoint> endpoints, boolean panic, long now) {
    int registered = 0;
    int down = 0;
    List<LiveEndpoint> out = new ArrayList<>();
    List<LiveEndpoint> letIn = new ArrayList<>();
    for (LiveEndpoint endpoint : endpoints) {
      InstanceStatus status = endpoint.registration().status();
      if (status.acceptsNewRequests()) {
        registered++;
        if (endpoint.isOut()) {
          out.add(endpoint);
        } else if (endpoint.ejectedFor(now) == Long.MAX_VALUE) { // by the operator's hand
          down++;
        }
      } else {
        if (status == InstanceStatus.DOWN) {
          registered++;
          down++;
        }
        if (endpoint.isOut()) { // it is out by its status now, and has a fresh start when that ends
          letIn.add(endpoint);
        }
      }
    }
    int most = panic ? 0 : Math.max(cap.allowed(registered) - down, 0);
    int excess = room.allow(most) - letIn.size();
    if (excess > 0) {
      out.sort(Comparator.comparingLong(endpoint -> endpoint.ejectedFor(now)));
      letIn.addAll(out.subList(0, Math.min(excess, out.size())));
    }
    return letIn;
  }

  /** Whether so few are well that all are to be used. */
  static boolean isPanic(int percent, List<LiveEndpoint> endpoints, long now) {
    if (percent == 0) {
      return false;
    }
    int registered = 0;
    int usable = 0;
    for (LiveEndpoint endpoint : endpoints) {
      InstanceStatus status = endpoint.registration().status();
      if (status.acceptsNewRequests()) {
        registered++;
        usable += endpoint.ejectedFor(now) > 0 ? 0 : 1;
      } else if (status == InstanceStatus.DOWN) {
        registered++;
      }
    }
    return usable * 100L < registered * (long) percent;
  }

  boolean watchesAlways() {
    return watch != null && watch.alwaysOn();
  }

  @Nullable OutlierWatch watch() {
    return watch;
  }

  /** For the snapshot. */
  static BalancerSnapshot.Ejected describe(@Nullable Ejections ejections) {
    return ejections == null
        ? new BalancerSnapshot.Ejected(0, 0, 0, List.of())
        : new BalancerSnapshot.Ejected(
            ejections.room.taken(),
            ejections.room.allowed(),
            ejections.room.refused(),
            ejections.watch == null ? List.of() : ejections.watch.findings());
  }

  /** For the snapshot. */
  static CircuitBreaker.@Nullable State state(@Nullable CircuitBreaker breaker) {
    return breaker == null ? null : requireNonNull(breaker.state());
  }
}
