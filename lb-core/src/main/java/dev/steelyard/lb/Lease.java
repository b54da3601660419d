package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.LoadReport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The right and the duty of one request to one instance: while it is open the request counts as in
 * flight; how it ends is what the balancer learns.
 *
 * <p>Ends exactly once: the first of {@link #succeed}, {@link #fail}, {@link #complete} and {@link
 * #close} counts, on whichever thread, and the others return false and do nothing. A lease belongs
 * to the incarnation it was issued for, so one that ends after its instance has left, or has been
 * registered anew, touches nothing of its successor. Thread-safe.
 */
public sealed class Lease implements AutoCloseable permits SessionLease {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Two times that no clock is at: System.nanoTime is centuries away from them, and a start that a
  // test's clock puts on one is moved by two nanoseconds. A start is even, and made odd when the
  // answer has begun: then the latency is known, and the rest of the time is not part of it.
  private static final long ENDED = Long.MIN_VALUE;
  static final long UNTIMED = Long.MIN_VALUE + 1;
  private static final long ANSWERED = 1;

  // With compressed references 12 bytes of header and 20 of fields: 32 bytes. That is why the state
  // has no field of its own.
  private final LiveEndpoint endpoint;

  // When the request began, UNTIMED, or ENDED. Plain, so that
  // making a lease needs no fence; read and replaced through STATE.
  @SuppressWarnings("UnusedVariable") // read through STATE
  private long state;

  // Of the endpoint's circuit breaker: it knows by it in which of its states the request was sent.
  private final long permit;

  Lease(LiveEndpoint endpoint, long state, long permit) {
    this.endpoint = endpoint;
    this.state = state;
    this.permit = permit;
  }

  /** The state of a lease whose request begins at a time. */
  static long timed(long startNanos) {
    return startNanos <= UNTIMED ? UNTIMED + 1 : startNanos & ~ANSWERED;
  }

  /**
   * Returns where to send the request.
   *
   * @return the instance, as it is registered now
   */
  public Instance instance() {
    return endpoint.instance();
  }

  /**
   * Notes that the instance has begun to answer as it should: how long that took is its latency,
   * and what is still to come, a long body or a stream of events, only counts as in flight. Without
   * this call the latency is the time until the lease ends. Does nothing on a lease that has ended.
   */
  public void answered() {
    long before = (long) STATE.getVolatile(this);
    if (before == UNTIMED) {
      endpoint.answered();
    } else if ((before & ANSWERED) == 0
        && before != ENDED
        && STATE.compareAndSet(this, before, before | ANSWERED)) {
      long now = endpoint.signals().ticker().nanos();
      endpoint.answered(before, now);
      endpoint.adapt(Outcome.SUCCESS, Math.max(now - before, 0), now);
    }
  }

  /**
   * Ends the lease: the instance answered as it should.
   *
   * @return whether this call ended it
   */
  public boolean succeed() {
    return complete(Outcome.SUCCESS);
  }

  /**
   * Ends the lease: the instance failed.
   *
   * @return whether this call ended it
   */
  public boolean fail() {
    return complete(Outcome.FAILURE);
  }

  /**
   * Ends the lease.
   *
   * @param outcome how the request ended
   * @return whether this call ended it
   */
  public boolean complete(Outcome outcome) {
    requireNonNull(outcome, "outcome");
    long before = (long) STATE.getAndSet(this, ENDED);
    if (before == ENDED) {
      return false;
    }
    long nanos = -1;
    if ((before & ANSWERED) != 0) { // UNTIMED is odd, too
      endpoint.record(outcome);
      endpoint.judge(permit, outcome, before == UNTIMED ? -1 : sinceIfJudged(before));
      if (before != UNTIMED) {
        endpoint.closed();
      }
    } else {
      long now = endpoint.signals().ticker().nanos();
      nanos = Math.max(now - before, 0);
      endpoint.record(outcome, before, now);
      endpoint.judge(permit, outcome, nanos, now);
      endpoint.adapt(outcome, nanos, now);
    }
    endpoint.end();
    endpoint.tellEnded(outcome, nanos);
    ended(outcome);
    endpoint.signals().observed(endpoint, outcome);
    endpoint.signals().released();
    return true;
  }

  /** How long the whole call took, if the breaker asks; else a clock read is saved. */
  private long sinceIfJudged(long answeredState) {
    return endpoint.signals().isDurationJudged()
        ? Math.max(endpoint.signals().ticker().nanos() - (answeredState & ~ANSWERED), 0)
        : -1;
  }

  /** Is called once, when the lease has ended. */
  void ended(Outcome outcome) {}

  /** Ends the lease: no connection to the instance could be made. */
  boolean unreachable() {
    long before = (long) STATE.getAndSet(this, ENDED);
    if (before == ENDED) {
      return false;
    }
    if (before != UNTIMED && (before & ANSWERED) != 0) {
      endpoint.closed();
    }
    endpoint.recordUnreachable();
    endpoint.judge(permit, Outcome.FAILURE, -1);
    endpoint.end();
    endpoint.tellEnded(Outcome.FAILURE, -1);
    ended(Outcome.FAILURE);
    endpoint.signals().observed(endpoint, Outcome.FAILURE);
    endpoint.signals().released();
    return true;
  }

  /**
   * Takes note of what the instance says about its load, in a header of its answer for example. May
   * be called before and after the lease ends.
   *
   * @param report the report, see {@link LoadReport#parse}
   * @return whether it is used: false if the balancer was not built with {@link
   *     LoadBalancerBuilder#reportedLoad}, or the report names no requests or no utilisation
   */
  public boolean report(LoadReport report) {
    requireNonNull(report, "report");
    return endpoint.report(report);
  }

  /** The instance has said how long it wants to be left alone. */
  void holdOff(long nanos) {
    endpoint.holdOff(nanos);
  }

  /** The request begins now: it was not sent when the lease was taken. */
  void beginNow() {
    long before = (long) STATE.getVolatile(this);
    if (before != ENDED && (before & ANSWERED) == 0) {
      STATE.compareAndSet(this, before, timed(endpoint.signals().ticker().nanos()));
    }
  }

  /**
   * Returns whether the lease has ended.
   *
   * @return true after the first completion
   */
  public boolean isEnded() {
    return (long) STATE.getVolatile(this) == ENDED;
  }

  /**
   * Ends the lease as {@link Outcome#CANCELLED} if nothing else has ended it: what
   * try-with-resources does when the block is left early.
   */
  @Override
  public void close() {
    complete(Outcome.CANCELLED);
  }

  LiveEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public String toString() {
    return "Lease[" + endpoint + (isEnded() ? ", ended]" : "]");
  }
}
