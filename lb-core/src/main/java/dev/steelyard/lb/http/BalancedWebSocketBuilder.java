package dev.steelyard.lb.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Collects what the builders of the JDK's clients are given once it is known which client. */
final class BalancedWebSocketBuilder implements WebSocket.Builder {
  private static final HttpRequest ANY_REQUEST =
      HttpRequest.newBuilder(URI.create("http://localhost/")).build();

  private record Header(String name, String value) {}

  private final BalancedHttpClient client;
  private final List<Header> headers = new ArrayList<>();
  private @Nullable Duration connectTimeout;
  private @Nullable String mostPreferred;
  private String[] lesserPreferred = {};

  BalancedWebSocketBuilder(BalancedHttpClient client) {
    this.client = client;
  }

  private BalancedWebSocketBuilder(BalancedWebSocketBuilder other) {
    this.client = other.client;
    this.headers.addAll(other.headers);
    this.connectTimeout = other.connectTimeout;
    this.mostPreferred = other.mostPreferred;
    this.lesserPreferred = other.lesserPreferred;
  }

  @Override
  public WebSocket.Builder header(String name, String value) {
    headers.add(new Header(requireNonNull(name, "name"), requireNonNull(value, "value")));
    return this;
  }

  @Override
  public WebSocket.Builder connectTimeout(Duration timeout) {
    this.connectTimeout = requireNonNull(timeout, "timeout");
    return this;
  }

  @Override
  public WebSocket.Builder subprotocols(String most, String... lesser) {
    this.mostPreferred = requireNonNull(most, "mostPreferred");
    this.lesserPreferred = lesser.clone();
    return this;
  }

  @Override
  public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener listener) {
    requireNonNull(listener, "listener");
    Service service = client.service(uri);
    if (service == null) {
      return configure(client.clients().asBuilt().newWebSocketBuilder(), connectTimeout)
          .buildAsync(uri, listener);
    }
    // A copy: a retry comes later, when this builder may have been changed.
    return WebSocketOpening.open(service, uri, listener, new BalancedWebSocketBuilder(this));
  }

  @Nullable Duration connectTimeout() {
    return connectTimeout;
  }

  boolean hasHeader(String name) {
    return headers.stream().anyMatch(header -> header.name().equalsIgnoreCase(name));
  }

  /** The handshake as a request, for who wants to know its URI and headers; it cannot be sent. */
  HttpRequest handshake(URI uri) {
    Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Header header : headers) {
      values.computeIfAbsent(header.name(), name -> new ArrayList<>()).add(header.value());
    }
    return new DerivedRequest(ANY_REQUEST, uri)
        .withHeaders(HttpHeaders.of(values, (name, value) -> true));
  }

  WebSocket.Builder configure(WebSocket.Builder target, @Nullable Duration timeout) {
    headers.forEach(header -> target.header(header.name(), header.value()));
    if (timeout != null) {
      target.connectTimeout(timeout);
    }
    if (mostPreferred != null) {
      target.subprotocols(mostPreferred, lesserPreferred);
    }
    return target;
  }
}
