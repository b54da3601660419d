package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.ScalingReason;
import dev.steelyard.autoscale.ScalingState;
import dev.steelyard.autoscale.loop.Saved.Pending;
import dev.steelyard.autoscale.loop.ScalingEvent.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The machine: idle, then a round of reading, then perhaps an action, then idle until the next
 * tick. The next tick is planned when all of that is over, so nothing piles up; calls of foreign
 * code run on worker threads, one per source and one for the target, so nothing foreign blocks it.
 * All fields belong to the mailbox, except the gate.
 */
final class ScalerLoop {
  private enum Phase {
    IDLE,
    READING,
    ACTING,
    CLOSED
  }

  private record Numbers(int from, int wanted, int to) {}

  private final AutoScalerBuilder knobs;
  private final ScheduledExecutorService timer;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final ScalingHistory history;
  private final Announcer announcer;
  private final Slot targetSlot;
  private final List<Slot> sourceSlots = new ArrayList<>();

  /** Held while an action is begun: after {@link #shut} has returned, none begins. */
  private final ReentrantLock gate = new ReentrantLock();

  private boolean open = true;

  private Phase phase = Phase.IDLE;
  private boolean again;
  private @Nullable Round round;
  private @Nullable Future<?> alarm;
  private @Nullable Future<?> calm;
  private @Nullable ScalingDecision lastDecision;
  private int failures;
  private @Nullable Instant retryAt;
  private long actions;
  private long rounds;
  private long skipped;
  private long readFailures;
  private long saveFailures;
  private volatile AutoScalerStatus status;

  ScalerLoop(
      AutoScalerBuilder knobs,
      ScheduledExecutorService timer,
      Mailbox mailbox,
      Executor workers,
      Ledger ledger,
      ScalingHistory history) {
    this.knobs = knobs;
    this.timer = timer;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.history = history;
    this.announcer = new Announcer(knobs.name, knobs.listeners);
    this.targetSlot = new Slot(workers, mailbox);
    knobs.sources.forEach(source -> sourceSlots.add(new Slot(workers, mailbox)));
    this.status = snapshot();
  }

  AutoScalerStatus status() {
    return status;
  }

  /** Lets actions begin, or no longer; then the mailbox is told to change the state as well. */
  void shut(boolean off) {
    gate.lock();
    try {
      open = !off;
    } finally {
      gate.unlock();
    }
  }

  void edit(UnaryOperator<ScalingState> edit) {
    ledger.edit(edit);
    save();
    lookNow();
  }

  /** Begins a round, or plans one for soon after the present or the last one. */
  void lookNow() {
    if (phase == Phase.IDLE && calm == null) {
      read();
    } else {
      again = true;
    }
  }

  /** So long after a round nobody can make us look: a listener that always asks would spin us. */
  private void calmDown() {
    calm = null;
    if (again && phase == Phase.IDLE) {
      read();
    }
  }

  void close() {
    phase = Phase.CLOSED;
    cancelAlarm();
    if (calm != null) {
      calm.cancel(false);
    }
    targetSlot.abandon();
    sourceSlots.forEach(Slot::abandon);
    status = snapshot();
  }

  /** A tick that comes when somebody has asked to look already has nothing to do. */
  private void tick() {
    if (phase == Phase.IDLE) {
      read();
    }
  }

  private void read() {
    cancelAlarm();
    phase = Phase.READING;
    again = false;
    rounds++;
    Round next = new Round(knobs.clock.instant(), this::decide);
    round = next;
    alarm = after(knobs.readTimeout, () -> next.expire(knobs.readTimeout));
    next.askCount(targetSlot, knobs.target);
    for (int i = 0; i < sourceSlots.size(); i++) {
      next.ask(knobs.sourceNames.get(i), sourceSlots.get(i), knobs.sources.get(i));
    }
    next.closeIfAnswered();
  }

  private void decide() {
    @Nullable Round looked = round;
    if (phase != Phase.READING || looked == null) {
      return;
    }
    cancelAlarm();
    Instant now = ledger.timeOf(knobs.clock.instant());
    @Nullable Integer count = looked.count();
    if (count == null) {
      tellReadFailures(looked);
      event(
          now,
          Status.FAILED,
          ScalingAction.HOLD,
          new Numbers(-1, -1, -1),
          List.of(),
          "nothing decided: how many instances there are is not known",
          looked.countFailure());
      rest(null, now);
      return;
    }
    settle(now, count);
    try {
      ScalingMetrics metrics = looked.metrics(now, count);
      tellReadFailures(looked);
      ScalingDecision decision = knobs.policy.decide(ledger.state(), metrics);
      lastDecision = decision;
      announcer.tell(listener -> listener.onDecision(decision));
      act(decision, now);
    } catch (RuntimeException broken) {
      event(
          now,
          Status.FAILED,
          ScalingAction.HOLD,
          new Numbers(count, count, count),
          List.of(),
          "nothing decided: the policy, or the metrics, failed",
          Texts.of(broken));
      rest(null, now);
    }
  }

  private void tellReadFailures(Round looked) {
    readFailures += looked.failures().size();
    looked.failures().forEach(f -> announcer.tell(listener -> listener.onReadFailure(f)));
  }

  /** What became of an action whose end nobody saw. */
  private void settle(Instant now, int count) {
    @Nullable Pending settled = ledger.settle(count);
    if (settled != null && count != settled.from()) {
      event(
          now,
          count == settled.to() ? Status.APPLIED : Status.LIMITED,
          count > settled.from() ? ScalingAction.SCALE_UP : ScalingAction.SCALE_DOWN,
          new Numbers(settled.from(), settled.to(), count),
          List.of(),
          "found done: begun at " + settled.at() + ", its end was not seen",
          null);
    }
  }

  private void act(ScalingDecision decision, Instant now) {
    int from = decision.current();
    int to = decision.desired();
    boolean change = to != from || (replaces(decision) && knobs.target.replaces());
    ledger.decided(decision, change);
    if (!change) {
      if (replaces(decision)) {
        ignored(decision, now, "the target cannot replace instances: " + decision.replacements());
      } else if (Outcome.wanted(decision) != from) {
        ignored(decision, now, "held: " + Outcome.limits(decision));
      }
      rest(decision, now);
    } else if (knobs.dryRun) {
      ignored(decision, now, "dry run: would have asked for " + Outcome.asks(decision));
      rest(decision, now);
    } else if (retryAt != null && now.isBefore(retryAt)) {
      ignored(decision, now, "waits after a failed action, until " + retryAt);
      rest(decision, now);
    } else {
      begin(decision, now);
    }
  }

  private void begin(ScalingDecision decision, Instant now) {
    ledger.begin(now, decision.current(), decision.desired());
    save();
    gate.lock();
    try {
      if (open) {
        phase = Phase.ACTING;
        long mine = ++actions;
        alarm = after(knobs.actionTimeout, () -> acted(mine, decision, now, false, late()));
        targetSlot.call(
            () -> {
              carryOut(decision);
              return true;
            },
            ended ->
                acted(
                    mine,
                    decision,
                    now,
                    ended.failure() == null && !ended.abandoned(),
                    ended.failure() == null ? "" : Texts.of(ended.failure())));
        return;
      }
    } finally {
      gate.unlock();
    }
    ledger.dropPending();
    ignored(decision, now, "switched off in the meantime");
    rest(decision, now);
  }

  private static boolean replaces(ScalingDecision decision) {
    return !decision.replacements().isEmpty();
  }

  private void carryOut(ScalingDecision decision) throws Exception {
    if (decision.desired() != decision.current()) {
      knobs.target.scaleTo(decision.desired());
    }
    if (replaces(decision) && knobs.target.replaces()) {
      knobs.target.replace(decision.replacements());
    }
  }

  private String late() {
    return "not done in " + knobs.actionTimeout.toMillis() + " ms";
  }

  /** The end of an action, or of our patience; whichever comes second is not heard. */
  private void acted(
      long which, ScalingDecision decision, Instant began, boolean done, String error) {
    if (phase != Phase.ACTING || which != actions) {
      return;
    }
    cancelAlarm();
    targetSlot.abandon();
    Instant now = ledger.timeOf(knobs.clock.instant());
    int from = decision.current();
    int to = decision.desired();
    int wanted = Outcome.wanted(decision);
    boolean asWanted = wanted == to || decision.action() == ScalingAction.REPLACE;
    if (done) {
      failures = 0;
      retryAt = null;
      ledger.applied(decision, now);
      event(
          began,
          asWanted ? Status.APPLIED : Status.LIMITED,
          decision.action(),
          new Numbers(from, wanted, to),
          decision.reasons(),
          asWanted
              ? "done: " + Outcome.asks(decision)
              : "done as far as allowed: " + Outcome.limits(decision),
          null);
    } else {
      failures++;
      Duration wait = knobs.backoff.after(failures);
      retryAt = now.plus(wait);
      event(
          began,
          Status.FAILED,
          decision.action(),
          new Numbers(from, wanted, from),
          decision.reasons(),
          "failed " + failures + " times in a row, tried again after " + wait,
          error);
    }
    rest(decision, now);
  }

  private void ignored(ScalingDecision decision, Instant now, String message) {
    int from = decision.current();
    event(
        now,
        Status.IGNORED,
        decision.action(),
        new Numbers(from, Outcome.wanted(decision), from),
        decision.reasons(),
        message,
        null);
  }

  private void event(
      Instant time,
      Status what,
      ScalingAction action,
      Numbers numbers,
      List<ScalingReason> reasons,
      String message,
      @Nullable String error) {
    ScalingEvent entry =
        history.add(
            ScalingEvent.once(
                time,
                what,
                action,
                numbers.from,
                numbers.wanted,
                numbers.to,
                reasons,
                message,
                error));
    announcer.tell(listener -> listener.onEvent(entry));
  }

  /** The round is over: saves, and plans the next one. */
  private void rest(@Nullable ScalingDecision decision, Instant now) {
    save();
    phase = Phase.IDLE;
    @Nullable Round looked = round;
    round = null;
    Instant began = looked == null ? now : looked.began();
    calm = after(knobs.shortestWait, this::calmDown);
    alarm = after(waitAfter(began, decision, now), this::tick);
    status = snapshot();
  }

  private Duration waitAfter(Instant began, @Nullable ScalingDecision decision, Instant now) {
    long interval = knobs.interval.toMillis();
    // A clock that goes back, or on, must not make us wait longer than an interval.
    long took = Math.max(0, Duration.between(began, knobs.clock.instant()).toMillis());
    skipped += took / interval;
    long wait = interval - took % interval;
    if (decision != null && decision.lookAgain().isPresent()) {
      wait = Math.min(wait, Duration.between(now, decision.lookAgain().get()).toMillis());
    }
    if (retryAt != null && retryAt.isAfter(now)) {
      wait = Math.min(wait, Duration.between(now, retryAt).toMillis());
    }
    return Duration.ofMillis(Math.max(wait, knobs.shortestWait.toMillis()));
  }

  private void save() {
    @Nullable Exception problem = ledger.save(ledger.timeOf(knobs.clock.instant()));
    if (problem != null) {
      saveFailures++;
      announcer.tell(listener -> listener.onSaveFailure(problem));
    }
  }

  private AutoScalerStatus snapshot() {
    return new AutoScalerStatus(
        ledger.state(),
        lastDecision,
        rounds,
        skipped,
        readFailures,
        saveFailures,
        announcer.failures(),
        failures,
        retryAt);
  }

  private @Nullable Future<?> after(Duration delay, Runnable task) {
    try {
      return timer.schedule(() -> mailbox.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException shutDown) {
      return null;
    }
  }

  private void cancelAlarm() {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }
}
