package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.RegistrySnapshot;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.CircuitBreaker;
import dev.steelyard.lb.route.RoutePickers;
import dev.steelyard.lb.route.RoutePlan;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one balancer, and the picking side: gives out leases. {@link FleetWriter} is the
 * other side.
 *
 * <p>What picks need is published as one immutable {@link Active}. The order matters. An endpoint
 * that comes into use is opened <em>before</em> the picker that knows it is published, one that
 * goes out of use is closed <em>after</em> the picker that no longer knows it was. So a pick that
 * is refused by a closed endpoint reads a newer picker when it looks again.
 */
final class Fleet {
  private static final VarHandle ACTIVE;

  static {
    try {
      ACTIVE = MethodHandles.lookup().findVarHandle(Fleet.class, "active", Active.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Of requests that nobody asked to be timed, one in this many is, for the snapshot. A power of
   * two.
   */
  private static final long SAMPLED = 256;

  /**
   * How many endpoints may refuse before one that is busy is taken. With half of a fleet unproven
   * and busy, not to meet another one in so many draws happens once in 10^11 times; with nine of
   * ten, twice in a hundred.
   */
  private static final int REFUSALS = 16;

  /** How many endpoints may be full before all that are full are left out at once, in O(n). */
  private static final int FULL_ONES = 8;

  private final String name;
  private final RandomSource random;
  private final Signals signals;
  private final @Nullable StickySessionTable sessions;

  private volatile Active active = Active.nothing();
  private volatile boolean closed;

  Fleet(String name, RandomSource random, Signals signals, @Nullable StickySessionTable sessions) {
    this.name = name;
    this.random = random;
    this.signals = signals;
    this.sessions = sessions;
  }

  String name() {
    return name;
  }

  RandomSource random() {
    return random;
  }

  boolean isClosed() {
    return closed;
  }

  Active active() {
    return active;
  }

  /**
   * Sorts the endpoints into candidates and others, has the strategy prepare, and publishes. Called
   * by one writer at a time.
   *
   * @param shut gets the endpoints that are to be closed afterwards
   */
  void publish(
      Settings settings,
      RegistrySnapshot registry,
      List<LiveEndpoint> endpoints,
      Weighing weighing,
      List<LiveEndpoint> shut) {
    Active previous = active;
    int size = endpoints.size();
    List<LiveEndpoint> usable = new ArrayList<>(size);
    double[] weights = new double[size];
    Map<Cause, Integer> unusable = new EnumMap<>(Cause.class);
    int[] listening = new int[size];
    for (int i = 0; i < size; i++) {
      LiveEndpoint endpoint = endpoints.get(i);
      listening[i] = endpoint.listening();
      Cause cause = weighing.cause(endpoint.registration(), i);
      if (cause == null) {
        endpoint.open();
        weights[usable.size()] = weighing.weight(i);
        usable.add(endpoint);
      } else {
        shut.add(endpoint);
        unusable.merge(cause, 1, Integer::sum);
      }
    }
    Selector selector = settings.selector();
    RoutePlan plan = weighing.plan();
    Picker picker;
    if (plan == null) {
      Candidates candidates = Candidates.of(usable, Arrays.copyOf(weights, usable.size()), random);
      picker = requireNonNull(selector.prepare(candidates, previous.picker()), "picker");
    } else {
      picker = RoutePickers.prepare(plan, selector, endpoints, random, previous.picker());
    }
    boolean timed = selector.isTimed() || signals.isAlwaysTimed();
    signals.timed(timed);
    Active next =
        new Active(
            picker,
            selector.toString(),
            timed,
            registry,
            List.copyOf(endpoints),
            weighing,
            usable.size(),
            unusable);
    if (!ACTIVE.compareAndSet(this, previous, next)) { // only close() writes besides
      shut.addAll(usable);
    }
    for (int i = 0; i < size; i++) {
      endpoints.get(i).forgetListeners(listening[i]);
    }
  }

  /** Nothing is picked any more, what is in flight finishes. Returns what is to be closed. */
  List<LiveEndpoint> close() {
    closed = true; // first: a publication that has not seen this is seen, or overtaken, by the swap
    return ((Active) ACTIVE.getAndSet(this, Active.nothing())).endpoints();
  }

  /**
   * Picks an endpoint and begins a request to it.
   *
   * <p>An endpoint may refuse: it left after the picker was read, and then there is a newer picker;
   * or it is unproven or unreachable and had better be left alone. It is then left out, and if
   * nothing else remains but what fails, or {@value #REFUSALS} have refused, taken all the same: a
   * fleet that has just been started must not be searched to its end by every request.
   */
  Lease acquire(RequestContext request, Exclusions excluded) {
    String session = sessions == null ? null : sessions.sessionOf(request);
    return sessions == null || session == null
        ? select(request, excluded, null)
        : bound(sessions, session, request, excluded);
  }

  /**
   * The endpoint that a session is bound to, while that may serve it: without the strategy, whose
   * turns are for others. Else another, which the session is bound to when it has succeeded.
   */
  private Lease bound(
      StickySessionTable table, String session, RequestContext request, Exclusions excluded) {
    Endpoint bound = table.lookup(session);
    if (bound instanceof LiveEndpoint endpoint && !excluded.contains(endpoint)) {
      long begun = endpoint.admitBound(!table.isStrict());
      long permit = begun < 0 ? CircuitBreaker.REFUSED : endpoint.permit();
      if (permit >= 0) {
        return begun(endpoint, begun, permit, signals.timed(), 0, null);
      }
      if (begun >= 0) {
        endpoint.withdraw();
      }
    }
    if (bound != null && table.isStrict() && !closed) {
      throw new NoInstanceAvailableException(name, Map.of(Cause.SESSION_REFUSED, 1));
    }
    return select(request, excluded, session);
  }

  private Lease select(RequestContext request, Exclusions excluded, @Nullable String session) {
    Active current = active;
    Exclusions leftOut = excluded;
    boolean choosy = true;
    int refusals = 0;
    int full = 0;
    while (true) {
      long now = current.timed() ? signals.ticker().nanos() : 0;
      Endpoint picked = current.picker().pick(request, leftOut, now);
      if (picked == null) {
        if (leftOut == excluded || !choosy) {
          throw unavailable(current, excluded);
        }
        choosy = false;
        leftOut = excluded;
        continue;
      }
      LiveEndpoint endpoint = own(picked, leftOut);
      // What is idle because it fails must not get what the busy ones refuse.
      boolean failing = choosy && leftOut != excluded && endpoint.isFailing();
      long begun = failing ? AdmissionWord.REFUSED : endpoint.admit(choosy);
      if (begun >= 0) {
        long permit = endpoint.permit();
        if (permit >= 0) {
          return begun(endpoint, begun, permit, current.timed(), now, session);
        }
        endpoint.withdraw();
      }
      Active newer = active;
      if (newer.picker() != current.picker()) { // what refused may serve again by now
        current = newer;
        leftOut = excluded;
        choosy = true;
      } else if (choosy && ++refusals >= REFUSALS) {
        choosy = false;
        leftOut = excluded;
      } else {
        leftOut = leftOut.plus(endpoint);
      }
      if (begun == AdmissionWord.FULL && ++full % FULL_ONES == 0) {
        leftOut = leftOut.plusInstances(current.full());
      }
    }
  }

  private Lease begun(
      LiveEndpoint endpoint,
      long begun,
      long permit,
      boolean timed,
      long now,
      @Nullable String session) {
    endpoint.tellBegan();
    long state = Lease.UNTIMED;
    if (timed || (begun & (SAMPLED - 1)) == 0) {
      state = Lease.timed(now != 0 ? now : signals.ticker().nanos());
      if (timed) {
        endpoint.begun(state);
      }
    }
    return sessions == null || session == null
        ? new Lease(endpoint, state, permit)
        : new SessionLease(endpoint, state, permit, sessions, session);
  }

  private LiveEndpoint own(Endpoint picked, Exclusions excluded) {
    if (picked instanceof LiveEndpoint endpoint
        && endpoint.signals() == signals
        && (excluded.isEmpty() || !excluded.contains(endpoint))) {
      return endpoint;
    }
    throw new IllegalStateException(
        name
            + ": selector "
            + active.selector()
            + " picked "
            + picked
            + ", which is excluded or not its own");
  }

  /** See {@link LoadBalancer#freeIn}. */
  long freeIn(Exclusions excluded, long now) {
    Active current = active;
    long free = -1;
    for (int i = 0; i < current.endpoints().size() && free != 0; i++) {
      LiveEndpoint endpoint = current.endpoints().get(i);
      if (current.weighing().weight(i) > 0
          && !excluded.contains(endpoint)
          && !endpoint.isFull()
          && endpoint.ejectedFor(now) == 0) {
        long held = endpoint.heldFor(now);
        free = free < 0 ? held : Math.min(free, held);
      }
    }
    return free;
  }

  private RuntimeException unavailable(Active current, Exclusions excluded) {
    if (closed) {
      return new IllegalStateException(name + ": the balancer is closed");
    }
    Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
    counts.putAll(current.unusable());
    long now = signals.ticker().nanos();
    for (int i = 0; i < current.endpoints().size(); i++) {
      if (current.weighing().weight(i) > 0) {
        LiveEndpoint endpoint = current.endpoints().get(i);
        Cause cause =
            excluded.contains(endpoint)
                ? Cause.EXCLUDED
                : endpoint.isFull()
                    ? Cause.AT_LIMIT
                    : endpoint.ejectedFor(now) > 0 ? Cause.EJECTED : Cause.NOT_SELECTED;
        counts.merge(cause, 1, Integer::sum);
      }
    }
    return new NoInstanceAvailableException(name, counts);
  }
}
