package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.Attempts.Try;
import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.RequestRefusedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Drives one call whose answer comes later: its attempts, hedges, waits and time limits, on the
 * threads on which attempts end and those of the scheduler.
 *
 * <p>The state is which attempts are under way: one immutable {@link Stage}, replaced by
 * compare-and-set. Whatever ends an attempt (an answer, a failure, a time limit, another one that
 * has won, the caller) first takes it out of the stage; who finds it gone does nothing. Who takes
 * the last one out owns the call, and {@link RetryPlan} with it, until the next attempt is put in;
 * so a failure that finds another attempt under way leaves the call to that one, and a hedge that
 * was not allowed leaves nothing waiting for it (grpc-java#7222, #7337): its lease is taken before
 * it is put in. A stage of which an attempt has won has only that attempt. When the caller's future
 * is done, the stage is {@link #OVER} for good, and an attempt that is about to begin does not.
 *
 * <p>What is cancelled is cancelled after the stage was replaced, and outside any lock, because
 * foreign code runs then (grpc-java#10314).
 */
final class AsyncAttempts<T extends @Nullable Object> {
  private static final VarHandle STAGE;

  static {
    try {
      STAGE = MethodHandles.lookup().findVarHandle(AsyncAttempts.class, "stage", Stage.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * The attempts under way.
   *
   * @param first an attempt, or null for none
   * @param second another one, or null
   * @param won whether the first one's answer is the answer of the call
   */
  private record Stage(@Nullable Try first, @Nullable Try second, boolean won) {
    boolean has(Try attempt) {
      return first == attempt || second == attempt;
    }

    @Nullable Try other(Try attempt) {
      return first == attempt ? second : first;
    }
  }

  private static final Stage NOBODY = new Stage(null, null, false);
  private static final Stage OVER = new Stage(null, null, true);

  private final Attempts attempts;
  private final RetryPlan plan;
  private final LoadBalancer balancer;
  private final Function<? super Try, ? extends CompletionStage<T>> sender;
  private final boolean whole;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile Stage stage = NOBODY;
  private volatile Scheduler.@Nullable Task timeLimit;
  private volatile @Nullable Runnable wait;

  /**
   * Makes the driver of a call.
   *
   * @param whole whether the stages complete with answers that are there in whole, and are to be
   *     classified here; else the sender has asked {@link #take} before
   */
  AsyncAttempts(
      Attempts attempts,
      RetryPlan plan,
      Function<? super Try, ? extends CompletionStage<T>> sender,
      boolean whole) {
    this.attempts = attempts;
    this.plan = plan;
    this.balancer = plan.balancer();
    this.sender = sender;
    this.whole = whole;
  }

  CompletableFuture<T> start() {
    try {
      plan.begin();
    } catch (RequestRefusedException refused) {
      result.completeExceptionally(refused);
      return result;
    }
    var unused = result.whenComplete((value, failure) -> over());
    long overall = plan.policy().overallTimeoutNanos;
    if (overall > 0) {
      timeLimit = balancer.schedule(overall, this::tooLate);
    }
    begin(plan.acquireLater(), false, this::fail);
    return result;
  }

  /** The caller has an answer, or has given up. */
  private void over() {
    leaveAll(Outcome.CANCELLED);
    cancel(timeLimit);
    Runnable waiting = wait;
    if (waiting != null) {
      waiting.run();
    }
  }

  private void leaveAll(Outcome outcome) {
    Stage last = (Stage) STAGE.getAndSet(this, OVER);
    for (Try attempt : new @Nullable Try[] {last.first(), last.second()}) {
      if (attempt != null) {
        giveUp(attempt, outcome);
      }
    }
  }

  private void tooLate() {
    if (!result.isDone()) {
      leaveAll(Outcome.FAILURE);
      Duration limit = Duration.ofNanos(plan.policy().overallTimeoutNanos);
      fail(new TimeoutException(balancer.name() + ": no answer within " + limit + " in all"));
    }
  }

  private void giveUp(Try attempt, Outcome outcome) {
    attempt.lease().complete(outcome); // first: what the cancelled call reports is no failure
    attempt.giveUp(balancer);
  }

  private void begin(
      CompletableFuture<Lease> acquiring, boolean again, Consumer<Throwable> otherwise) {
    if (!acquiring.isDone()) {
      waitFor(() -> acquiring.cancel(false));
    }
    var unused =
        acquiring.whenComplete(
            (lease, failure) -> {
              wait = null;
              if (lease != null) {
                begin(again ? plan.retrying(lease) : lease);
              } else {
                otherwise.accept(Failures.unwrap(requireNonNull(failure)));
              }
            });
  }

  private void waitFor(Runnable giveUp) {
    wait = giveUp;
    if (result.isDone()) {
      giveUp.run();
    }
  }

  private void begin(Lease lease) {
    long now = balancer.ticker().nanos();
    Try attempt = new Try(this, lease, now);
    if (result.isDone() || !STAGE.compareAndSet(this, NOBODY, new Stage(attempt, null, false))) {
      lease.complete(Outcome.IGNORED); // nothing was sent
      return;
    }
    long hedgeDelay = plan.hedgeDelay(now);
    send(attempt);
    if (hedgeDelay >= 0 && attempt.isHedged() && isUnderWay(attempt)) {
      attempt.hedgeTimer(balancer.schedule(hedgeDelay, () -> hedge(attempt)));
    }
  }

  private boolean isUnderWay(Try attempt) {
    Stage now = stage;
    return now.has(attempt) && !now.won();
  }

  private void send(Try attempt) {
    try {
      CompletionStage<T> answer =
          requireNonNull(sender.apply(attempt), "the call has returned null");
      if (whole) {
        attempt.onCancel(() -> answer.toCompletableFuture().cancel(true));
      }
      var unused = answer.whenComplete((value, failure) -> ended(attempt, value, failure));
    } catch (Throwable failure) {
      failed(attempt, failure);
      return;
    }
    armed(attempt);
  }

  private void armed(Try attempt) {
    long limit = plan.tryTimeout(attempt.startNanos());
    if (limit > 0 && stage.has(attempt)) {
      long elapsed = balancer.ticker().nanos() - attempt.startNanos();
      long left = Math.max(limit - Math.max(elapsed, 0), 0);
      attempt.timeLimit(balancer.schedule(left, () -> tooLate(attempt, limit)));
    }
    if (attempt.isGivenUp()) {
      attempt.giveUp(balancer); // before there was anything to cancel
    }
  }

  /** Takes an attempt out. Returns how many are left, -1 if it was out already. */
  private int leave(Try attempt) {
    while (true) {
      Stage now = stage;
      if (!now.has(attempt)) {
        return -1;
      }
      Try other = now.other(attempt);
      if (STAGE.compareAndSet(this, now, other == null ? NOBODY : new Stage(other, null, false))) {
        return other == null ? 0 : 1;
      }
    }
  }

  private void ended(Try attempt, T value, @Nullable Throwable failure) {
    if (failure != null) {
      failed(attempt, failure);
    } else if (whole) {
      Outcome outcome = attempts.classify(value, null);
      if (take(attempt, outcome, () -> result.complete(value))) {
        attempt.lease().complete(outcome);
        deliver(attempt, value);
      }
    } else {
      deliver(attempt, value);
    }
  }

  private void deliver(Try attempt, T value) {
    Stage now = stage;
    boolean mine = now.has(attempt) && STAGE.compareAndSet(this, now, OVER);
    attempt.stopTimers();
    if (!mine || !result.complete(value)) {
      attempt.giveUp(balancer); // nobody takes the answer
    }
  }

  /**
   * Decides about an answer, see {@link Try#take}.
   *
   * @param otherwise null if only the beginning of the answer is there, so that another attempt has
   *     to be certain before it is thrown away; else what is done if there is none after all
   */
  boolean take(Try attempt, Outcome outcome, @Nullable Runnable otherwise) {
    return outcome.isFailure()
        ? takeBad(attempt, outcome, otherwise)
        : win(attempt, outcome == Outcome.SUCCESS);
  }

  private boolean win(Try attempt, boolean success) {
    Stage now = stage;
    while (now.has(attempt)) {
      if (STAGE.compareAndSet(this, now, new Stage(attempt, null, true))) {
        if (success) {
          balancer.recordLatency(attempt.startNanos());
        }
        Try loser = now.other(attempt);
        if (loser != null) {
          giveUp(loser, Outcome.CANCELLED);
        }
        return true;
      }
      now = stage;
    }
    attempt.lease().close();
    return false;
  }

  private boolean takeBad(Try attempt, Outcome outcome, @Nullable Runnable otherwise) {
    int left = leave(attempt);
    if (left != 0 || result.isDone()) {
      attempt.stopTimers();
      attempt.lease().complete(left < 0 ? Outcome.CANCELLED : outcome);
      return false;
    }
    RetryPlan.Next next =
        attempt.isRepeatable() && plan.mayFollow(outcome)
            ? plan.next(attempt.lease().endpoint(), otherwise == null)
            : null;
    if (next == null) {
      if (STAGE.compareAndSet(this, NOBODY, new Stage(attempt, null, true))) {
        armed(attempt); // a limit that has passed meanwhile found nothing to end
        return true;
      }
      attempt.lease().close();
      return false;
    }
    attempt.stopTimers();
    attempt.lease().complete(outcome);
    Runnable result = otherwise;
    goOn(next, result == null ? () -> {} : result);
    return false;
  }

  private void failed(Try attempt, Throwable failure) {
    int left = leave(attempt);
    attempt.stopTimers();
    if (left < 0 || result.isDone()) {
      attempt.lease().close(); // whatever this is, it is no verdict on the instance
      return;
    }
    Throwable cause = Failures.unwrap(failure);
    attempts.end(attempt.lease(), cause);
    if (left == 0) {
      proceed(attempt, plan.mayFollow(cause), cause);
    }
  }

  private void tooLate(Try attempt, long limitNanos) {
    int left = leave(attempt);
    if (left < 0) {
      return;
    }
    giveUp(attempt, Outcome.FAILURE);
    if (left == 0 && !result.isDone()) {
      Duration limit = Duration.ofNanos(limitNanos);
      proceed(
          attempt,
          plan.mayFollowTimeout(),
          new TimeoutException(attempt.lease().instance().id() + ": no answer within " + limit));
    }
  }

  private void proceed(Try attempt, boolean mayFollow, Throwable cause) {
    RetryPlan.Next next =
        mayFollow && attempt.isRepeatable() ? plan.next(attempt.lease().endpoint(), false) : null;
    if (next == null) {
      fail(cause);
    } else {
      goOn(next, () -> fail(cause));
    }
  }

  private void goOn(RetryPlan.Next next, Runnable otherwise) {
    if (next.waitNanos() == 0) {
      begin(next, otherwise);
      return;
    }
    Scheduler.Task task = balancer.schedule(next.waitNanos(), () -> begin(next, otherwise));
    if (task == null) {
      next.release();
      otherwise.run();
      return;
    }
    waitFor(
        () -> {
          task.cancel();
          next.release();
        });
  }

  private void begin(RetryPlan.Next next, Runnable otherwise) {
    Lease held = next.held();
    if (held != null) {
      wait = null;
      held.beginNow();
      begin(held);
      return;
    }
    begin(
        plan.acquireLater(),
        true,
        none -> {
          balancer.noRetry(none);
          otherwise.run();
        });
  }

  /** The attempt takes longer than usual. */
  private void hedge(Try primary) {
    Stage now = stage;
    if (now.first() != primary || now.second() != null || now.won()) {
      return;
    }
    Lease lease = plan.hedge(primary.lease().endpoint());
    if (lease == null) {
      return;
    }
    Try hedge = new Try(this, lease, balancer.ticker().nanos());
    if (result.isDone() || !STAGE.compareAndSet(this, now, new Stage(primary, hedge, false))) {
      lease.complete(Outcome.IGNORED); // nothing was sent
      return;
    }
    plan.hedged(primary.lease().endpoint(), lease.endpoint());
    send(hedge);
  }

  private void fail(Throwable cause) {
    if (cause instanceof CancellationException) {
      result.cancel(false);
    } else {
      result.completeExceptionally(cause);
    }
  }

  private static void cancel(Scheduler.@Nullable Task task) {
    if (task != null) {
      task.cancel();
    }
  }
}
