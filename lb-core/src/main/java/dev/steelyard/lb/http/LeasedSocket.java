package dev.steelyard.lb.http;

import dev.steelyard.lb.Lease;
import dev.steelyard.lb.request.Outcome;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A socket whose lease ends when it is aborted, of which its listener is not told. */
final class LeasedSocket implements WebSocket {
  private final WebSocket socket;
  private final Lease lease;

  LeasedSocket(WebSocket socket, Lease lease) {
    this.socket = socket;
    this.lease = lease;
  }

  private CompletableFuture<WebSocket> mine(CompletableFuture<WebSocket> sent) {
    return sent.thenApply(theirs -> this);
  }

  @Override
  public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
    return mine(socket.sendText(data, last));
  }

  @Override
  public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
    return mine(socket.sendBinary(data, last));
  }

  @Override
  public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
    return mine(socket.sendPing(message));
  }

  @Override
  public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
    return mine(socket.sendPong(message));
  }

  @Override
  public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
    return mine(socket.sendClose(statusCode, reason));
  }

  @Override
  public void request(long n) {
    socket.request(n);
  }

  @Override
  public String getSubprotocol() {
    return socket.getSubprotocol();
  }

  @Override
  public boolean isOutputClosed() {
    return socket.isOutputClosed();
  }

  @Override
  public boolean isInputClosed() {
    return socket.isInputClosed();
  }

  @Override
  public void abort() {
    socket.abort();
    lease.complete(Outcome.IGNORED);
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
