package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.LoadReport;
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
 * <p>Not thread-safe: attempts come one after the other, on whichever threads.
 */
public final class Attempts {
  private final LoadBalancer balancer;
  private final RequestContext request;
  private final ResponseClassifier classifier;
  private Exclusions excluded;
  private int retriesLeft;

  Attempts(
      LoadBalancer balancer,
      RequestContext request,
      ResponseClassifier classifier,
      int maxRetries) {
    this.balancer = balancer;
    this.request = request;
    this.classifier = classifier;
    this.excluded = Exclusions.of(request.excludedInstances());
    this.retriesLeft = maxRetries;
  }

  /**
   * Begins the first attempt.
   *
   * @return the lease of an instance, to be ended by the caller
   * @throws NoInstanceAvailableException if there is none
   * @throws IllegalStateException if the balancer is closed
   */
  public Lease first() {
    balancer.noteRequest(request);
    return balancer.fleet().acquire(request, excluded);
  }

  /**
   * Ends an attempt that failed and begins the next one, if the call may be repeated: after a
   * failure to connect, or any I/O failure if the request is idempotent; on an instance that was
   * not tried yet; within the number of retries and the retry budget of the balancer.
   *
   * @param failed the lease of the attempt that failed
   * @param failure what it failed with; wrappers that futures put around an exception are taken off
   * @param repeatable false if this attempt has used up something that the next one would need,
   *     such as a body
   * @return the lease of the next attempt, or null if there is none: then the failure is the result
   *     of the call
   */
  public @Nullable Lease retry(Lease failed, Throwable failure, boolean repeatable) {
    Throwable cause = Failures.unwrap(failure);
    boolean unreachable = Failures.isUnreachable(cause);
    if (unreachable) {
      failed.unreachable();
    } else {
      failed.complete(classify(null, cause));
    }
    boolean allowed = unreachable || (request.isIdempotent() && Failures.isTransient(cause));
    if (!allowed || !repeatable || retriesLeft == 0) {
      return null;
    }
    retriesLeft--;
    excluded = excluded.plus(failed.endpoint());
    return balancer.acquireRetry(request, excluded);
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
}
