package dev.steelyard.lb.http;

import dev.steelyard.lb.Lease;
import dev.steelyard.lb.request.Outcome;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Passes the events of a socket on, with the socket that the caller knows, and ends the lease when
 * the socket ends. How long it was open says nothing about the instance.
 */
final class LeasedListener implements WebSocket.Listener {
  private final WebSocket.Listener listener;
  private final Lease lease;
  private final AtomicReference<@Nullable LeasedSocket> socket = new AtomicReference<>();

  LeasedListener(WebSocket.Listener listener, Lease lease) {
    this.listener = listener;
    this.lease = lease;
  }

  /** The caller's socket: the same for the listener as for the future. */
  WebSocket socket(WebSocket open) {
    LeasedSocket known = socket.get();
    if (known != null) {
      return known;
    }
    LeasedSocket fresh = new LeasedSocket(open, lease);
    known = socket.compareAndExchange(null, fresh);
    return known == null ? fresh : known;
  }

  @Override
  public void onOpen(WebSocket open) {
    listener.onOpen(socket(open));
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket open, CharSequence data, boolean last) {
    return listener.onText(socket(open), data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket open, ByteBuffer data, boolean last) {
    return listener.onBinary(socket(open), data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket open, ByteBuffer message) {
    return listener.onPing(socket(open), message);
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket open, ByteBuffer message) {
    return listener.onPong(socket(open), message);
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket open, int statusCode, String reason) {
    lease.complete(Outcome.IGNORED);
    return listener.onClose(socket(open), statusCode, reason);
  }

  @Override
  public void onError(WebSocket open, Throwable error) {
    lease.complete(Outcome.IGNORED);
    listener.onError(socket(open), error);
  }
}
