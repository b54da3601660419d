package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.NoInstanceAvailableException;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.resilience.RequestRefusedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the attempts of one request to a service have in common, and the blocking form of it. */
final class Exchange<T> {
  private final Service service;
  private final Hop<T> hop;
  private final Attempts attempts;
  private final @Nullable RequestBody body;
  private final @Nullable Deadline deadline;
  private final ReentrantLock deciding = new ReentrantLock();
  private @Nullable Lease lost;
  private volatile boolean begun;

  Exchange(Service service, Hop<T> hop, RequestContext context) {
    HttpRequest request = hop.request();
    this.service = service;
    this.hop = hop;
    this.attempts = service.attempts(context);
    this.body = RequestBody.watch(request);
    Optional<Duration> timeout = request.timeout();
    this.deadline = timeout.isPresent() ? Deadline.in(timeout.get()) : null;
    timeout.ifPresent(attempts::deadline);
    if (service.hostHeader() == HostHeader.SERVICE
        && request.version().orElse(HttpClient.Version.HTTP_1_1) != HttpClient.Version.HTTP_1_1) {
      throw new IllegalArgumentException(
          "version: "
              + request.version().get()
              + " (expected: HTTP_1_1, because of HostHeader.SERVICE)");
    }
  }

  Attempts attempts() {
    return attempts;
  }

  Hop<T> hop() {
    return hop;
  }

  /** Whether an attempt has begun. */
  boolean isBegun() {
    return begun;
  }

  /**
   * Says in the terms of the JDK's client why a call was not made, or not answered in time.
   *
   * @param begun whether an attempt has begun, so that the failure may be one of the client's
   */
  static Throwable translated(Throwable failure, Service service, boolean begun) {
    if (failure instanceof NoInstanceAvailableException) {
      ConnectException refused = new ConnectException(failure.getMessage());
      refused.initCause(failure);
      return refused;
    }
    if (failure instanceof RequestRefusedException) {
      return new IOException(failure.getMessage(), failure);
    }
    if (failure instanceof TimeoutException) {
      HttpTimeoutException late = new HttpTimeoutException(failure.getMessage());
      late.initCause(failure);
      return late;
    }
    return failure instanceof IllegalStateException && !begun
        ? new IOException(service.host() + ": the balancer is closed", failure)
        : failure;
  }

  /** Whether a failure is the caller's doing, so that it is no verdict on the instance. */
  boolean isOwn(Throwable cause) {
    return (cause instanceof RuntimeException && !(cause instanceof CancellationException))
        || (body != null && body.hasFailed())
        || service.clients().isShutdown();
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** Whether what this attempt has used can be used again. */
  boolean isRepeatable(Attempt<T> attempt) {
    return !attempt.isEndedByBody() && !attempt.isPassedOn() && isBodyUnread();
  }

  private boolean isBodyUnread() {
    return body == null || !body.isTouched();
  }

  /** Whether two attempts may be under way at once. */
  boolean mayBeHedged() {
    return body == null && hop.pushes() == null;
  }

  Attempt<T> attempt(Lease lease, Predicate<Outcome> wanted) throws IOException {
    try {
      Instance instance = lease.instance();
      HttpRequest request = hop.request();
      HttpClient client = service.clientFor(request.uri(), instance);
      URI uri = InstanceUri.of(request.uri(), instance.uri(), instance.uri().getScheme());
      DerivedRequest derived = new DerivedRequest(request, uri);
      if (body != null) {
        derived.withBody(Optional.of(body));
      }
      if (deadline != null && begun) { // the first one has the request's own
        derived.withTimeout(deadline.remaining());
      }
      begun = true;
      if (service.hostHeader() == HostHeader.SERVICE) {
        derived.withHeaders(withHost(request));
      }
      return new Attempt<>(attempts, lease, client, derived, hop, wanted);
    } catch (Throwable refused) {
      lease.complete(Outcome.IGNORED);
      throw refused;
    }
  }

  static HttpHeaders withHost(HttpRequest request) {
    if (request.headers().firstValue("Host").isPresent()) {
      return request.headers();
    }
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(request.headers().map());
    headers.put("Host", List.of(InstanceUri.hostAndPort(request.uri())));
    return HttpHeaders.of(headers, (name, value) -> true);
  }

  HttpResponse<T> answered(Attempt<T> attempt, HttpResponse<T> answer) {
    attempt.handOver();
    return new BalancedResponse<>(answer, hop.request(), attempt, null);
  }

  private Attempt<T> attempt(Lease lease) throws IOException {
    return attempt(lease, outcome -> isWanted(lease, outcome));
  }

  /**
   * Whether an answer that begins is the answer of the call. Asked on a thread of the client's,
   * while an interrupt, a timeout or a broken connection may end the same attempt on the caller's:
   * then nothing must be taken for an attempt that nobody would make. Neither side blocks.
   */
  private boolean isWanted(Lease lease, Outcome outcome) {
    deciding.lock();
    try {
      return lease == lost || lease.isEnded() || !attempts.follow(lease, outcome, isBodyUnread());
    } finally {
      deciding.unlock();
    }
  }

  private void lose(Lease failed) {
    deciding.lock();
    try {
      lost = failed;
      attempts.cancelNext();
    } finally {
      deciding.unlock();
    }
  }

  /** Sends with the caller's thread: where nothing is hedged, and the policy limits no times. */
  HttpResponse<T> send() throws IOException, InterruptedException {
    Attempt<T> attempt = attempt(first());
    while (true) {
      HttpResponse<T> answer;
      try {
        answer = attempt.client().send(attempt.request(), attempt);
      } catch (Throwable failure) {
        lose(attempt.lease());
        Lease next = next(attempt, failure);
        if (next == null) {
          throw failure;
        }
        attempt = attempt(next);
        continue;
      }
      if (!attempt.isUnwanted()) {
        return answered(attempt, answer);
      }
      attempt = attempt(next());
    }
  }

  private Lease first() throws IOException {
    try {
      return attempts.first();
    } catch (RuntimeException none) {
      if (translated(none, service, false) instanceof IOException refused) {
        throw refused;
      }
      throw none;
    }
  }

  private Lease next() throws InterruptedException {
    try {
      return attempts.next();
    } catch (CancellationException interrupted) {
      throw interruption(interrupted);
    }
  }

  /** Ends an attempt that failed; returns the lease of the next one, or null if there is none. */
  private @Nullable Lease next(Attempt<T> failed, Throwable failure) throws InterruptedException {
    if (failed.isEndedByBody()) {
      return null;
    }
    if (isOwn(cause(failure))) {
      failed.end(Outcome.IGNORED);
      return null;
    }
    try {
      return attempts.retry(failed.lease(), failure, isRepeatable(failed));
    } catch (CancellationException interrupted) {
      throw interruption(interrupted);
    }
  }

  private static InterruptedException interruption(CancellationException interrupted) {
    Thread.interrupted(); // as the JDK's client: thrown, and not set
    InterruptedException interrupt = new InterruptedException(interrupted.getMessage());
    interrupt.initCause(interrupted.getCause());
    return interrupt;
  }
}
