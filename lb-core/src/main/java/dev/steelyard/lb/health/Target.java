package dev.steelyard.lb.health;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.registry.Registration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of an instance, as the monitor follows it. Written by the loop only, but for the
 * two words of passive signals. What others read is volatile; the record is replaced, never
 * changed.
 */
final class Target {
  private final long incarnation;
  private volatile Registration registration;
  private volatile Standing standing;

  /** Set by requests, taken back by the loop after each check. */
  private volatile boolean requested;

  /** How many requests in a row have failed. */
  private final AtomicInteger failedRequests = new AtomicInteger();

  // Confined to the loop:
  private @Nullable Check check;
  private Scheduler.@Nullable Task timer;
  private int timerNumber;
  private Scheduler.@Nullable Task downTimer;
  private int downNumber;
  private InstanceStatus statusWhenUp = InstanceStatus.UP;
  private long startingSinceNanos;
  private boolean waiting;
  private boolean phaseDrawn;
  private boolean gone;

  Target(Registration registration, Standing standing) {
    this.registration = registration;
    this.incarnation = registration.incarnation();
    this.standing = standing;
  }

  String id() {
    return registration.id();
  }

  long incarnation() {
    return incarnation;
  }

  Registration registration() {
    return registration;
  }

  InstanceStatus status() {
    return registration.status();
  }

  Standing standing() {
    return standing;
  }

  void standing(Standing now) {
    standing = now;
  }

  /** Attributes and status as the registry has them. */
  void adopt(Registration now) {
    if (now.status().acceptsNewRequests()) {
      statusWhenUp = now.status();
    }
    registration = now;
  }

  void startingSince(long nowNanos) {
    startingSinceNanos = nowNanos;
  }

  InstanceStatus statusWhenUp() {
    return statusWhenUp;
  }

  long startingSinceNanos() {
    return startingSinceNanos;
  }

  @Nullable Check check() {
    return check;
  }

  void check(Check begun) {
    check = begun;
  }

  boolean isBeingChecked() {
    return check != null && !check.isOver();
  }

  /** Replaces the timer; its task has to ask {@link #isTimer} with the number that this returns. */
  int nextTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    return ++timerNumber;
  }

  void timer(Scheduler.Task task) {
    timer = task;
  }

  boolean isTimer(int number) {
    return number == timerNumber && !gone;
  }

  boolean hasDownTimer() {
    return downTimer != null;
  }

  int nextDownTimer() {
    if (downTimer != null) {
      downTimer.cancel();
      downTimer = null;
    }
    return ++downNumber;
  }

  void downTimer(Scheduler.Task task) {
    downTimer = task;
  }

  boolean isDownTimer(int number) {
    return number == downNumber && !gone;
  }

  boolean isWaiting() {
    return waiting;
  }

  void waiting(boolean now) {
    waiting = now;
  }

  /** True once: the first delay between checks gives the instance a phase of its own. */
  boolean drawPhase() {
    boolean first = !phaseDrawn;
    phaseDrawn = true;
    return first;
  }

  boolean isGone() {
    return gone;
  }

  void leave() {
    gone = true;
    nextTimer();
    nextDownTimer();
  }

  /** Called for each request: a read, where nothing changes. */
  void noteRequest() {
    if (!requested) {
      requested = true;
    }
  }

  boolean takeRequested() {
    boolean was = requested;
    requested = false;
    return was;
  }

  void noteSuccess() {
    if (failedRequests.get() != 0) {
      failedRequests.set(0);
    }
  }

  /** Returns true for every `limit`th failure in a row. */
  boolean noteFailure(int limit) {
    int failures = failedRequests.incrementAndGet();
    return failures > 0 && failures % limit == 0;
  }
}
