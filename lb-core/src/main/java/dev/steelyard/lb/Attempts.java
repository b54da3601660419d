package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.env.Scheduler;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.LoadReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call and its attempts: what an integration of another client uses, where {@link
 * LoadBalancer#call} and {@link LoadBalancer#callAsync} do not fit because a response outlives the
 * call that returns it.
 *
 * <pre>{@code
 * Attempts attempts = balancer.attempts(request);
 * Lease lease = attempts.first();
 * while (lease != null) {
 *   try {
 *     Response response = client.send(lease.instance());
 *     response.whenBodyEnds(lease::succeed);
 *     return response;
 *   } catch (IOException e) {
 *     lease = attempts.retry(lease, e, true);
 *     if (lease == null) throw e;
 *   }
 * }
 * }</pre>
 *
 * <p>A call has one form: the blocking one ({@link #first}, {@link #retry}, {@link #follow}, {@link
 * #next}), in which attempts come one after the other, on whichever threads, and which knows no
 * time limits of attempts and no hedges; or the asynchronous one, {@link #run}, which does all that
 * {@link FailurePolicy} says. What the policy says is looked up once, when the call begins
 * (armeria#4753).
 */
public final class Attempts {
  private final LoadBalancer balancer;
  private final ResponseClassifier classifier;
  private final RetryPlan plan;
  private RetryPlan.@Nullable Next next;
  private long begunNanos;

  Attempts(LoadBalancer balancer, RequestContext request, ResponseClassifier classifier) {
    this.balancer = balancer;
    this.classifier = classifier;
    this.plan = new RetryPlan(balancer, request);
  }

  /**
   * Begins the first attempt. May wait for an instance with room, if the balancer's policy lets
   * requests wait.
   *
   * @return the lease of an instance, to be ended by the caller
   * @throws NoInstanceAvailableException if there is none
   * @throws dev.steelyard.lb.resilience.RequestRefusedException if a limit refuses the request
   * @throws IllegalStateException if the balancer is closed
   */
  public Lease first() {
    plan.begin();
    return begun(plan.acquireNow());
  }

  private Lease begun(Lease lease) {
    begunNanos = balancer.latencies() == null ? 0 : balancer.ticker().nanos();
    return lease;
  }

  /**
   * Has no attempt begin later than this, besides what the policy says: for a deadline that the
   * request brings.
   *
   * @param remaining from now on; zero or less for no further attempt
   */
  public void deadline(Duration remaining) {
    plan.deadlineIn(remaining);
  }

  /**
   * Ends an attempt that failed and begins the next one, if the call may be repeated: after a
   * failure that says that nothing was sent, or one that the policy has repeated if the request is
   * idempotent; on an instance that was not tried yet, or else on one that was; within the number
   * of retries, the retry budget and the deadline. May wait, as the policy's back-off and the
   * instances' {@code Retry-After} say; a wait that would pass the deadline is not begun.
   *
   * @param failed the lease of the attempt that failed
   * @param failure what it failed with; wrappers that futures put around an exception are taken off
   * @param repeatable false if this attempt has used up something that the next one would need,
   *     such as a body
   * @return the lease of the next attempt, or null if there is none: then the failure is the result
   *     of the call
   * @throws java.util.concurrent.CancellationException if the thread is interrupted while it waits;
   *     it stays interrupted
   */
  public @Nullable Lease retry(Lease failed, Throwable failure, boolean repeatable) {
    Throwable cause = Failures.unwrap(failure);
    end(failed, cause);
    RetryPlan.Next planned =
        repeatable && plan.mayFollow(cause) ? plan.next(failed.endpoint(), false) : null;
    return planned == null ? null : await(planned, cause);
  }

  /**
   * Ends an attempt that was answered, as the classifier of this call sees the answer, and begins
   * the next one, if an idempotent request is to be sent again after such an answer; otherwise as
   * {@link #retry(Lease, Throwable, boolean)}.
   *
   * @param answered the lease of the attempt
   * @param response the answer
   * @return the lease of the next attempt, or null if there is none: then the answer is the result
   * @throws java.util.concurrent.CancellationException if the thread is interrupted while it waits
   */
  public @Nullable Lease retry(Lease answered, @Nullable Object response) {
    Outcome outcome = end(answered, response);
    if (outcome == Outcome.SUCCESS) {
      balancer.recordLatency(begunNanos);
      return null;
    }
    RetryPlan.Next planned = plan.mayFollow(outcome) ? plan.next(answered.endpoint(), false) : null;
    return planned == null ? null : await(planned, null);
  }

  /**
   * Says whether another attempt follows an answer of which only the beginning is there, and makes
   * sure of it: the instance and the budget are taken. Then the lease is ended, the answer is to be
   * thrown away, and {@link #next} is to be called, or {@link #cancelNext}. Otherwise the answer is
   * the result, and its lease stays open. Does not block.
   *
   * @param answered the lease of the attempt
   * @param outcome what the beginning says
   * @param repeatable as in {@link #retry(Lease, Throwable, boolean)}
   * @return whether another attempt follows
   */
  public boolean follow(Lease answered, Outcome outcome, boolean repeatable) {
    if (outcome == Outcome.SUCCESS) {
      balancer.recordLatency(begunNanos);
    }
    if (!repeatable || !plan.mayFollow(outcome)) {
      return false;
    }
    next = plan.next(answered.endpoint(), true);
    if (next == null) {
      return false;
    }
    answered.complete(outcome);
    return true;
  }

  /**
   * Begins the attempt that {@link #follow} has promised, after it has waited.
   *
   * @return the lease of the attempt
   * @throws java.util.concurrent.CancellationException if the thread is interrupted while it waits;
   *     it stays interrupted
   */
  public Lease next() {
    RetryPlan.Next promised = requireNonNull(next, "follow has not returned true");
    next = null;
    return requireNonNull(await(promised, null));
  }

  /** Gives up the attempt that {@link #follow} has promised, if there is one. */
  public void cancelNext() {
    if (next != null) {
      next.release();
      next = null;
    }
  }

  private @Nullable Lease await(RetryPlan.Next planned, @Nullable Throwable failure) {
    if (planned.waitNanos() > 0) {
      try {
        balancer.pause(planned.waitNanos(), failure);
      } catch (RuntimeException interrupted) {
        planned.release();
        throw interrupted;
      }
    }
    Lease lease = planned.held();
    if (lease != null) {
      lease.beginNow();
    } else {
      lease = plan.acquireAgain();
    }
    return lease == null ? null : begun(lease);
  }

  /**
   * Makes the call in its asynchronous form: hedges, waits and time limits as the policy says, by
   * the balancer's {@link LoadBalancerBuilder#scheduler}. Does not block.
   *
   * @param send begins an attempt. When an answer begins, it asks {@link Try#take}, and the stage
   *     completes with what has been taken, whose lease {@code send} ends; a stage that fails is
   *     judged, and its lease ended, here
   * @param <T> what the call answers
   * @return the answer, or the failure of the last attempt without wrappers, a {@link
   *     java.util.concurrent.TimeoutException} where a limit of the policy was passed. Completing
   *     it from outside gives up the attempts under way
   */
  public <T extends @Nullable Object> CompletableFuture<T> run(
      Function<Try, ? extends CompletionStage<T>> send) {
    return new AsyncAttempts<>(this, plan, send, false).start();
  }

  <T extends @Nullable Object> CompletableFuture<T> call(
      Function<? super Instance, ? extends CompletionStage<T>> call) {
    return new AsyncAttempts<T>(this, plan, attempt -> call.apply(attempt.lease().instance()), true)
        .start();
  }

  /**
   * Returns whether the policy limits attempts or calls in time, or has them hedged: what only
   * {@link #run} does.
   *
   * @return whether the blocking form would do less than the policy says
   */
  public boolean needsTimer() {
    return plan.policy().isTimed();
  }

  /**
   * Takes note of when an instance wants to be asked again, as HTTP's {@code Retry-After} says:
   * while others can serve it is left alone for so long, but at most as long as {@link
   * FailurePolicy#withMaxRetryAfter} says; and a retry that can go to no other waits for it.
   * Thread-safe.
   *
   * @param answered the lease of the attempt
   * @param retryAfter how long; zero and less say nothing
   */
  public void overloaded(Lease answered, Duration retryAfter) {
    if (!retryAfter.isNegative() && !retryAfter.isZero()) {
      Duration most = Duration.ofNanos(plan.policy().maxRetryAfterNanos);
      answered.holdOff((retryAfter.compareTo(most) < 0 ? retryAfter : most).toNanos());
    }
  }

  /**
   * Says how an attempt ended, without ending its lease. Thread-safe.
   *
   * @param response the answer; null if there was none or the attempt failed
   * @param failure what the attempt failed with, without wrappers, or null
   * @return what the classifier of this call says; {@link Outcome#IGNORED} if it throws
   */
  public Outcome classify(@Nullable Object response, @Nullable Throwable failure) {
    return balancer.classify(classifier, response, failure);
  }

  /**
   * Takes note of what an instance says about its load, as it stands in the {@value
   * LoadReport#HEADER} header of an answer: {@link Lease#report}, but what cannot be read is logged
   * and counted ({@link BalancerSnapshot#callbackFaults}) in place of being thrown, since it is the
   * instance's fault and not the caller's.
   *
   * @param answered the lease of the attempt
   * @param header the value of the header
   * @return whether the report is used
   */
  public boolean report(Lease answered, String header) {
    return balancer.report(answered, header);
  }

  /**
   * Ends an attempt that was answered, as the classifier of this call sees the answer.
   *
   * @param answered the lease of the attempt
   * @param response the answer
   * @return what the lease was ended with
   */
  public Outcome end(Lease answered, @Nullable Object response) {
    Outcome outcome = classify(response, null);
    answered.complete(outcome);
    return outcome;
  }

  /** Ends an attempt that failed. */
  void end(Lease failed, Throwable cause) {
    if (Failures.isUnreachable(cause)) {
      failed.unreachable();
    } else if (Failures.isLocal(cause)) {
      failed.complete(Outcome.IGNORED);
    } else {
      failed.complete(classify(null, cause));
    }
  }

  /**
   * One attempt of a call in its asynchronous form. Thread-safe; the setters are for the function
   * that sends, before it returns.
   */
  public static final class Try {
    private final AsyncAttempts<?> call;
    private final Lease lease;
    private final long startNanos;
    private volatile BooleanSupplier repeatable = () -> true;
    private volatile boolean hedged = true;
    private volatile boolean givenUp;
    private volatile @Nullable Runnable cancel;
    private volatile Scheduler.@Nullable Task timeLimit;
    private volatile Scheduler.@Nullable Task hedgeTimer;

    Try(AsyncAttempts<?> call, Lease lease, long startNanos) {
      this.call = call;
      this.lease = lease;
      this.startNanos = startNanos;
    }

    /**
     * Returns the lease.
     *
     * @return the lease of this attempt
     */
    public Lease lease() {
      return lease;
    }

    /**
     * Says whether the answer of this attempt, of which the beginning is there, is the answer of
     * the call. If so, other attempts are given up, the stage is to complete with the answer, and
     * its receiver ends the lease. If not, the answer is to be thrown away: another attempt has
     * won, goes on, or certainly follows, or the caller has given up; the lease has ended, and what
     * the stage does is of no interest any more.
     *
     * @param outcome what the beginning says
     * @return whether the answer is wanted
     */
    public boolean take(Outcome outcome) {
      return call.take(this, outcome, null);
    }

    /**
     * Sets what gives this attempt up: called when the caller does, when another attempt has won,
     * when a time limit has passed, or when nobody takes the answer. May be called twice. The lease
     * has ended by then, unless it is an answer that nobody takes.
     *
     * @param action cancels what was begun
     */
    public void onCancel(Runnable action) {
      cancel = action;
    }

    /**
     * Sets what tells, when this attempt has failed, whether the call can be repeated. Default: it
     * can.
     *
     * @param test false if this attempt has used up something that the next one would need
     */
    public void repeatableIf(BooleanSupplier test) {
      repeatable = test;
    }

    /** Has no hedge begin beside this attempt. */
    public void unhedged() {
      hedged = false;
    }

    boolean isRepeatable() {
      return repeatable.getAsBoolean();
    }

    boolean isHedged() {
      return hedged;
    }

    long startNanos() {
      return startNanos;
    }

    void timeLimit(Scheduler.@Nullable Task task) {
      timeLimit = task;
    }

    void hedgeTimer(Scheduler.@Nullable Task task) {
      hedgeTimer = task;
    }

    boolean isGivenUp() {
      return givenUp;
    }

    void giveUp(LoadBalancer balancer) {
      givenUp = true;
      stopTimers();
      Runnable action = cancel;
      try {
        if (action != null) {
          action.run();
        }
      } catch (UnsupportedOperationException opaque) {
        // a stage that cannot be cancelled goes on, and nobody listens
      } catch (Throwable fault) {
        balancer.report("CompletableFuture.cancel", fault);
      }
    }

    void stopTimers() {
      stop(timeLimit);
      stop(hedgeTimer);
    }

    private static void stop(Scheduler.@Nullable Task task) {
      if (task != null) {
        task.cancel();
      }
    }
  }
}
