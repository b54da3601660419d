package dev.steelyard.lb.resilience;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request was refused on this side: it was not sent, and counts against no instance. Has no stack
 * trace of its own worth its cost: it is thrown when there is too much to do.
 */
public final class RequestRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What refused it. */
  public enum Reason {
    /** The rate limit of all requests together. */
    RATE_LIMITED,
    /** The rate limit of this client, tenant or key. */
    CLIENT_RATE_LIMITED,
    /** A circuit breaker that is open, or whose probes are all under way. */
    CIRCUIT_OPEN,
    /** As many requests wait for an instance as may. */
    QUEUE_FULL,
    /** It has waited for an instance as long as it may. */
    QUEUE_TIMEOUT
  }

  /** What refused it. */
  private final Reason reason;

  /** In nanoseconds, below 0 if not known. */
  private final long retryAfterNanos;

  /**
   * Makes the exception.
   *
   * @param owner the name of the balancer, breaker or limiter
   * @param reason what refused the request
   * @param retryAfter when trying again may help, null if that is not known
   */
  public RequestRefusedException(String owner, Reason reason, @Nullable Duration retryAfter) {
    super(message(owner, reason, retryAfter), null, false, false);
    this.reason = reason;
    this.retryAfterNanos = retryAfter == null ? -1 : retryAfter.toNanos();
  }

  private static String message(String owner, Reason reason, @Nullable Duration retryAfter) {
    requireNonNull(reason, "reason");
    return owner + ": " + reason + (retryAfter == null ? "" : ", retry after " + retryAfter);
  }

  /**
   * Returns what refused the request.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Returns when trying again may help.
   *
   * @return how long to wait, null if that is not known
   */
  public @Nullable Duration retryAfter() {
    return retryAfterNanos < 0 ? null : Duration.ofNanos(retryAfterNanos);
  }
}
