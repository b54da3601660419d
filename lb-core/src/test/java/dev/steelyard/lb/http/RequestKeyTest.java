package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the choice of an instance is told of a request. */
class RequestKeyTest extends HttpTestCase {
  private final List<String> picks = Collections.synchronizedList(new ArrayList<>());

  /** Notes key and idempotence of each pick. */
  private LoadBalancer noting(String... addresses) {
    Selector roundRobin = Selectors.roundRobin();
    LoadBalancer balancer =
        LoadBalancer.builder("orders", InstanceRegistry.of(addresses))
            .selector(
                (candidates, previous) -> {
                  var picker = roundRobin.prepare(candidates, null);
                  return (request, excluded, now) -> {
                    picks.add(request.key() + (request.isIdempotent() ? " idempotent" : ""));
                    return picker.pick(request, excluded, now);
                  };
                })
            .retryBudget(1, 1000)
            .build();
    balancers.add(balancer);
    return balancer;
  }

  private static BalancedHttpClient client(
      LoadBalancer balancer, Function<HttpRequest, String> key, HttpClient.Builder delegate) {
    return BalancedHttpClient.builder(delegate).service("orders", balancer).requestKey(key).build();
  }

  @Test
  void the_key_of_the_request_reaches_the_strategy() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    HttpClient client =
        client(noting(server.address()), RequestKeys.cookie("sid"), HttpClient.newBuilder());

    send(client, request().header("Cookie", "a=1; sid=\"abc\"").build());
    send(client, request().build());
    send(client, request().header("Cookie", "sid=").build());
    HttpRequest post =
        request()
            .header("Cookie", "sid=abc")
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    get(client.sendAsync(post, BodyHandlers.ofString()));

    assertEquals(List.of("abc idempotent", "null idempotent", "null idempotent", "abc"), picks);
    assertTrue(server.head().contains("Cookie: a=1; sid=\"abc\""), "sent as it was");
  }

  @Test
  void without_the_knob_no_request_has_a_key() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    send(client(noting(server.address())), request().header("Cookie", "sid=abc").build());
    assertEquals(List.of("null idempotent"), picks);
  }

  @Test
  void a_blank_key_is_none() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    send(
        client(noting(server.address()), request -> " \t", HttpClient.newBuilder()),
        request().build());
    assertEquals(List.of("null idempotent"), picks);
  }

  @Test
  void a_function_that_throws_fails_the_request_before_an_instance_is_chosen() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = noting(server.address());
    IllegalStateException failure = new IllegalStateException("no session store");
    for (HttpClient.Redirect policy :
        List.of(HttpClient.Redirect.NEVER, HttpClient.Redirect.NORMAL)) {
      HttpClient client =
          client(
              balancer,
              request -> {
                throw failure;
              },
              HttpClient.newBuilder().followRedirects(policy));

      assertSame(
          failure,
          assertThrows(IllegalStateException.class, () -> send(client, request().build())));
      var async = client.sendAsync(request().build(), BodyHandlers.ofString());
      assertSame(failure, assertThrows(CompletionException.class, async::join).getCause());
      CompletableFuture<WebSocket> socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create("ws://orders/"), new WebSocket.Listener() {});
      assertSame(failure, assertThrows(CompletionException.class, socket::join).getCause());
    }
    assertEquals(List.of(), picks);
    assertEquals(0, endpoint(balancer, 0).requests());
    assertTrue(server.heads.isEmpty());
  }

  @Test
  void it_is_asked_once_and_its_answer_holds_for_the_retries() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    AtomicInteger asked = new AtomicInteger();
    String[] addresses = {RawServer.closedAddress(), RawServer.closedAddress(), server.address()};
    HttpClient client =
        client(
            noting(addresses),
            request -> "key " + asked.incrementAndGet(),
            HttpClient.newBuilder());
    for (int i = 1; i <= 6; i++) {
      picks.clear();
      assertEquals(200, send(client, request().build()).statusCode());
      String key = "key " + i + " idempotent";
      assertTrue(picks.stream().allMatch(key::equals), picks::toString);
    }
    assertEquals(6, asked.get());
  }

  @Test
  void a_websocket_has_the_key_of_its_handshake() throws Exception {
    RawServer server = closing(RawServer.start(WebSocketServer::echo));
    HttpClient client =
        client(
            noting(server.address()),
            request ->
                request.method()
                    + " "
                    + request.uri()
                    + " "
                    + RequestKeys.cookie("sid").apply(request),
            HttpClient.newBuilder());
    WebSocket socket =
        get(
            client
                .newWebSocketBuilder()
                .header("X-Other", "x")
                .header("cookie", "a=1")
                .header("Cookie", "sid=abc")
                .buildAsync(URI.create("ws://orders/chat"), new WebSocket.Listener() {}));
    socket.abort();
    assertEquals(List.of("GET ws://orders/chat abc"), picks);
  }

  /** The session of one service is not the session of another, but a redirect inside stays. */
  @Test
  void each_hop_of_a_redirect_has_the_key_of_its_own_request() throws Exception {
    RawServer users = closing(RawServer.answering(RawServer.OK));
    RawServer orders =
        closing(
            RawServer.start(
                connection -> {
                  while (true) {
                    String head = connection.head();
                    String to = head.startsWith("GET /v1/42 ") ? "/next" : "http://users/";
                    connection.send(
                        "HTTP/1.1 302 X\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n");
                  }
                }));
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    Function<HttpRequest, String> cookie = RequestKeys.cookie("sid");
    Function<HttpRequest, String> header = RequestKeys.header("X-Tenant");
    HttpClient client =
        BalancedHttpClient.builder(
                HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL))
            .service("orders", noting(orders.address()))
            .service("users", noting(users.address()))
            .requestKey(
                request -> {
                  String key = cookie.apply(request);
                  asked.add(request.uri() + " " + key);
                  return key == null ? header.apply(request) : key;
                })
            .build();
    HttpRequest request = request().header("Cookie", "sid=abc").header("X-Tenant", "acme").build();
    send(client, request);
    get(client.sendAsync(request, BodyHandlers.ofString()));

    List<String> once =
        List.of(
            "http://orders/v1/42 abc",
            "http://orders/next abc",
            "http://users/ null"); // cookies are not sent to another origin
    List<String> twice = new ArrayList<>(once);
    twice.addAll(once);
    assertEquals(twice, asked);
    List<String> keys = Arrays.asList("abc idempotent", "abc idempotent", "acme idempotent");
    assertEquals(keys, picks.subList(0, 3));
    assertEquals(keys, picks.subList(3, 6));
  }
}
