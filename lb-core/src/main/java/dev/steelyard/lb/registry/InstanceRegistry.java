package dev.steelyard.lb.registry;

import static dev.steelyard.lb.internal.Checks.check;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.internal.Checks;
import dev.steelyard.lb.internal.FaultExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one service, and how they change.
 *
 * <p>Thread-safe. Reading ({@link #snapshot}) is one volatile read. A change costs O(n) (the new
 * immutable list) and is visible to every reader when the call returns; subscribers are told by the
 * thread that made the change, or by one that is telling them already. The registry has no thread,
 * except for the time in which a {@link #drain} waits.
 */
public final class InstanceRegistry {
  /*
   * One lock orders the writers and guards only memory: `entries` (the master copy, in registration order)
   * and `draining`. Nothing of a user's runs under it. A writer publishes an immutable snapshot before it
   * unlocks and tells the subscribers afterwards; each of them catches up with the current snapshot in a
   * serial loop of its own (Subscriber), so an order of unlocking does not matter.
   */
  private static final Logger LOGGER = LoggerFactory.getLogger(InstanceRegistry.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Registration> entries = new LinkedHashMap<>();
  private final Set<Drain> draining = new LinkedHashSet<>();
  private final CopyOnWriteArrayList<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final LongAdder refusedUpdates = new LongAdder();
  private final FaultExit faults = new FaultExit(LOGGER, "registry");
  private final EmptyUpdate emptyUpdate;
  private final Scheduler scheduler;
  private long lastIncarnation;
  private volatile RegistrySnapshot snapshot = RegistrySnapshot.empty();

  private InstanceRegistry(Builder builder) {
    this.emptyUpdate = builder.emptyUpdate;
    this.scheduler = builder.scheduler;
  }

  /**
   * Makes a registry with these instances, all {@link InstanceStatus#UP}.
   *
   * @param addresses URIs or {@code host:port}, see {@link Instance#of(String)}; may be none
   * @return a new registry
   * @throws IllegalArgumentException if an address is malformed or given twice
   */
  public static InstanceRegistry of(String... addresses) {
    List<Instance> instances = new ArrayList<>(addresses.length);
    for (String address : addresses) {
      instances.add(Instance.of(address));
    }
    InstanceRegistry registry = builder().build();
    registry.replaceAll(instances);
    return registry;
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Registers an instance as {@link InstanceStatus#UP}.
   *
   * @param instance the instance; if its id is registered already, this is a new incarnation of it
   * @return the registration
   */
  public Registration register(Instance instance) {
    return register(instance, InstanceStatus.UP);
  }

  /**
   * Registers an instance.
   *
   * @param instance the instance; if its id is registered already, this is a new incarnation of it
   * @param status its first status
   * @return the registration
   */
  public Registration register(Instance instance, InstanceStatus status) {
    requireNonNull(instance, "instance");
    requireNonNull(status, "status");
    ChangeSet changes = new ChangeSet();
    Registration registration;
    lock.lock();
    try {
      registration = new Registration(instance, status, ++lastIncarnation);
      changes.put(entries.put(instance.id(), registration), registration);
      publish(changes);
    } finally {
      lock.unlock();
    }
    announce(changes);
    return registration;
  }

  /**
   * Removes an instance. Requests in flight to it are left to finish.
   *
   * @param id the id of an instance
   * @return whether it was registered
   */
  public boolean deregister(String id) {
    requireNonNull(id, "id");
    ChangeSet changes = new ChangeSet();
    lock.lock();
    try {
      changes.remove(entries.remove(id));
      publish(changes);
    } finally {
      lock.unlock();
    }
    return announce(changes);
  }

  /**
   * Replaces the attributes of a registered instance and keeps its status, its incarnation and all
   * that is known about it. An instance with another URI is another server, and so a new
   * incarnation.
   *
   * @param instance the new attributes, with the id of the registered instance
   * @return whether an instance with that id was registered
   */
  public boolean update(Instance instance) {
    requireNonNull(instance, "instance");
    ChangeSet changes = new ChangeSet();
    boolean found;
    lock.lock();
    try {
      found = merge(instance, changes, false);
      publish(changes);
    } finally {
      lock.unlock();
    }
    announce(changes);
    return found;
  }

  /**
   * Sets the status of an instance.
   *
   * @param id the id of an instance
   * @param status the new status
   * @return whether it was registered
   */
  public boolean setStatus(String id, InstanceStatus status) {
    requireNonNull(id, "id");
    requireNonNull(status, "status");
    ChangeSet changes = new ChangeSet();
    boolean found;
    lock.lock();
    try {
      found = changeStatus(id, status, changes) != null;
      publish(changes);
    } finally {
      lock.unlock();
    }
    announce(changes);
    return found;
  }

  /**
   * Makes the registry hold exactly these instances, as one change. Instances that stay keep
   * status, incarnation and order, as with {@link #update}; new ones are {@link InstanceStatus#UP}.
   *
   * @param instances the instances, each id once
   * @return false if the list is empty, instances are registered, and the policy is {@link
   *     EmptyUpdate#REFUSE}: then nothing changed; true otherwise
   * @throws IllegalArgumentException if an id occurs twice; nothing is changed
   */
  public boolean replaceAll(Collection<Instance> instances) {
    List<Instance> wanted = List.copyOf(instances);
    Set<String> ids = new HashSet<>(wanted.size() * 2);
    for (Instance instance : wanted) {
      check(ids.add(instance.id()), "instances", instance.id(), "each id once");
    }
    ChangeSet changes = new ChangeSet();
    int kept = 0;
    lock.lock();
    try {
      if (wanted.isEmpty() && emptyUpdate == EmptyUpdate.REFUSE) {
        kept = entries.size();
      }
      if (kept == 0) {
        for (String id : new ArrayList<>(entries.keySet())) {
          if (!ids.contains(id)) {
            changes.remove(entries.remove(id));
          }
        }
        for (Instance instance : wanted) {
          merge(instance, changes, true);
        }
        publish(changes);
      }
    } finally {
      lock.unlock();
    }
    if (kept > 0) {
      refusedUpdates.increment();
      LOGGER.warn(
          "registry: refused an empty update and kept {} instances (last known good)", kept);
    }
    announce(changes);
    return kept == 0;
  }

  /**
   * Takes an instance out of use without losing a request: sets it to {@link
   * InstanceStatus#DRAINING} and waits until no subscriber has a request in flight to it. Once the
   * result is {@link DrainResult#DRAINED}, no balancer of this registry sends it another request.
   * The instance stays registered; cancelling the future stops the waiting, not the draining.
   *
   * @param id the id of an instance
   * @param timeout how long to wait at most, positive
   * @return a future of how it ended; it fails with {@link IllegalArgumentException} if the id is
   *     not registered. It is completed by the thread that ends the last request, or by the timer's
   */
  public CompletableFuture<DrainResult> drain(String id, Duration timeout) {
    requireNonNull(id, "id");
    Checks.positiveNanos(timeout, "timeout");
    ChangeSet changes = new ChangeSet();
    Drain drain;
    lock.lock();
    try {
      Registration registration = changeStatus(id, InstanceStatus.DRAINING, changes);
      if (registration == null) {
        return CompletableFuture.failedFuture(
            new IllegalArgumentException("id: " + id + " (expected: a registered instance)"));
      }
      publish(changes);
      drain = new Drain(registration);
      draining.add(drain);
      for (Subscriber subscriber : subscribers) {
        drain.hold();
        subscriber.askWhenIdle(drain, snapshot.version());
      }
    } finally {
      lock.unlock();
    }
    drain.start(scheduler, timeout, this::forget);
    announce(changes);
    for (Subscriber subscriber : subscribers) {
      subscriber.catchUp();
    }
    drain.release();
    return drain.future();
  }

  private void forget(Drain drain) {
    lock.lock();
    try {
      draining.remove(drain);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the current state.
   *
   * @return an immutable snapshot
   */
  public RegistrySnapshot snapshot() {
    return snapshot;
  }

  /**
   * Subscribes to changes. The listener is told of what is registered now before this returns (with
   * an empty change if that is nothing).
   *
   * @param listener whom to tell
   * @return the subscription, to be closed when the listener is done
   */
  public Subscription subscribe(RegistryListener listener) {
    Subscriber subscriber =
        new Subscriber(
            requireNonNull(listener, "listener"), this::snapshot, faults, subscribers::remove);
    lock.lock();
    try {
      subscribers.add(subscriber);
    } finally {
      lock.unlock();
    }
    subscriber.catchUp();
    return subscriber;
  }

  /**
   * Returns how many empty updates were refused.
   *
   * @return the count since creation
   * @see EmptyUpdate#REFUSE
   */
  public long refusedUpdates() {
    return refusedUpdates.sum();
  }

  /**
   * Returns how many exceptions listeners have thrown.
   *
   * @return the count since creation
   */
  public long listenerFaults() {
    return faults.count();
  }

  @Override
  public String toString() {
    return "InstanceRegistry[" + snapshot + "]";
  }

  private boolean merge(Instance instance, ChangeSet changes, boolean addIfAbsent) {
    Registration old = entries.get(instance.id());
    if (old == null && !addIfAbsent) {
      return false;
    }
    if (old == null || !old.instance().equals(instance)) {
      boolean sameServer = old != null && old.instance().uri().equals(instance.uri());
      Registration registration =
          new Registration(
              instance,
              old == null || !sameServer ? InstanceStatus.UP : old.status(),
              old == null || !sameServer ? ++lastIncarnation : old.incarnation());
      entries.put(instance.id(), registration);
      changes.put(old, registration);
    }
    return true;
  }

  private @Nullable Registration changeStatus(String id, InstanceStatus status, ChangeSet changes) {
    Registration old = entries.get(id);
    if (old == null || old.status() == status) {
      return old;
    }
    Registration registration = new Registration(old.instance(), status, old.incarnation());
    entries.put(id, registration);
    changes.put(old, registration);
    return registration;
  }

  /** Under the lock: publishes what the change set holds, if anything. */
  private void publish(ChangeSet changes) {
    RegistryChange.Diff diff = changes.diff();
    if (diff.isEmpty()) {
      return;
    }
    snapshot = new RegistrySnapshot(snapshot.version() + 1, List.copyOf(entries.values()), diff);
    for (Drain drain : draining) {
      if (drain.isCancelledBy(entries.get(drain.registration().id()))) {
        changes.cancelled.add(drain);
      }
    }
  }

  /** Outside the lock: tells the subscribers, and returns whether there was a change. */
  private boolean announce(ChangeSet changes) {
    changes.cancelled.forEach(Drain::cancel);
    boolean changed = !changes.diff().isEmpty();
    if (changed) {
      for (Subscriber subscriber : subscribers) {
        subscriber.catchUp();
      }
    }
    return changed;
  }

  /** What one call changes; confined to that call. */
  private static final class ChangeSet {
    private final List<Registration> added = new ArrayList<>();
    private final List<Registration> removed = new ArrayList<>();
    private final List<RegistryChange.Update> changed = new ArrayList<>();
    private final List<Drain> cancelled = new ArrayList<>();

    void put(@Nullable Registration old, Registration now) {
      if (old != null && old.incarnation() == now.incarnation()) {
        changed.add(new RegistryChange.Update(old, now));
      } else {
        remove(old);
        added.add(now);
      }
    }

    void remove(@Nullable Registration old) {
      if (old != null) {
        removed.add(old);
      }
    }

    RegistryChange.Diff diff() {
      return new RegistryChange.Diff(added, removed, changed);
    }
  }

  /** Collects the settings of a registry; not thread-safe. */
  public static final class Builder {
    private EmptyUpdate emptyUpdate = EmptyUpdate.ACCEPT;
    private Scheduler scheduler = Scheduler.onDemand("steelyard-registry");

    private Builder() {}

    /**
     * Sets what {@link #replaceAll} does with a sudden empty list. Default: {@link
     * EmptyUpdate#ACCEPT}.
     *
     * @param policy the policy
     * @return this builder
     */
    public Builder emptyUpdate(EmptyUpdate policy) {
      this.emptyUpdate = requireNonNull(policy, "emptyUpdate");
      return this;
    }

    /**
     * Sets what keeps the deadlines of {@link #drain}. Default: {@link Scheduler#onDemand}.
     *
     * @param deadlines the scheduler
     * @return this builder
     */
    public Builder scheduler(Scheduler deadlines) {
      this.scheduler = requireNonNull(deadlines, "scheduler");
      return this;
    }

    /**
     * Makes the registry.
     *
     * @return a new, empty registry
     */
    public InstanceRegistry build() {
      return new InstanceRegistry(this);
    }
  }
}
