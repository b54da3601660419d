package dev.steelyard.lb.http;

import dev.steelyard.lb.Attempts;
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

/**
 * Opens a socket to an instance of a service, or to another one where there is no connection. The
 * races are those of {@link AsyncExchange}, and are decided alike.
 */
final class WebSocketOpening {
  private final Service service;
  private final URI uri;
  private final WebSocket.Listener listener;
  private final BalancedWebSocketBuilder settings;
  private final Attempts attempts;
  private final @Nullable Deadline deadline;
  private final ExchangeFuture<WebSocket> result = new ExchangeFuture<>();
  private volatile @Nullable UnderWay current;
  private volatile boolean settled;

  private record UnderWay(Lease lease, CompletableFuture<WebSocket> socket) {
    void giveUp() {
      lease.close();
      socket.cancel(true);
    }
  }

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
    var unused = opening.result.whenComplete((socket, failure) -> opening.done());
    try {
      opening.begin(Exchange.first(opening.attempts, service), settings.connectTimeout());
    } catch (IOException | RuntimeException e) {
      opening.fail(new CompletionException(e));
    }
    return opening.result;
  }

  private void done() {
    UnderWay underWay = current;
    if (!settled && underWay != null) {
      underWay.giveUp();
    }
  }

  private void begin(Lease lease, @Nullable Duration timeout) throws IOException {
    LeasedListener leased = new LeasedListener(listener, lease);
    CompletableFuture<WebSocket> socket;
    try {
      Instance instance = lease.instance();
      HttpClient client = service.clientFor(uri, instance);
      WebSocket.Builder builder = settings.configure(client.newWebSocketBuilder(), timeout);
      if (service.hostHeader() == HostHeader.SERVICE && !settings.hasHeader("Host")) {
        builder.header("Host", InstanceUri.hostAndPort(uri));
      }
      String scheme = Service.isSecure(instance.uri()) ? "wss" : "ws";
      socket = builder.buildAsync(InstanceUri.of(uri, instance.uri(), scheme), leased);
    } catch (Throwable refused) {
      lease.complete(Outcome.IGNORED);
      throw refused;
    }
    UnderWay underWay = new UnderWay(lease, socket);
    current = underWay;
    if (result.isDone()) {
      underWay.giveUp();
    }
    var unused =
        socket.whenComplete(
            (open, failure) -> {
              if (failure == null) {
                lease.answered();
                opened(leased.socket(open));
              } else {
                failed(lease, failure);
              }
            });
  }

  private void opened(WebSocket socket) {
    settled = true;
    if (!result.complete(socket)) {
      socket.abort();
    }
  }

  private void failed(Lease lease, Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable inner = failure instanceof CompletionException && cause != null ? cause : failure;
    if (result.isDone()) {
      lease.close();
      return;
    }
    if ((inner instanceof RuntimeException && !(inner instanceof CancellationException))
        || service.clients().isShutdown()) {
      lease.complete(Outcome.IGNORED); // the caller's doing: no verdict on the instance
      fail(failure);
      return;
    }
    Duration remaining = deadline == null ? null : deadline.remaining();
    Lease next = attempts.retry(lease, failure, remaining == null || !remaining.isZero());
    if (next == null) {
      fail(failure);
      return;
    }
    try {
      begin(next, remaining);
    } catch (IOException | RuntimeException e) {
      fail(new CompletionException(e));
    }
  }

  private void fail(Throwable failure) {
    settled = true;
    result.completeExceptionally(failure);
  }
}
