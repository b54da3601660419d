package dev.steelyard.lb.health;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.RegistryChange;
import dev.steelyard.lb.registry.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * When which instance is checked, and by whom. Everything that happens (a change of the registry, a
 * timer, the end of a check) is a task of one {@link SerialQueue}; {@link Judge} says what a
 * verdict means.
 */
final class CheckLoop {
  /*
   * A check has a slot, of which there are maxConcurrent, from its beginning to its result or deadline. Its
   * call of the probe has a thread, which may be held longer than the slot by a function that hangs. Such an
   * instance gets no second thread: while its last call hangs, its checks fail without being made. So the
   * threads of the pool are bounded by maxConcurrent plus one for each instance that hangs, and no number of
   * hanging instances takes a slot from the others for longer than a timeout.
   *
   * With an executor of the user's, a check may still be in its queue at the deadline. That says something
   * about the executor and nothing about the instance, so it is a fault without a verdict.
   */
  private final InstanceRegistry registry;
  private final HealthProbe probe;
  private final HealthSettings settings;
  private final FaultExit faults;
  private final SerialQueue serial;
  private final Map<String, Target> targets = new ConcurrentHashMap<>();
  private final Queue<Target> waiting = new ArrayDeque<>();
  private final @Nullable ThreadPoolExecutor ownPool;
  private final Executor executor;
  private final Judge judge;

  private @Nullable Subscription subscription;
  private boolean firstRound = true;
  private volatile boolean closed;

  // Written by the loop only, read by anybody.
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong late = new AtomicLong();

  CheckLoop(
      InstanceRegistry registry, HealthProbe probe, HealthSettings settings, FaultExit faults) {
    this.registry = registry;
    this.probe = probe;
    this.settings = settings;
    this.faults = faults;
    this.serial = new SerialQueue(faults);
    Executor given = settings.executor();
    this.ownPool = given == null ? ProbeThreads.pool() : null;
    this.executor = given == null ? requireNonNull(ownPool) : given;
    this.judge = new Judge(registry, settings, targets.values(), faults, this::later, executor);
  }

  Judge judge() {
    return judge;
  }

  Collection<Target> targets() {
    return targets.values();
  }

  @Nullable Target find(String id) {
    return targets.get(id);
  }

  int running() {
    return running.get();
  }

  int queued() {
    return queued.get();
  }

  long late() {
    return late.get();
  }

  void start() {
    serial.run(
        () -> {
          if (!closed) {
            subscription = registry.subscribe(change -> serial.run(() -> follow(change)));
          }
        });
  }

  void close() {
    closed = true;
    serial.run(this::end);
  }

  private void end() {
    if (subscription != null) {
      subscription.close();
    }
    for (Target target : targets.values()) {
      abandon(target);
      target.leave();
    }
    waiting.clear();
    queued.set(0);
    if (ownPool != null) {
      ownPool.shutdownNow();
    }
  }

  /** As many requests in a row have failed as count for a failed check. */
  void requestsFailed(Target target, int failures) {
    serial.run(
        () -> {
          if (closed || target.isGone() || !judge.requestsFailed(target, failures)) {
            return;
          }
          if (!target.isBeingChecked() && !target.isWaiting()) {
            arm(target, settings.cadence().fast());
          }
        });
  }

  private void follow(RegistryChange change) {
    if (closed) {
      return;
    }
    for (Registration removed : change.removed()) {
      Target target = targets.get(removed.id());
      if (target != null && target.incarnation() == removed.incarnation()) {
        targets.remove(removed.id());
        abandon(target);
        target.leave();
      }
    }
    for (Registration added : change.added()) {
      Target target = judge.welcome(added);
      targets.put(added.id(), target);
      if (firstRound) {
        arm(target, settings.cadence().firstRound());
      } else {
        due(target);
      }
    }
    firstRound = false;
    for (RegistryChange.Update changed : change.changed()) {
      Target target = targets.get(changed.after().id());
      if (target != null && judge.isChangedByOthers(target)) {
        recheck(target);
      }
    }
    next();
  }

  /** Somebody else has said what the instance is: what was asked before that is void. */
  private void recheck(Target target) {
    abandon(target);
    due(target);
    next();
  }

  private void abandon(Target target) {
    Check check = target.check();
    if (check != null && check.end()) {
      running.decrementAndGet();
      check.cancel();
    }
  }

  private void arm(Target target, long nanos) {
    int number = target.nextTimer();
    target.timer(
        later(
            nanos,
            () -> {
              if (target.isTimer(number)) {
                due(target);
              }
            }));
  }

  /** A task of the loop, later; nothing if the monitor is closed by then. */
  private Scheduler.Task later(long nanos, Runnable task) {
    return settings
        .scheduler()
        .schedule(
            Duration.ofNanos(nanos),
            () ->
                serial.run(
                    () -> {
                      if (!closed) {
                        task.run();
                      }
                    }));
  }

  private void due(Target target) {
    if (target.isWaiting() || target.isBeingChecked()) {
      return;
    }
    target.nextTimer();
    Check last = target.check();
    if (last != null && !last.isSilent()) {
      last.tellWhenReturned(); // void, or answered from within: it need not hang
    }
    if (last != null && last.holdsThread()) {
      if (last.isSilent()) {
        judged(target, Verdict.silent("the last call of the probe still hangs"), 0);
      } else {
        last.markSilent();
        arm(target, settings.timeoutNanos());
      }
    } else if (running.get() < settings.maxConcurrent()) {
      begin(target);
    } else {
      target.waiting(true);
      waiting.add(target);
      queued.incrementAndGet();
    }
  }

  private void next() {
    while (running.get() < settings.maxConcurrent() && !waiting.isEmpty()) {
      Target target = waiting.remove();
      queued.decrementAndGet();
      target.waiting(false);
      if (!target.isGone()) {
        due(target);
      }
    }
  }

  private void begin(Target target) {
    Check check =
        new Check(target, settings.ticker().nanos(), probe, this::answered, this::returned);
    target.check(check);
    running.incrementAndGet();
    check.deadline(later(settings.timeoutNanos(), () -> timedOut(check)));
    try {
      executor.execute(check);
    } catch (Throwable refusal) { // no thread to be had, or shut down
      faults.report("HealthMonitor.executor", refusal);
      skip(check);
    }
  }

  /** On a thread of the probe's. */
  private void answered(Check check, Verdict verdict) {
    long now = settings.ticker().nanos();
    serial.run(() -> ended(check, verdict, now));
  }

  /** The call that kept an instance from its next check has returned. */
  private void returned(Check check) {
    serial.run(
        () -> {
          Target target = check.target();
          if (!closed && !target.isGone() && target.check() == check) {
            due(target);
          }
        });
  }

  private void ended(Check check, Verdict verdict, long nowNanos) {
    if (!check.end()) {
      late.incrementAndGet();
      return;
    }
    running.decrementAndGet();
    if (!closed && !check.target().isGone()) {
      judged(check.target(), verdict, Math.max(nowNanos - check.beganAtNanos(), 0));
    }
    next();
  }

  private void timedOut(Check check) {
    if (check.isOver()) {
      return;
    }
    if (check.hasBegun()) {
      check.markSilent();
      check.cancel(); // before its slot goes to another one
      ended(
          check,
          Verdict.silent("no answer within " + Duration.ofNanos(settings.timeoutNanos())),
          settings.ticker().nanos());
    } else {
      faults.report(
          "HealthMonitor.executor",
          new IllegalStateException("a check has not begun within its timeout"));
      check.cancel();
      skip(check);
    }
  }

  /** A check that could not be made says nothing. */
  private void skip(Check check) {
    check.end();
    running.decrementAndGet();
    if (!check.target().isGone()) {
      arm(check.target(), judge.nextDelay(check.target()));
    }
    next();
  }

  private void judged(Target target, Verdict verdict, long tookNanos) {
    if (judge.checked(target, verdict, tookNanos)) {
      arm(target, judge.nextDelay(target));
    } else if (judge.isChangedByOthers(target)) {
      recheck(target);
    }
  }
}
