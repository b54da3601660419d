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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
   * One lock orders the writers and guards only memory: `ledger` (the master copy) and `draining`. Nothing of a user's runs under it. A writer publishes an immutable snapshot before it
   * unlocks and tells the subscribers afterwards; each of them catches up with the current snapshot in a
   * serial loop of its own (Subscriber), so an order of unlocking does not matter.
   */
  private static final Logger LOGGER = LoggerFactory.getLogger(InstanceRegistry.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Ledger ledger = new Ledger();
  private final Set<Drain> draining = new LinkedHashSet<>();
  private final CopyOnWriteArrayList<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final LongAdder refusedUpdates = new LongAdder();
  private final FaultExit faults = new FaultExit(LOGGER, "registry");
  private final EmptyUpdate emptyUpdate;
  private final Scheduler scheduler;
  private volatile RegistrySnapshot snapshot = RegistrySnapshot.empty();

  InstanceRegistry(InstanceRegistryBuilder builder) {
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
  public static InstanceRegistryBuilder builder() {
    return new InstanceRegistryBuilder();
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
    return change(() -> ledger.put(instance, status));
  }

  /**
   * Removes an instance. Requests in flight to it are left to finish.
   *
   * @param id the id of an instance
   * @return whether it was registered
   */
  public boolean deregister(String id) {
    requireNonNull(id, "id");
    return change(() -> ledger.remove(id));
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
    return change(() -> ledger.update(instance));
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
    return change(() -> ledger.setStatus(id, status) != null);
  }

  /**
   * Sets the status of a registration, if nobody has changed it since it was seen: neither its
   * incarnation nor its status. Attributes may have changed. For those who decide from what they
   * have seen earlier, as a health check does: an operator's change in between wins.
   *
   * @param seen a registration of this registry
   * @param status the new status; the one that it had to only look
   * @return the registration of that id as it is now, with that status if it was set; null if there
   *     is none
   */
  public @Nullable Registration compareAndSetStatus(Registration seen, InstanceStatus status) {
    requireNonNull(seen, "seen");
    requireNonNull(status, "status");
    return change(() -> ledger.compareAndSetStatus(seen, status));
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
    int kept =
        change(
            () -> {
              if (wanted.isEmpty() && emptyUpdate == EmptyUpdate.REFUSE) {
                return ledger.size();
              }
              ledger.replaceAll(wanted, ids);
              return 0;
            });
    if (kept > 0) {
      refusedUpdates.increment();
      LOGGER.warn(
          "registry: refused an empty update and kept {} instances (last known good)", kept);
    }
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
   *     not registered, and with what the scheduler throws if that refuses the deadline. It is
   *     completed by the thread that ends the last request, or by the timer's
   */
  public CompletableFuture<DrainResult> drain(String id, Duration timeout) {
    requireNonNull(id, "id");
    Checks.positiveNanos(timeout, "timeout");
    Drain drain =
        change(
            () -> {
              Registration registration = ledger.setStatus(id, InstanceStatus.DRAINING);
              return registration == null ? null : new Drain(registration);
            });
    if (drain == null) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("id: " + id + " (expected: a registered instance)"));
    }
    List<Subscriber> asked = begin(drain);
    drain.start(scheduler, timeout, this::forget);
    asked.forEach(Subscriber::catchUp);
    drain.release();
    return drain.future();
  }

  /** Returns whom it asked: one that is closed meanwhile still has to release its hold. */
  private List<Subscriber> begin(Drain drain) {
    lock.lock();
    try {
      draining.add(drain);
      List<Subscriber> asked = List.copyOf(subscribers);
      for (Subscriber subscriber : asked) {
        drain.hold();
        subscriber.askWhenIdle(drain, snapshot.version());
      }
      if (drain.isCancelledBy(ledger.find(drain.registration().id()))) {
        drain.cancel(); // somebody took it back into use before this drain was in the list
      }
      return asked;
    } finally {
      lock.unlock();
    }
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
    subscriber.start();
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

  /** Changes the ledger under the lock, publishes, and tells whom it concerns outside it. */
  private <R extends @Nullable Object> R change(Supplier<R> body) {
    R result;
    boolean changed;
    List<Drain> cancelled = new ArrayList<>();
    lock.lock();
    try {
      result = body.get();
      RegistryChange.Diff diff = ledger.takeDiff();
      changed = !diff.isEmpty();
      if (changed) {
        snapshot = new RegistrySnapshot(snapshot.version() + 1, ledger.registrations(), diff);
        for (Drain drain : draining) {
          if (drain.isCancelledBy(ledger.find(drain.registration().id()))) {
            cancelled.add(drain);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    cancelled.forEach(Drain::cancel);
    if (changed) {
      for (Subscriber subscriber : subscribers) {
        subscriber.catchUp();
      }
    }
    return result;
  }
}
