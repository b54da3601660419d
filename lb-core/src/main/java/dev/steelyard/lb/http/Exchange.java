package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.NoInstanceAvailableException;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What the attempts of one request to a service have in common; they come one after the other. */
final class Exchange<T> {
  private final Service service;
  private final Hop<T> hop;
  private final Attempts attempts;
  private final @Nullable RequestBody body;
  private final @Nullable Deadline deadline;

  Exchange(Service service, Hop<T> hop, RequestContext context) {
    HttpRequest request = hop.request();
    this.service = service;
    this.hop = hop;
    this.attempts = service.attempts(context);
    this.body = RequestBody.watch(request);
    Optional<Duration> timeout = request.timeout();
    this.deadline = timeout.isPresent() ? Deadline.in(timeout.get()) : null;
  }

  Attempt<T> first() throws IOException {
    HttpRequest request = hop.request();
    if (service.hostHeader() == HostHeader.SERVICE
        && request.version().orElse(HttpClient.Version.HTTP_1_1) != HttpClient.Version.HTTP_1_1) {
      throw new IllegalArgumentException(
          "version: "
              + request.version().get()
              + " (expected: HTTP_1_1, because of HostHeader.SERVICE)");
    }
    return attempt(first(attempts, service), null);
  }

  /** Says in the terms of the JDK's client why there is no instance. */
  static Lease first(Attempts attempts, Service service) throws IOException {
    try {
      return attempts.first();
    } catch (NoInstanceAvailableException none) {
      ConnectException refused = new ConnectException(none.getMessage());
      refused.initCause(none);
      throw refused;
    } catch (IllegalStateException closed) {
      throw new IOException(service.host() + ": the balancer is closed", closed);
    }
  }

  /** Ends an attempt that failed; returns the next one, or null if there is none. */
  @Nullable Attempt<T> next(Attempt<T> failed, Throwable failure) throws IOException {
    Throwable cause = cause(failure);
    if (failed.isEndedByBody()) {
      return null;
    }
    if ((cause instanceof RuntimeException && !(cause instanceof CancellationException))
        || (body != null && body.hasFailed())
        || service.clients().isShutdown()) {
      failed.end(Outcome.IGNORED); // the caller's doing: no verdict on the instance
      return null;
    }
    Duration remaining = deadline == null ? null : deadline.remaining();
    boolean repeatable =
        (body == null || !body.isTouched()) && (remaining == null || !remaining.isZero());
    Lease lease = attempts.retry(failed.lease(), failure, repeatable);
    return lease == null ? null : attempt(lease, remaining);
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private Attempt<T> attempt(Lease lease, @Nullable Duration remaining) throws IOException {
    try {
      Instance instance = lease.instance();
      HttpRequest request = hop.request();
      HttpClient client = service.clientFor(request.uri(), instance);
      URI uri = InstanceUri.of(request.uri(), instance.uri(), instance.uri().getScheme());
      DerivedRequest derived = new DerivedRequest(request, uri);
      if (body != null) {
        derived.withBody(Optional.of(body));
      }
      if (remaining != null) {
        derived.withTimeout(remaining);
      }
      if (service.hostHeader() == HostHeader.SERVICE) {
        derived.withHeaders(withHost(request));
      }
      hop.sentTo(instance);
      return new Attempt<>(attempts, lease, client, derived, hop.handler());
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

  HttpResponse<T> send() throws IOException, InterruptedException {
    Attempt<T> attempt = first();
    while (true) {
      HttpResponse<T> answer;
      try {
        answer = attempt.client().send(attempt.request(), attempt);
      } catch (Throwable failure) {
        Attempt<T> next = next(attempt, failure);
        if (next == null) {
          throw failure;
        }
        attempt = next;
        continue;
      }
      return answered(attempt, answer);
    }
  }
}
