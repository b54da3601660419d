package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest extends HttpTestCase {

  private static String redirect(int status, String location) {
    return "HTTP/1.1 " + status + " X\r\nLocation: " + location + "\r\nContent-Length: 2\r\n\r\nno";
  }

  /** Answers by the path; 200 where there is no answer. */
  private RawServer serving(Function<String, String> answers) throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              while (true) {
                String path = connection.head().split(" ")[1];
                connection.body();
                String answer = answers.apply(path);
                connection.send(answer == null ? RawServer.OK : answer);
              }
            }));
  }

  private static HttpClient.Builder following(HttpClient.Redirect policy) {
    return HttpClient.newBuilder().followRedirects(policy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/next", "next", "http://orders/v1/next", "//orders/v1/next"})
  void a_redirect_to_a_service_goes_to_an_instance(String location) throws Exception {
    Function<String, String> answers = path -> path.endsWith("42") ? redirect(302, location) : null;
    LoadBalancer balancer = balancer(serving(answers).address(), serving(answers).address());
    HttpClient client = client(balancer, following(HttpClient.Redirect.NORMAL));

    HttpResponse<String> sync = send(client, request().build());
    HttpResponse<String> async = get(client.sendAsync(request().build(), BodyHandlers.ofString()));

    for (HttpResponse<String> response : java.util.List.of(sync, async)) {
      assertEquals(200, response.statusCode());
      assertEquals("ok", response.body());
      assertEquals("orders", response.uri().getHost());
      assertTrue(response.uri().getPath().endsWith("/next"));
      HttpResponse<String> previous = response.previousResponse().orElseThrow();
      assertEquals(302, previous.statusCode());
      assertEquals(ORDERS, previous.uri());
      assertTrue(BalancedHttpClient.instanceOf(response).isPresent());
    }
    assertEquals(4, endpoint(balancer, 0).successes() + endpoint(balancer, 1).successes());
  }

  @Test
  void an_instance_that_speaks_of_its_own_address_means_the_service() throws Exception {
    CompletableFuture<String> address = new CompletableFuture<>();
    RawServer server =
        serving(
            path ->
                path.equals("/base/v1/42")
                    ? redirect(302, address.join() + "/base/next?a=b")
                    : null);
    address.complete(server.address());
    LoadBalancer balancer = balancer(server.address() + "/base");
    HttpClient client = client(balancer, following(HttpClient.Redirect.NORMAL));

    assertEquals(URI.create("http://orders/next?a=b"), send(client, request().build()).uri());
    server.head();
    assertTrue(server.head().startsWith("GET /base/next?a=b HTTP/1.1"));
    assertEquals(2, endpoint(balancer, 0).successes());
  }

  @Test
  void a_redirect_from_elsewhere_may_name_a_service_and_the_reverse() throws Exception {
    RawServer outside =
        serving(path -> path.equals("/in") ? redirect(307, "http://orders/x") : null);
    RawServer inside = serving(path -> redirect(307, outside.address() + "/out"));
    HttpClient client = client(balancer(inside.address()), following(HttpClient.Redirect.NORMAL));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(outside.address() + "/in"))
            .header("Authorization", "secret")
            .POST(BodyPublishers.ofString("body"))
            .build();

    assertEquals(URI.create(outside.address() + "/out"), send(client, request).uri());
    assertTrue(outside.head().contains("Authorization: secret"));
    assertFalse(inside.head().contains("secret"));
    assertTrue(outside.head().startsWith("POST /out "));
  }

  @Test
  void the_default_is_to_follow_none() throws Exception {
    HttpClient client = client(balancer(serving(path -> redirect(302, "/x")).address()));
    HttpResponse<String> response = send(client, request().build());
    assertEquals(302, response.statusCode());
    assertEquals("no", response.body());
  }

  @Test
  void a_redirect_from_https_to_http_is_followed_only_by_always() {
    // Through the rules alone: TLS is tested elsewhere.
    for (HttpClient.Redirect policy : HttpClient.Redirect.values()) {
      var hop =
          new RedirectHop<>(
              policy,
              HttpRequest.newBuilder(URI.create("https://elsewhere/")).build(),
              BodyHandlers.ofString(),
              0);
      hop.apply(
          new Info(302, java.util.Map.of("Location", java.util.List.of("http://elsewhere/"))));
      assertEquals(
          policy == HttpClient.Redirect.ALWAYS,
          org.junit.jupiter.api.Assertions.assertDoesNotThrow(hop::next) != null);
    }
  }

  private record Info(int statusCode, java.util.Map<String, java.util.List<String>> map)
      implements HttpResponse.ResponseInfo {
    @Override
    public java.net.http.HttpHeaders headers() {
      return java.net.http.HttpHeaders.of(map, (name, value) -> true);
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_1_1;
    }
  }

  /** What arrives and what comes back, with the bare client and with the balanced one. */
  @ParameterizedTest
  @CsvSource({
    "GET, 300", "GET, 301", "POST, 301", "PUT, 301", "POST, 302", "PUT, 302", "HEAD, 302",
    "POST, 303", "PUT, 303", "GET, 303", "DELETE, 303", "POST, 307", "PUT, 308", "GET, 304",
    "GET, 305", "GET, 306", "GET, 309"
  })
  void requests_to_other_hosts_are_redirected_as_by_the_bare_client(String method, int status)
      throws Exception {
    RawServer server =
        serving(
            path ->
                path.equals("/a")
                    ? redirect(status, "/b?x=%2F")
                        .replace("no", status == 304 ? "" : "no")
                        .replace("Content-Length: 2", status == 304 ? "X: y" : "Content-Length: 2")
                    : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/a"))
            .header("X-Own", "1")
            .method(
                method,
                method.equals("GET") || method.equals("HEAD")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString("body"))
            .build();
    assertSameAsBare(server, request);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 9})
  void the_number_of_redirects_is_limited_as_by_the_bare_client(int length) throws Exception {
    RawServer server =
        serving(
            path -> {
              int step = Integer.parseInt(path.substring(1));
              return step < length ? redirect(302, "/" + (step + 1)) : null;
            });
    assertSameAsBare(server, HttpRequest.newBuilder(URI.create(server.address() + "/0")).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Location: http://[bad\r\n"})
  void a_redirect_to_nowhere_fails_as_with_the_bare_client(String location) throws Exception {
    RawServer server =
        serving(path -> "HTTP/1.1 302 X\r\n" + location + "Content-Length: 0\r\n\r\n");
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/a")).build();
    HttpClient balanced = client(balancer(server.address()), following(HttpClient.Redirect.NORMAL));

    // JDK 17 throws an IllegalArgumentException if the Location is no URI, later ones an
    // IOException.
    assertThrows(
        Exception.class, () -> send(following(HttpClient.Redirect.NORMAL).build(), request));
    assertThrows(IOException.class, () -> send(balanced, request));
    assertThrows(IOException.class, () -> send(balanced, request().build()));
    assertThrows(
        java.util.concurrent.CompletionException.class,
        () -> balanced.sendAsync(request().build(), BodyHandlers.ofString()).join());
  }

  @Test
  void the_long_body_of_a_redirect_is_not_waited_for() throws Exception {
    RawServer server =
        closing(
            RawServer.start(
                connection -> {
                  if (connection.head().startsWith("GET /next")) {
                    connection.send(RawServer.OK);
                  } else {
                    connection.send(
                        "HTTP/1.1 302 X\r\nLocation: /next\r\nContent-Length: 9999\r\n\r\nx");
                    connection.awaitClose();
                  }
                }));
    HttpClient client = client(balancer(server.address()), following(HttpClient.Redirect.NORMAL));
    assertEquals("ok", send(client, request().build()).body());
    assertEquals("ok", get(client.sendAsync(request().build(), BodyHandlers.ofString())).body());
  }

  @Test
  void a_redirect_that_breaks_off_is_forgotten_when_another_instance_answers() throws Exception {
    RawServer broken =
        closing(
            RawServer.start(
                connection -> {
                  connection.head();
                  connection.send(
                      "HTTP/1.1 302 X\r\nLocation: /next\r\nContent-Length: 9\r\n\r\nx");
                }));
    LoadBalancer balancer =
        balancer(broken.address(), closing(RawServer.answering(RawServer.OK)).address());
    HttpClient client = client(balancer, following(HttpClient.Redirect.NORMAL));
    for (int i = 0; i < 4; i++) {
      HttpResponse<String> response = send(client, request().build());
      assertEquals("ok", response.body());
      assertEquals(ORDERS, response.uri());
    }
    assertTrue(balancer.snapshot().retries() > 0);
  }

  @Test
  void cancelling_during_a_later_hop_ends_it() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    CompletableFuture<Void> arrived = new CompletableFuture<>();
    RawServer server =
        closing(
            RawServer.start(
                connection -> {
                  if (connection.head().startsWith("GET /next")) {
                    arrived.complete(null);
                    connection.awaitClose();
                    closed.complete(null);
                  }
                  connection.send(redirect(302, "/next"));
                  connection.head();
                  arrived.complete(null);
                  connection.awaitClose();
                  closed.complete(null);
                }));
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<HttpResponse<String>> response =
        client(balancer, following(HttpClient.Redirect.NORMAL))
            .sendAsync(request().build(), BodyHandlers.ofString());
    get(arrived);
    response.cancel(true);

    get(closed);
    assertEquals(1, endpoint(balancer, 0).cancelled());
    assertEquals(1, endpoint(balancer, 0).successes());
  }

  private void assertSameAsBare(RawServer server, HttpRequest request) throws Exception {
    HttpClient bare = following(HttpClient.Redirect.NORMAL).build();
    HttpClient balanced = client(balancer("h:1"), following(HttpClient.Redirect.NORMAL));
    HttpResponse<String> expected = send(bare, request);
    String wire = drain(server);
    HttpResponse<String> sync = send(balanced, request);
    assertEquals(wire, drain(server));
    assertEquals(chain(expected), chain(sync));
    HttpResponse<String> async = get(balanced.sendAsync(request, BodyHandlers.ofString()));
    assertEquals(wire, drain(server));
    assertEquals(chain(expected), chain(async));
  }

  private static String drain(RawServer server) {
    java.util.List<String> heads = new java.util.ArrayList<>();
    server.heads.drainTo(heads);
    return String.join("", heads);
  }

  private static String chain(HttpResponse<String> response) {
    return response.statusCode()
        + " "
        + response.request().method()
        + " "
        + response.uri()
        + " "
        + response.body()
        + response.previousResponse().map(previous -> " <- " + chain(previous)).orElse("");
  }
}
