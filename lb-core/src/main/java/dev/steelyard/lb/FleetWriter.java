package dev.steelyard.lb;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.limit.AdaptiveLimit;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.RegistryChange;
import dev.steelyard.lb.registry.RegistryListener;
import dev.steelyard.lb.registry.RegistrySnapshot;
import dev.steelyard.lb.route.RoutePlan;
import dev.steelyard.lb.select.Routing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer's side of one balancer: follows the registry, the settings and the time, and has
 * {@link Fleet} publish what follows from them.
 *
 * <p>Three things write: the registry, serially; whoever changes a setting; and a timer, while an
 * instance warms up or weights follow reports. A lock makes them one. It is never taken by a pick.
 * Futures of drains are completed after it is released, since whoever waits for them may call
 * anything.
 */
final class FleetWriter implements RegistryListener, Signals.Changes {
  private static final Logger LOGGER = LoggerFactory.getLogger(FleetWriter.class);
  private static final long RETRY_NANOS = 1_000_000_000;

  /** Where a limit that adapts begins. */
  private static final int INITIAL_LIMIT = 20;

  private static final VarHandle RECOVERED;
  private static final VarHandle FOLLOWING;
  private static final VarHandle WATCHING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      RECOVERED = lookup.findVarHandle(FleetWriter.class, "recovered", boolean.class);
      FOLLOWING = lookup.findVarHandle(FleetWriter.class, "following", boolean.class);
      WATCHING = lookup.findVarHandle(FleetWriter.class, "watching", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Fleet fleet;
  private final Signals signals;
  private final FaultExit faults;
  private final Scheduler scheduler;
  private final ReentrantLock writing = new ReentrantLock();

  // All guarded by the lock.
  private final Map<Long, LiveEndpoint> byIncarnation = new HashMap<>();

  /** Removed with requests in flight: a drain that began before may still ask about them. */
  private final Map<Long, LiveEndpoint> leaving = new HashMap<>();

  // Written under the lock; what a recovery looks at never changes.
  private volatile Settings settings;
  private @Nullable RegistrySnapshot registry;
  private Scheduler.@Nullable Task timer;
  private List<String> routingFaults = List.of();

  /** Ejected, and let in as soon as the lock is left: breakers tell who listens to them. */
  private List<LiveEndpoint> lettingIn = List.of();

  private volatile @Nullable Throwable firstFailure;

  // Whether the timer is to look at an instance that answers again.
  @SuppressWarnings("UnusedVariable") // read through RECOVERED
  private volatile boolean recovered;

  // Whether the timer comes by as long as there are reports.
  @SuppressWarnings("UnusedVariable") // read through FOLLOWING
  private volatile boolean following;

  // Whether an interval of the outlier detection is under way.
  @SuppressWarnings("UnusedVariable") // read through WATCHING
  private volatile boolean watching;

  private volatile Scheduler.@Nullable Task watchTimer;
  private final @Nullable Ejections ejections;
  private final FailureKnobs policy;
  private final boolean monitored;

  FleetWriter(
      Fleet fleet,
      Signals signals,
      Settings settings,
      FailureKnobs policy,
      boolean monitored,
      @Nullable Ejections ejections,
      FaultExit faults,
      Scheduler scheduler) {
    this.fleet = fleet;
    this.ejections = ejections;
    this.policy = policy;
    this.monitored = monitored;
    this.faults = faults;
    this.signals = signals;
    this.settings = settings;
    this.scheduler = scheduler;
    signals.changes(this);
  }

  /** It may have been restarted. */
  @Override
  public void recovered(LiveEndpoint endpoint) {
    if (settings.slowStart() != null) {
      endpoint.warmUp();
      look();
    }
  }

  @Override
  public void guarded() {
    look();
  }

  @Override
  public void letIn(LiveEndpoint endpoint) {
    endpoint.warmUp();
    look();
  }

  /** Has the timer look, and not the thread of a request. */
  private void look() {
    if (RECOVERED.compareAndSet(this, false, true) && later(0, this::refresh) == null) {
      recovered = false;
    }
  }

  /**
   * Has the timer run something. What it refuses is nothing that a request, on whose thread this
   * may be, could do anything about.
   *
   * @return null if it is refused
   */
  private Scheduler.@Nullable Task later(long delayNanos, Runnable task) {
    try {
      return scheduler.schedule(Duration.ofNanos(delayNanos), task);
    } catch (RuntimeException fault) {
      faults.report("Scheduler.schedule", fault);
      return null;
    }
  }

  @Override
  public void failed() {
    OutlierWatch watch = ejections == null ? null : ejections.watch();
    if (watch != null
        && !watching
        && WATCHING.compareAndSet(this, false, true)
        && later(0, () -> watch(watch)) == null) {
      watching = false;
    }
  }

  /** Begins an interval. */
  private void watch(OutlierWatch watch) {
    watch.begin(fleet.active().endpoints());
    nextInterval(watch);
  }

  private void nextInterval(OutlierWatch watch) {
    Scheduler.Task task = later(watch.intervalNanos(), () -> endOfInterval(watch));
    watchTimer = task;
    if (task == null) {
      watching = false;
    } else if (fleet.isClosed()) { // and close() may not have seen it
      task.cancel();
    }
  }

  /**
   * Without the lock, since breakers tell who listens to them: the intervals come one after the
   * other, and nobody else touches them.
   */
  private void endOfInterval(OutlierWatch watch) {
    if (fleet.isClosed()) {
      return;
    }
    boolean goOn = true;
    try {
      goOn = watch.judge(fleet.active().endpoints(), signals.ticker().nanos());
    } catch (RuntimeException fault) { // of the user's source of random numbers
      faults.report("OutlierDetection.judge", fault);
    }
    if (goOn) {
      nextInterval(watch);
    } else {
      watching = false;
    }
  }

  @Override
  public void reported() {
    Settings.ReportedLoad reportedLoad = settings.reportedLoad();
    if (reportedLoad != null
        && FOLLOWING.compareAndSet(this, false, true)
        && later(reportedLoad.updateNanos(), this::refresh) == null) {
      following = false;
    }
  }

  @Override
  public void onChange(RegistryChange change) {
    List<LiveEndpoint> closed = new ArrayList<>();
    writing.lock();
    try {
      boolean first = registry == null;
      registry = change.after();
      for (Registration gone : change.removed()) {
        LiveEndpoint endpoint = byIncarnation.remove(gone.incarnation());
        if (endpoint != null) {
          endpoint.leave();
          closed.add(endpoint);
          leaving.put(gone.incarnation(), endpoint);
        }
      }
      for (Registration added : change.added()) {
        LiveEndpoint endpoint = new LiveEndpoint(signals, added, true);
        equip(endpoint);
        byIncarnation.put(added.incarnation(), endpoint);
        // What is there when the program starts need not be cold, and if all are it does not
        // matter.
        if (!first && settings.slowStart() != null) {
          endpoint.warmUp();
        }
      }
      for (RegistryChange.Update update : change.changed()) {
        LiveEndpoint endpoint = byIncarnation.get(update.after().incarnation());
        if (endpoint != null) {
          endpoint.update(update.after());
          if (update.after().status().acceptsNewRequests()
              && !update.before().status().acceptsNewRequests()
              && settings.slowStart() != null) {
            endpoint.warmUp();
          }
        }
      }
      publish(closed);
      if (first && ejections != null && ejections.watchesAlways()) {
        failed(); // begins an interval
      }
    } catch (RuntimeException | Error failure) {
      firstFailure = firstFailure == null ? failure : firstFailure;
      throw failure; // to the registry's fault exit; the last picker stays
    } finally {
      finish(closed);
    }
  }

  private void equip(LiveEndpoint endpoint) {
    endpoint.limit(policy.maxInFlight);
    if (policy.adaptiveMin > 0) {
      int initial = Math.max(policy.adaptiveMin, Math.min(policy.adaptiveMax, INITIAL_LIMIT));
      endpoint.equip(
          new AdaptiveLimit(
              policy.adaptiveMin,
              policy.adaptiveMax,
              initial,
              fleet.random(),
              signals.ticker().nanos()));
    }
    if (ejections != null) {
      ejections.equip(endpoint);
    }
  }

  /** Changes a setting; what the strategy throws is thrown, and then nothing has changed. */
  void change(UnaryOperator<Settings> change) {
    if (writing.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          fleet.name() + ": a setting is changed from within Selector.prepare");
    }
    List<LiveEndpoint> closed = new ArrayList<>();
    writing.lock();
    Settings before = settings;
    try {
      settings = change.apply(before);
      publish(closed);
    } catch (RuntimeException | Error failure) {
      settings = before;
      closed.clear(); // the last picker stays, and those it knows
      throw failure;
    } finally {
      finish(closed);
    }
  }

  /** Follows the time. */
  private void refresh() {
    recovered = false; // first: who recovers from now on wants another look
    List<LiveEndpoint> closed = new ArrayList<>();
    writing.lock();
    try {
      publish(closed);
    } catch (RuntimeException | Error fault) { // of the strategy; nobody called who could be told
      closed.clear();
      faults.report("Selector.prepare", fault);
      schedule(RETRY_NANOS);
    } finally {
      finish(closed);
    }
  }

  private void publish(List<LiveEndpoint> closed) {
    RegistrySnapshot current = registry;
    if (current == null || fleet.isClosed()) {
      return;
    }
    long now = signals.ticker().nanos();
    List<LiveEndpoint> endpoints = new ArrayList<>(current.size());
    for (Registration registration : current.registrations()) {
      LiveEndpoint endpoint = byIncarnation.get(registration.incarnation());
      if (endpoint == null) {
        throw new IllegalStateException(
            fleet.name() + ": missed the registration of " + registration);
      }
      endpoints.add(endpoint);
    }
    for (LiveEndpoint endpoint : lettingIn) { // who was let in the last time has been let in
      endpoint.lettingIn(false);
    }
    boolean panic =
        settings.routing().equals(Routing.none())
            && Ejections.isPanic(policy.panicPercent(monitored), endpoints, now);
    lettingIn = ejections == null ? List.of() : ejections.fit(endpoints, panic, now);
    for (LiveEndpoint endpoint : lettingIn) {
      endpoint.lettingIn(true);
    }
    following = false; // before looking: a report that comes from now on wakes the timer
    Weighing weighing = Weighing.of(settings, endpoints, panic, now);
    if (weighing.followsReports()) {
      following = true;
    }
    fleet.publish(settings, current, endpoints, weighing, closed);
    RoutePlan plan = weighing.plan();
    List<String> faultsNow = plan == null ? List.of() : plan.faults();
    if (!faultsNow.equals(routingFaults)) {
      routingFaults = faultsNow;
      faultsNow.forEach(fault -> LOGGER.warn("{}: {}", fleet.name(), fault));
    }
    schedule(weighing.nextChangeNanos());
  }

  private void schedule(long delayNanos) {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (delayNanos < Long.MAX_VALUE) {
      timer = later(delayNanos, this::refresh);
    }
  }

  /** Closes what went out of use, whether or not something was published, and leaves the lock. */
  private void finish(List<LiveEndpoint> closed) {
    closed.forEach(LiveEndpoint::shut);
    leaving.values().removeIf(AdmissionWord::isClosedAndIdle);
    List<LiveEndpoint> letIn = lettingIn;
    writing.unlock();
    closed.forEach(LiveEndpoint::checkIdle);
    signals.releasedAll(); // what is new, or let in, has room
    if (!letIn.isEmpty()) {
      long now = signals.ticker().nanos();
      letIn.forEach(endpoint -> endpoint.letIn(now));
    }
  }

  @Override
  public CompletionStage<?> whenIdle(Registration draining) {
    long incarnation = draining.incarnation();
    LiveEndpoint endpoint;
    writing.lock();
    try {
      endpoint = byIncarnation.getOrDefault(incarnation, leaving.get(incarnation));
    } finally {
      writing.unlock();
    }
    return endpoint == null ? CompletableFuture.completedStage(null) : endpoint.whenIdle();
  }

  Settings settings() {
    return settings;
  }

  @Nullable LiveEndpoint find(String instanceId) {
    for (LiveEndpoint endpoint : fleet.active().endpoints()) {
      if (endpoint.registration().id().equals(instanceId)) {
        return endpoint;
      }
    }
    return null;
  }

  /** After the subscription has ended. */
  void close() {
    List<LiveEndpoint> closed;
    writing.lock();
    try {
      closed = fleet.close();
      schedule(Long.MAX_VALUE);
      Scheduler.Task task = watchTimer;
      if (task != null) {
        task.cancel();
      }
      closed.forEach(LiveEndpoint::leave);
      closed.forEach(LiveEndpoint::shut);
    } finally {
      writing.unlock();
    }
    closed.forEach(LiveEndpoint::checkIdle);
  }

  /**
   * Throws what the selector threw for the instances that were registered when the balancer was
   * built.
   */
  void checkStarted() {
    Throwable failure = firstFailure;
    if (failure != null) {
      throw new IllegalStateException(
          fleet.name() + ": selector " + settings.selector() + " failed to prepare", failure);
    }
  }
}
