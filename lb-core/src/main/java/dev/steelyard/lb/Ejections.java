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
   * Sets the room by what is registered now. Called by the writer.
   *
   * @return endpoints that have to be let in again: what has left, or gone down, has left too
   *     little room for them. Those that would be let in soonest anyway come first
   */
  List<LiveEndpoint> fit(List<LiveEndpoint> endpoints, long now) {
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
    int excess = room.allow(Math.max(cap.allowed(registered) - down, 0)) - letIn.size();
    if (excess > 0) {
      out.sort(Comparator.comparingLong(endpoint -> endpoint.ejectedFor(now)));
      letIn.addAll(out.subList(0, Math.min(excess, out.size())));
    }
    return letIn;
  }

  EjectionRoom room() {
    return room;
  }

  boolean watchesAlways() {
    return watch != null && watch.alwaysOn();
  }

  @Nullable OutlierWatch watch() {
    return watch;
  }

  /** For the snapshot. */
  static CircuitBreaker.@Nullable State state(@Nullable CircuitBreaker breaker) {
    return breaker == null ? null : requireNonNull(breaker.state());
  }
}
