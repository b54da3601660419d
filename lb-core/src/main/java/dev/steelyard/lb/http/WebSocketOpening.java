package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts;
import dev.steelyard.lb.Attempts.Try;
import dev.steelyard.lb.Lease;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Opens a socket to an instance of a service, or to another one where there is no connection. */
final class WebSocketOpening {
  private final Service service;
  private final URI uri;
  private final WebSocket.Listener listener;
  private final BalancedWebSocketBuilder settings;
  private final Attempts attempts;
  private final @Nullable Deadline deadline;
  private volatile boolean begun;

  private WebSocketOpening(
      Service service,
      URI uri,
      WebSocket.Listener listener,
      BalancedWebSocketBuilder settings,
      RequestContext context) {
    this.service = service;
    this.uri = uri;
    this.listener = listener;
    this.settings = settings;
    this.attempts = service.attempts(context);
    Duration timeout = settings.connectTimeout();
    this.deadline = timeout == null ? null : Deadline.in(timeout);
    if (timeout != null) {
      attempts.deadline(timeout);
    }
  }

  static CompletableFuture<WebSocket> open(
      Service service, URI uri, WebSocket.Listener listener, BalancedWebSocketBuilder settings) {
    RequestContext context;
    try {
      context = service.context(settings.handshake(uri)).idempotent(false);
    } catch (RuntimeException | Error noKey) {
      return CompletableFuture.failedFuture(new CompletionException(noKey));
    }
    WebSocketOpening opening = new WebSocketOpening(service, uri, listener, settings, context);
    return ExchangeFuture.of(
        opening.attempts.run(opening::begin),
        failure -> Exchange.translated(failure, service, opening.begun),
        WebSocket::abort);
  }

  private CompletableFuture<WebSocket> begin(Try attempt) {
    Lease lease = attempt.lease();
    LeasedListener leased = new LeasedListener(listener, lease);
    CompletableFuture<WebSocket> socket;
    try {
      Instance instance = lease.instance();
      HttpClient client = service.clientFor(uri, instance);
      Duration timeout =
          begun && deadline != null ? deadline.remaining() : settings.connectTimeout();
      WebSocket.Builder builder = settings.configure(client.newWebSocketBuilder(), timeout);
      if (service.hostHeader() == HostHeader.SERVICE && !settings.hasHeader("Host")) {
        builder.header("Host", InstanceUri.hostAndPort(uri));
      }
      begun = true;
      String scheme = Service.isSecure(instance.uri()) ? "wss" : "ws";
      socket = builder.buildAsync(InstanceUri.of(uri, instance.uri(), scheme), leased);
    } catch (IOException | RuntimeException refused) {
      lease.complete(Outcome.IGNORED);
      attempt.repeatableIf(() -> false);
      return CompletableFuture.failedFuture(refused);
    }
    attempt.onCancel(
        () -> {
          lease.close();
          if (!socket.cancel(true)) {
            var unused = socket.thenAccept(WebSocket::abort); // open, and nobody takes it
          }
        });
    return socket.handle((open, failure) -> ended(attempt, leased, open, failure));
  }

  private WebSocket ended(
      Try attempt, LeasedListener leased, @Nullable WebSocket open, @Nullable Throwable failure) {
    if (open != null) {
      attempt.lease().answered();
      WebSocket socket = leased.socket(open);
      if (!attempt.take(Outcome.SUCCESS)) {
        socket.abort();
      }
      return socket;
    }
    Throwable wrapped =
        failure == null ? new IllegalStateException("neither socket nor failure") : failure;
    Throwable cause = Exchange.cause(wrapped);
    if ((cause instanceof RuntimeException && !(cause instanceof CancellationException))
        || service.clients().isShutdown()) {
      attempt.lease().complete(Outcome.IGNORED); // the caller's doing: no verdict on the instance
      attempt.repeatableIf(() -> false);
    }
    throw new CompletionException(cause);
  }
}
