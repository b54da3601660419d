package dev.steelyard.lb.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that differs from another one in what is given, and in nothing else. A copy through
 * HttpRequest.Builder would not do: it puts an empty body where a request of the user's own class
 * has none.
 */
final class DerivedRequest extends HttpRequest {
  private final HttpRequest original;
  private final URI uri;
  private String method;
  private HttpHeaders headers;
  private Optional<BodyPublisher> body;
  private @Nullable Duration timeout;

  DerivedRequest(HttpRequest original, URI uri) {
    this.original = original;
    this.uri = uri;
    this.method = original.method();
    this.headers = original.headers();
    this.body = original.bodyPublisher();
  }

  DerivedRequest withMethod(String newMethod) {
    this.method = newMethod;
    return this;
  }

  DerivedRequest withHeaders(HttpHeaders newHeaders) {
    this.headers = newHeaders;
    return this;
  }

  DerivedRequest withBody(Optional<BodyPublisher> newBody) {
    this.body = newBody;
    return this;
  }

  DerivedRequest withTimeout(Duration newTimeout) {
    this.timeout = newTimeout;
    return this;
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return body;
  }

  @Override
  public Optional<Duration> timeout() {
    return timeout == null ? original.timeout() : Optional.of(timeout);
  }

  @Override
  public boolean expectContinue() {
    return original.expectContinue();
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return original.version();
  }

  @Override
  public String toString() {
    return uri + " " + method;
  }
}
