package dev.steelyard.lb.health;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.internal.FaultExit;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import dev.steelyard.lb.registry.Subscription;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What verdicts do: to the integer of an instance, to its status in the registry, and to those who
 * want to know. Runs in the loop.
 *
 * <p>The registry is the truth about a status and the integer follows it: up means {@code rise} or
 * above, but for an instance that is kept up against its verdicts. A status is set only where
 * nobody has changed it since it was last seen; where somebody has, his is taken over as
 * unconfirmed, and the next check decides alone.
 */
final class Judge {
  private static final Logger LOGGER = LoggerFactory.getLogger(HealthMonitor.class);

  /** Schedules a task of the loop. */
  interface Timers {
    Scheduler.Task later(long nanos, Runnable task);
  }

  private final InstanceRegistry registry;
  private final HealthSettings settings;
  private final HealthScale scale;
  private final Collection<Target> targets;
  private final FaultExit faults;
  private final Timers timers;
  private final Executor executor;
  private final List<Consumer<? super HealthMonitor.Transition>> listeners =
      new CopyOnWriteArrayList<>();

  Judge(
      InstanceRegistry registry,
      HealthSettings settings,
      Collection<Target> targets,
      FaultExit faults,
      Timers timers,
      Executor executor) {
    this.registry = registry;
    this.settings = settings;
    this.scale = settings.scale();
    this.targets = targets;
    this.faults = faults;
    this.timers = timers;
    this.executor = executor;
  }

  Subscription listen(Consumer<? super HealthMonitor.Transition> listener) {
    Consumer<HealthMonitor.Transition> own = listener::accept; // closes this one, if given twice
    listeners.add(own);
    return () -> listeners.remove(own);
  }

  Target welcome(Registration added) {
    Target target = new Target(added, Standing.unknown(scale.unconfirmedUp()));
    takeOver(target, added);
    return target;
  }

  /** Compares with the registry, and takes over what somebody else has set since. */
  boolean isChangedByOthers(Target target) {
    Registration known = target.registration();
    Registration now = registry.compareAndSetStatus(known, known.status());
    if (now == null || now.incarnation() != known.incarnation()) {
      return false; // its removal is on its way
    }
    if (now.status() == known.status()) {
      target.adopt(now);
      return false;
    }
    takeOver(target, now);
    return true;
  }

  private void takeOver(Target target, Registration now) {
    target.adopt(now);
    target.nextDownTimer();
    int health =
        switch (now.status()) {
          case STARTING -> {
            target.startingSince(settings.ticker().nanos());
            yield scale.best();
          }
          case UP, DEGRADED -> scale.unconfirmedUp();
          case DOWN -> scale.unconfirmedDown();
          case MAINTENANCE, DRAINING -> target.standing().health();
        };
    target.standing(target.standing().withHealth(health));
  }

  /** Returns false if the verdict came to nothing: the instance is gone, or somebody was faster. */
  boolean checked(Target target, Verdict verdict, long tookNanos) {
    long now = settings.ticker().nanos();
    return apply(
        target,
        verdict,
        (before, health, kept) -> before.after(verdict, health, kept, now, tookNanos));
  }

  /** Counts requests that failed as a failed check; returns whether they say something. */
  boolean requestsFailed(Target target, int failures) {
    if (!target.status().acceptsNewRequests() || !scale.isUp(target.standing().health())) {
      return false; // latecomers of an instance that is down already
    }
    Verdict verdict = Verdict.failed(failures + " requests in a row have failed");
    return apply(
        target, verdict, (before, health, kept) -> before.afterRequests(verdict, health, kept));
  }

  long nextDelay(Target target) {
    return settings
        .cadence()
        .next(
            scale,
            target.status(),
            target.standing().health(),
            target.takeRequested(),
            target.drawPhase());
  }

  private interface Recorder {
    Standing standing(Standing before, int health, boolean kept);
  }

  private boolean apply(Target target, Verdict verdict, Recorder recorder) {
    Registration seen = target.registration();
    Standing before = target.standing();
    int health = health(target, before.health(), verdict);
    InstanceStatus wanted = wanted(target, health, verdict);
    boolean kept =
        wanted == InstanceStatus.DOWN
            && seen.status() != InstanceStatus.DOWN
            && !settings.guard().allows(target, targets);
    if (kept) {
      wanted = seen.status();
    }
    Registration now = registry.compareAndSetStatus(seen, wanted);
    if (now == null || now.incarnation() != seen.incarnation() || now.status() != wanted) {
      return false;
    }
    target.adopt(now);
    target.standing(recorder.standing(before, health, kept));
    if (kept && !before.kept()) {
      LOGGER.warn(
          "health: {} fails and is kept {}, because too many are DOWN: {}",
          seen.id(),
          wanted,
          verdict.reason());
    }
    if (wanted != seen.status()) {
      announce(new HealthMonitor.Transition(now, seen.status(), verdict.reason()));
    }
    watchDown(target);
    return true;
  }

  private int health(Target target, int health, Verdict verdict) {
    if (verdict.passed()) {
      return target.status() == InstanceStatus.STARTING ? scale.best() : scale.afterPass(health);
    }
    return isInGrace(target) ? health : scale.afterFailure(health);
  }

  private boolean isInGrace(Target target) {
    return target.status() == InstanceStatus.STARTING
        && settings.ticker().nanos() - target.startingSinceNanos() < settings.startGraceNanos();
  }

  private InstanceStatus wanted(Target target, int health, Verdict verdict) {
    InstanceStatus status = target.status();
    return switch (status) {
      case MAINTENANCE, DRAINING -> status;
      case STARTING ->
          verdict.passed() ? InstanceStatus.UP : scale.isUp(health) ? status : InstanceStatus.DOWN;
      case UP, DEGRADED -> scale.isUp(health) ? status : InstanceStatus.DOWN;
      case DOWN -> scale.isUp(health) ? target.statusWhenUp() : status;
    };
  }

  private void announce(HealthMonitor.Transition transition) {
    if (transition.to() == InstanceStatus.DOWN) {
      LOGGER.warn("health: {} is DOWN: {}", transition.registration().id(), transition.reason());
    } else {
      LOGGER.info("health: {} is {}", transition.registration().id(), transition.to());
    }
    for (Consumer<? super HealthMonitor.Transition> listener : listeners) {
      try {
        listener.accept(transition);
      } catch (Throwable fault) {
        faults.report("HealthMonitor.listen", fault);
      }
    }
  }

  /** Starts, keeps or ends the waiting for an instance that stays DOWN. */
  private void watchDown(Target target) {
    Consumer<? super Registration> hook = settings.onUnhealthy();
    if (hook == null) {
      return;
    }
    if (target.status() != InstanceStatus.DOWN) {
      target.nextDownTimer();
    } else if (!target.hasDownTimer()) {
      int number = target.nextDownTimer();
      target.downTimer(
          timers.later(
              settings.unhealthyNanos(),
              () -> {
                if (target.isDownTimer(number) && !isChangedByOthers(target)) {
                  call(hook, target.registration());
                }
              }));
    }
  }

  /** On a thread of the executor's: who replaces an instance takes his time. */
  private void call(Consumer<? super Registration> hook, Registration registration) {
    try {
      executor.execute(
          () -> {
            try {
              hook.accept(registration);
            } catch (Throwable fault) {
              faults.report("HealthMonitor.onUnhealthy", fault);
            }
          });
    } catch (Throwable refusal) {
      faults.report("HealthMonitor.executor", refusal);
    }
  }
}
