package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebSocketTest extends HttpTestCase {
  private static final URI SOCKET = URI.create("ws://orders/chat?room=a%2Fb");

  @TempDir private Path folder;

  /** Notes what it is told, and by which socket. */
  private static final class Notes implements WebSocket.Listener {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    volatile WebSocket socket;

    private CompletionStage<?> note(WebSocket from, String event) {
      socket = from;
      events.add(event);
      from.request(1);
      return null;
    }

    String next() throws InterruptedException {
      return events.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void onOpen(WebSocket from) {
      note(from, "open");
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      return note(from, "text " + data + " " + last);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      return note(from, "binary " + data.remaining());
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      return note(from, "ping " + StandardCharsets.US_ASCII.decode(message));
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
      return note(from, "pong " + StandardCharsets.US_ASCII.decode(message));
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
      return note(from, "close " + statusCode + " " + reason);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      note(from, "error");
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void talk(WebSocket socket, Notes notes) throws Exception {
    assertEquals("open", notes.next());
    assertSame(socket, get(socket.sendText("hello", true)));
    assertEquals("text hello true", notes.next());
    assertSame(socket, get(socket.sendBinary(bytes("12345"), true)));
    assertEquals("binary 5", notes.next());
    assertSame(socket, get(socket.sendPing(bytes("a"))));
    assertEquals("pong a", notes.next());
    assertSame(socket, get(socket.sendPong(bytes("b"))));
    assertEquals("ping p", notes.next());
    assertSame(socket, notes.socket);
    assertFalse(socket.isInputClosed());
    assertFalse(socket.isOutputClosed());
    get(socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye"));
    assertTrue(socket.isOutputClosed());
    assertEquals("close 1000 bye", notes.next());
  }

  @Test
  void a_socket_to_a_service_talks_to_an_instance_and_holds_its_lease() throws Exception {
    RawServer server = closing(RawServer.start(WebSocketServer::echo));
    LoadBalancer balancer = balancer(server.address() + "/base");
    Notes notes = new Notes();
    WebSocket socket =
        get(
            client(balancer)
                .newWebSocketBuilder()
                .header("X-Own", "1")
                .subprotocols("v2", "v1")
                .connectTimeout(Duration.ofSeconds(20))
                .buildAsync(SOCKET, notes));

    String head = server.head();
    assertTrue(head.startsWith("GET /base/chat?room=a%2Fb HTTP/1.1\r\n"), head);
    assertTrue(head.contains("\r\nX-Own: 1\r\n"), head);
    assertTrue(head.contains("v2, v1"), head);
    assertEquals("v2", socket.getSubprotocol());
    assertEquals(1, inFlight(balancer));
    talk(socket, notes);
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).ignored());
  }

  @Test
  void aborting_a_socket_ends_its_lease() throws Exception {
    LoadBalancer balancer = balancer(closing(RawServer.start(WebSocketServer::echo)).address());
    WebSocket socket = get(client(balancer).newWebSocketBuilder().buildAsync(SOCKET, new Notes()));
    assertEquals(1, inFlight(balancer));
    socket.abort();
    assertEquals(0, inFlight(balancer));
    assertTrue(socket.isInputClosed());
  }

  @Test
  void a_socket_that_breaks_ends_its_lease() throws Exception {
    LoadBalancer balancer =
        balancer(
            closing(
                    RawServer.start(
                        connection -> {
                          WebSocketServer.open(connection);
                          connection.in.read();
                          connection.reset();
                        }))
                .address());
    Notes notes = new Notes();
    WebSocket socket = get(client(balancer).newWebSocketBuilder().buildAsync(SOCKET, notes));
    assertEquals("open", notes.next());
    var unused = socket.sendText("x", true);
    String event = notes.next();
    assertTrue(event.equals("error") || event.startsWith("close 1006"), event);
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).ignored());
  }

  @Test
  void a_refused_connection_is_retried_elsewhere() throws Exception {
    LoadBalancer balancer =
        balancer(
            RawServer.closedAddress(), closing(RawServer.start(WebSocketServer::echo)).address());
    for (int i = 0; i < 3; i++) {
      get(client(balancer).newWebSocketBuilder().buildAsync(SOCKET, new Notes())).abort();
    }
    assertTrue(balancer.snapshot().retries() > 0);
    assertEquals(3, endpoint(balancer, 1).ignored());
  }

  @Test
  void a_handshake_that_is_refused_is_a_failure() throws Exception {
    LoadBalancer balancer =
        balancer(
            closing(RawServer.answering("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")).address());
    var failure =
        assertThrows(
            CompletionException.class,
            () -> client(balancer).newWebSocketBuilder().buildAsync(SOCKET, new Notes()).join());
    assertInstanceOf(WebSocketHandshakeException.class, failure.getCause());
    assertEquals(1, endpoint(balancer, 0).failures());
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void cancelling_the_handshake_ends_the_lease() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    RawServer server =
        closing(
            RawServer.start(
                connection -> {
                  connection.head();
                  connection.awaitClose();
                  closed.complete(null);
                }));
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<WebSocket> socket =
        client(balancer).newWebSocketBuilder().buildAsync(SOCKET, new Notes());
    server.head();
    socket.cancel(true);
    get(closed);
    assertEquals(1, endpoint(balancer, 0).cancelled());
  }

  @Test
  void no_instance_and_wrong_arguments_fail_the_future() {
    HttpClient none = client(balancer());
    var refused =
        assertThrows(
            CompletionException.class,
            () -> none.newWebSocketBuilder().buildAsync(SOCKET, new Notes()).join());
    assertInstanceOf(ConnectException.class, refused.getCause());

    LoadBalancer balancer = balancer("http://127.0.0.1:1");
    var illegal =
        assertThrows(
            CompletionException.class,
            () ->
                client(balancer)
                    .newWebSocketBuilder()
                    .header("Sec-WebSocket-Key", "x")
                    .buildAsync(SOCKET, new Notes())
                    .join());
    assertInstanceOf(IllegalArgumentException.class, illegal.getCause());
    assertEquals(1, endpoint(balancer, 0).ignored());
  }

  @Test
  void a_secure_socket_is_not_opened_to_an_http_instance() {
    HttpClient client = client(balancer("http://127.0.0.1:1"));
    var refused =
        assertThrows(
            CompletionException.class,
            () ->
                client
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("wss://orders/"), new Notes())
                    .join());
    assertInstanceOf(SSLException.class, refused.getCause());
  }

  @Test
  void a_secure_socket_verifies_the_name_of_the_service() throws Exception {
    TestTls tls = new TestTls(folder);
    KeyStore orders = tls.certificateFor("dns:orders");
    KeyStore address = tls.certificateFor("ip:127.0.0.1");
    HttpClient.Builder builder = HttpClient.newBuilder().sslContext(tls.trusting(orders, address));
    HttpClient good =
        client(balancer(closing(tls.server(orders, WebSocketServer::echo)).address()), builder);
    HttpClient bad =
        client(balancer(closing(tls.server(address, WebSocketServer::echo)).address()), builder);
    Notes notes = new Notes();

    talk(get(good.newWebSocketBuilder().buildAsync(URI.create("wss://orders/"), notes)), notes);
    assertThrows(
        CompletionException.class,
        () ->
            bad.newWebSocketBuilder().buildAsync(URI.create("wss://orders/"), new Notes()).join());
  }

  @Test
  void a_socket_to_another_host_is_that_of_the_bare_client() throws IOException, Exception {
    RawServer server = closing(RawServer.start(WebSocketServer::echo));
    Notes notes = new Notes();
    WebSocket socket =
        get(
            client(balancer("h:1"))
                .newWebSocketBuilder()
                .header("X-Own", "1")
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/"), notes));
    assertTrue(server.head().contains("X-Own: 1"));
    assertFalse(socket instanceof LeasedSocket);
    talk(socket, notes);
  }
}
