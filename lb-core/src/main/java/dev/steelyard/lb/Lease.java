package dev.steelyard.lb;

import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
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
public final class Lease implements AutoCloseable {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int OPEN = 0;
  private static final int OPEN_AND_TIMED = 1;
  private static final int ENDED = 2;

  // 12 bytes of header and 16 of fields: 32 bytes with compressed references, of which 4 are free.
  private final LiveEndpoint endpoint;
  private final long startNanos;

  // Plain, so that making a lease needs no fence; read and ended through STATE.
  @SuppressWarnings("UnusedVariable")
  private int state;

  private Lease(LiveEndpoint endpoint, int state, long startNanos) {
    this.endpoint = endpoint;
    this.startNanos = startNanos;
    this.state = state;
  }

  static Lease timed(LiveEndpoint endpoint, long startNanos) {
    return new Lease(endpoint, OPEN_AND_TIMED, startNanos);
  }

  static Lease untimed(LiveEndpoint endpoint) {
    return new Lease(endpoint, OPEN, 0);
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
    int before = (int) STATE.getAndSet(this, ENDED);
    if (before == ENDED) {
      return false;
    }
    if (before == OPEN_AND_TIMED) {
      endpoint.record(outcome, startNanos, endpoint.signals().ticker().nanos());
    } else {
      endpoint.record(outcome);
    }
    endpoint.end();
    return true;
  }

  /** Ends the lease: no connection to the instance could be made. */
  boolean unreachable() {
    if ((int) STATE.getAndSet(this, ENDED) == ENDED) {
      return false;
    }
    endpoint.recordUnreachable();
    endpoint.end();
    return true;
  }

  /**
   * Returns whether the lease has ended.
   *
   * @return true after the first completion
   */
  public boolean isEnded() {
    return (int) STATE.getVolatile(this) == ENDED;
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
