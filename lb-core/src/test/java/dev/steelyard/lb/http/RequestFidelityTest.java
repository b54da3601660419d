package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFidelityTest extends HttpTestCase {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "http://orders http://10.0.0.1:8080",
        "http://orders/ http://10.0.0.1:8080/",
        "http://orders:9999/a http://10.0.0.1:8080/a",
        "http://ORDERS/A http://10.0.0.1:8080/A",
        "http://orders/a%2Fb%20c+d;e=f http://10.0.0.1:8080/a%2Fb%20c+d;e=f",
        "http://orders//a//../b/./ http://10.0.0.1:8080//a//../b/./",
        "http://orders?a=b http://10.0.0.1:8080?a=b",
        "http://orders/p?q=%3D&r=a+b?c/d=&& http://10.0.0.1:8080/p?q=%3D&r=a+b?c/d=&&",
        "http://orders/p? http://10.0.0.1:8080/p?",
        "http://u%40x:p%3Aw@orders/p#f%20g http://u%40x:p%3Aw@10.0.0.1:8080/p#f%20g",
        "http://orders/%C3%A4%E2%82%AC http://10.0.0.1:8080/%C3%A4%E2%82%AC",
      })
  void a_uri_changes_in_nothing_but_scheme_host_and_port(String given, String sent) {
    assertEquals(
        sent,
        InstanceUri.of(URI.create(given), URI.create("http://10.0.0.1:8080"), "http").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "http://h:1/base http://h:1/base/p?q",
        "http://h:1/base/ http://h:1/base/p?q",
        "http://h:1/a%2Fb/ http://h:1/a%2Fb/p?q",
        "http://h:1/ http://h:1/p?q",
        "http://[::1]:81 http://[::1]:81/p?q",
        "http://[fe80::1%25eth0]:81 http://[fe80::1%25eth0]:81/p?q",
        "http://h http://h/p?q",
        "https://h:443 https://h:443/p?q",
      })
  void an_instance_gives_its_address_and_its_path_as_a_prefix(String instance, String sent) {
    URI uri = Instance.of(instance).uri();
    assertEquals(
        sent, InstanceUri.of(URI.create("http://orders/p?q"), uri, uri.getScheme()).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a%2Fb%20c+d;e=f?q=%3D&r=a+b?c/d",
        "//a//b/./",
        "/p?",
        "?a=b",
        "",
        "/%C3%A4",
      })
  void the_instance_gets_the_request_line_that_the_bare_client_sends(String rest) throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    HttpClient balanced = client(balancer(server.address()));
    send(
        HttpClient.newHttpClient(),
        HttpRequest.newBuilder(URI.create(server.address() + rest)).build());
    send(balanced, HttpRequest.newBuilder(URI.create("http://orders" + rest)).build());

    assertEquals(server.head(), server.head());
  }

  @Test
  void all_attributes_of_a_request_arrive_as_with_the_bare_client() throws Exception {
    RawServer server =
        closing(
            RawServer.start(
                connection -> {
                  connection.head();
                  connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                  String body = new String(connection.body(), StandardCharsets.UTF_8);
                  connection.send(
                      "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                }));
    LoadBalancer balancer = balancer(server.address());
    HttpRequest.Builder builder =
        HttpRequest.newBuilder()
            .method("PATCH", BodyPublishers.ofString("the body"))
            .header("X-Twice", "one")
            .header("X-Twice", "two")
            .header("Accept", "text/plain; q=0.5")
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(30))
            .expectContinue(true);

    URI direct = URI.create(server.address() + "/v1/42");
    String expected = send(HttpClient.newHttpClient(), builder.uri(direct).build()).body();
    HttpResponse<String> response = send(client(balancer), builder.uri(ORDERS).build());

    assertEquals("the body", expected);
    assertEquals("the body", response.body());
    String bare = server.head();
    assertTrue(bare.contains("Expect: 100-"), bare);
    assertEquals(bare, server.head());
  }

  /** Has what the JDK's builder cannot make: a POST without a publisher. */
  private static final class OwnRequest extends HttpRequest {
    private final URI uri;

    OwnRequest(URI uri) {
      this.uri = uri;
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
      return Optional.empty();
    }

    @Override
    public String method() {
      return "POST";
    }

    @Override
    public Optional<Duration> timeout() {
      return Optional.of(Duration.ofSeconds(30));
    }

    @Override
    public boolean expectContinue() {
      return false;
    }

    @Override
    public URI uri() {
      return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
      return Optional.empty();
    }

    @Override
    public HttpHeaders headers() {
      return HttpHeaders.of(Map.of("X-Own", List.of("1", "2")), (name, value) -> true);
    }
  }

  @Test
  void a_request_of_a_class_of_the_users_own_arrives_as_with_the_bare_client() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    URI direct = URI.create(server.address() + "/v1/42");
    send(HttpClient.newHttpClient(), new OwnRequest(direct));
    send(client(balancer(server.address())), new OwnRequest(ORDERS));

    String bare = server.head();
    assertTrue(bare.contains("X-Own: 2"), bare);
    assertEquals(bare, server.head());
  }

  @Test
  void the_timeout_of_a_request_is_kept() throws Exception {
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
    HttpRequest request = request().timeout(Duration.ofMillis(50)).build();

    org.junit.jupiter.api.Assertions.assertThrows(
        java.net.http.HttpTimeoutException.class, () -> send(client(balancer), request));

    get(closed);
    assertEquals(1, endpoint(balancer, 0).failures());
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void a_response_speaks_of_the_service_and_tells_the_instance_to_who_asks() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    HttpRequest request = request().build();
    HttpResponse<String> response = send(client(balancer(server.address())), request);

    assertEquals(200, response.statusCode());
    assertEquals("ok", response.body());
    assertEquals(ORDERS, response.uri());
    assertEquals(request, response.request());
    assertEquals(HttpClient.Version.HTTP_1_1, response.version());
    assertTrue(response.previousResponse().isEmpty());
    assertTrue(response.sslSession().isEmpty());
    assertEquals("2", response.headers().firstValue("content-length").orElseThrow());
    assertEquals(
        server.address(), BalancedHttpClient.instanceOf(response).orElseThrow().uri().toString());
  }

  @Test
  void other_hosts_are_passed_through_untouched() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    HttpClient client = client(balancer(RawServer.closedAddress()));
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/x")).build();

    HttpResponse<String> sync = client.send(request, BodyHandlers.ofString());
    HttpResponse<String> async = get(client.sendAsync(request, BodyHandlers.ofString()));

    assertEquals(200, sync.statusCode());
    assertEquals(200, async.statusCode());
    assertEquals(request.uri(), sync.request().uri());
    assertTrue(BalancedHttpClient.instanceOf(sync).isEmpty());
    assertFalse(sync instanceof BalancedResponse<?>);
    assertTrue(server.head().startsWith("GET /x HTTP/1.1\r\n"));
  }

  @Test
  void an_instance_may_listen_on_ipv6() throws Exception {
    java.net.ServerSocket socket;
    try {
      socket = new java.net.ServerSocket(0, 5, java.net.InetAddress.getByName("::1"));
    } catch (java.io.IOException noIpv6) {
      org.junit.jupiter.api.Assumptions.abort("no IPv6 here");
      return;
    }
    RawServer server =
        closing(
            new RawServer(
                socket,
                "http",
                connection -> {
                  connection.head();
                  connection.send(RawServer.OK);
                }));
    LoadBalancer balancer = balancer("http://[::1]:" + server.port() + "/base");

    assertEquals(200, send(client(balancer), request().build()).statusCode());
    assertTrue(server.head().startsWith("GET /base/v1/42 HTTP/1.1\r\n"));
  }
}
