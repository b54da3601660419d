package dev.steelyard.lb.http;

import dev.steelyard.lb.registry.Instance;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The answer of an instance, told as the answer of the service: a caller who resolves a link
 * against the URI of the response must get to the service, not to this instance.
 */
final class BalancedResponse<T> implements HttpResponse<T> {
  private final HttpResponse<T> answer;
  private final HttpRequest request;
  private final @Nullable Attempt<T> attempt;
  private final @Nullable HttpResponse<T> previous;

  BalancedResponse(
      HttpResponse<T> answer,
      HttpRequest request,
      @Nullable Attempt<T> attempt,
      @Nullable HttpResponse<T> previous) {
    this.answer = answer;
    this.request = request;
    this.attempt = attempt;
    this.previous = previous;
  }

  /** The same answer, at the end of a chain of redirects. */
  static <T> HttpResponse<T> after(
      @Nullable HttpResponse<T> previous, HttpResponse<T> answer, HttpRequest request) {
    if (previous == null) {
      return answer;
    }
    return answer instanceof BalancedResponse<T> balanced
        ? new BalancedResponse<>(balanced.answer, balanced.request, balanced.attempt, previous)
        : new BalancedResponse<>(answer, request, null, previous);
  }

  /** Which instance has answered; null if the host is no service. */
  @Nullable Instance instance() {
    return attempt == null ? null : attempt.lease().instance();
  }

  /** Nobody takes the response. */
  void abandon() {
    if (attempt != null) {
      attempt.abandon();
    }
  }

  @Override
  public int statusCode() {
    return answer.statusCode();
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public Optional<HttpResponse<T>> previousResponse() {
    return previous == null ? answer.previousResponse() : Optional.of(previous);
  }

  @Override
  public HttpHeaders headers() {
    return answer.headers();
  }

  @Override
  public T body() {
    return answer.body();
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return answer.sslSession();
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public HttpClient.Version version() {
    return answer.version();
  }

  /** Overrides the method of JDK 25; without effect on older ones. */
  @SuppressWarnings({"MissingOverride", "unused"})
  public Optional<String> connectionLabel() {
    return NewerJdk.connectionLabel(answer);
  }

  @Override
  public String toString() {
    return "(" + request.method() + " " + request.uri() + ") " + statusCode();
  }
}
