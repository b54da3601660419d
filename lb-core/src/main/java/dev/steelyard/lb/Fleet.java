package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.RegistryChange;
import dev.steelyard.lb.registry.RegistryListener;
import dev.steelyard.lb.registry.RegistrySnapshot;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one balancer: the writer's side, which follows the registry, and the picking
 * side, which gives out leases.
 *
 * <p>The registry calls {@link #onChange} serially, and only it writes: the map of endpoints is
 * confined to it, and what picks need is published as one immutable {@link Active}. The order
 * matters. An endpoint that comes into use is opened <em>before</em> the picker that knows it is
 * published, one that goes out of use is closed <em>after</em> the picker that no longer knows it
 * was. So a pick that is refused by a closed endpoint reads a newer picker when it looks again.
 */
final class Fleet implements RegistryListener {
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

  private final String name;
  private final Selector selector;
  private final boolean timed;
  private final RandomSource random;
  private final Signals signals;
  private final Map<Long, LiveEndpoint> byIncarnation = new HashMap<>();

  /** Removed with requests in flight: a drain that began before may still ask about them. */
  private final Map<Long, LiveEndpoint> leaving = new HashMap<>();

  private volatile Active active = Active.nothing();
  private volatile boolean closed;
  private volatile @Nullable Throwable firstFailure;

  Fleet(String name, Selector selector, RandomSource random, Signals signals) {
    this.name = name;
    this.selector = selector;
    this.timed = selector.isTimed();
    this.random = random;
    this.signals = signals;
  }

  boolean isClosed() {
    return closed;
  }

  Active active() {
    return active;
  }

  @Override
  public void onChange(RegistryChange change) {
    List<LiveEndpoint> closing = new ArrayList<>();
    for (Registration gone : change.removed()) {
      LiveEndpoint endpoint = byIncarnation.remove(gone.incarnation());
      if (endpoint != null) {
        endpoint.leave();
        closing.add(endpoint);
        leaving.put(gone.incarnation(), endpoint);
      }
    }
    for (Registration added : change.added()) {
      byIncarnation.put(added.incarnation(), new LiveEndpoint(signals, added, true));
    }
    for (RegistryChange.Update update : change.changed()) {
      LiveEndpoint endpoint = byIncarnation.get(update.after().incarnation());
      if (endpoint != null) {
        endpoint.update(update.after());
      }
    }
    try {
      publish(change.after(), closing);
    } catch (RuntimeException | Error failure) {
      firstFailure = firstFailure == null ? failure : firstFailure;
      throw failure; // to the registry's fault exit; the last picker stays, and what has left
      // refuses
    } finally {
      closing.forEach(endpoint -> endpoint.setClosed(true));
      leaving.values().removeIf(AdmissionWord::isClosedAndIdle);
    }
  }

  /** Sorts the endpoints into candidates and others, and adds the others to those to be closed. */
  private void publish(RegistrySnapshot registry, List<LiveEndpoint> closing) {
    Active previous = active;
    if (closed) {
      return;
    }
    int size = registry.size();
    List<LiveEndpoint> endpoints = new ArrayList<>(size);
    List<WeightFactors> factors = new ArrayList<>(size);
    List<LiveEndpoint> usable = new ArrayList<>(size);
    double[] weights = new double[size];
    Map<Cause, Integer> unusable = new EnumMap<>(Cause.class);
    for (Registration registration : registry.registrations()) {
      LiveEndpoint endpoint = byIncarnation.get(registration.incarnation());
      if (endpoint == null) {
        throw new IllegalStateException(name + ": missed the registration of " + registration);
      }
      WeightFactors weight =
          new WeightFactors(registration.instance().weight(), registration.status().weightFactor());
      endpoints.add(endpoint);
      factors.add(weight);
      if (weight.effective() > 0) {
        endpoint.setClosed(false);
        weights[usable.size()] = weight.effective();
        usable.add(endpoint);
      } else {
        closing.add(endpoint);
        unusable.merge(cause(registration.status()), 1, Integer::sum);
      }
    }
    Candidates candidates = Candidates.of(usable, Arrays.copyOf(weights, usable.size()), random);
    int[] listening = endpoints.stream().mapToInt(LiveEndpoint::listening).toArray();
    Picker picker = requireNonNull(selector.prepare(candidates, previous.picker()), "picker");
    Active next =
        new Active(picker, registry, List.copyOf(endpoints), factors, usable.size(), unusable);
    if (!ACTIVE.compareAndSet(this, previous, next)) { // only close() writes besides
      closing.addAll(usable);
    }
    for (int i = 0; i < listening.length; i++) {
      endpoints.get(i).forgetListeners(listening[i]);
    }
  }

  private static Cause cause(InstanceStatus status) {
    return switch (status) {
      case STARTING -> Cause.STARTING;
      case DRAINING -> Cause.DRAINING;
      case MAINTENANCE -> Cause.MAINTENANCE;
      case DOWN -> Cause.DOWN;
      case UP, DEGRADED -> Cause.WEIGHT_ZERO;
    };
  }

  @Override
  public CompletionStage<?> whenIdle(Registration draining) {
    long incarnation = draining.incarnation();
    LiveEndpoint endpoint = byIncarnation.getOrDefault(incarnation, leaving.get(incarnation));
    return endpoint == null ? CompletableFuture.completedStage(null) : endpoint.whenIdle();
  }

  /** After the subscription has ended: nothing is picked any more, what is in flight finishes. */
  void close() {
    closed = true; // first: a publication that has not seen this is seen, or overtaken, by the swap
    Active last = (Active) ACTIVE.getAndSet(this, Active.nothing());
    last.endpoints().forEach(endpoint -> endpoint.setClosed(true));
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
    Active current = active;
    Exclusions leftOut = excluded;
    boolean choosy = true;
    int refusals = 0;
    while (true) {
      long now = timed ? signals.ticker().nanos() : 0;
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
      long begun = failing ? AdmissionWord.REFUSED : endpoint.begin(choosy);
      if (begun != AdmissionWord.REFUSED) {
        endpoint.tellBegan();
        if (timed) {
          return Lease.timed(endpoint, now);
        }
        return (begun & (SAMPLED - 1)) == 0
            ? Lease.timed(endpoint, signals.ticker().nanos())
            : Lease.untimed(endpoint);
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
    }
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
            + selector
            + " picked "
            + picked
            + ", which is excluded or not its own");
  }

  private RuntimeException unavailable(Active current, Exclusions excluded) {
    if (closed) {
      return new IllegalStateException(name + ": the balancer is closed");
    }
    Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
    counts.putAll(current.unusable());
    for (int i = 0; i < current.endpoints().size(); i++) {
      if (current.weights().get(i).effective() > 0) {
        boolean isExcluded = excluded.contains(current.endpoints().get(i));
        counts.merge(isExcluded ? Cause.EXCLUDED : Cause.NOT_SELECTED, 1, Integer::sum);
      }
    }
    return new NoInstanceAvailableException(name, counts);
  }

  /**
   * Throws what the selector threw for the instances that were registered when the balancer was
   * built.
   */
  void checkStarted() {
    Throwable failure = firstFailure;
    if (failure != null) {
      throw new IllegalStateException(
          name + ": selector " + selector + " failed to prepare", failure);
    }
  }
}
