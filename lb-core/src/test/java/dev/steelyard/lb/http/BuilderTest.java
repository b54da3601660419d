package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.NoInstanceAvailableException;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieManager;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class BuilderTest extends HttpTestCase {

  @Test
  void every_getter_tells_what_the_users_builder_was_given() throws Exception {
    CookieManager cookies = new CookieManager();
    ProxySelector proxy = ProxySelector.of(null);
    SSLContext tls = SSLContext.getDefault();
    SSLParameters parameters = tls.getDefaultSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    Authenticator authenticator = new Authenticator() {};
    Executor executor = ForkJoinPool.commonPool();
    HttpClient client =
        client(
            balancer("h:1"),
            HttpClient.newBuilder()
                .cookieHandler(cookies)
                .connectTimeout(Duration.ofSeconds(7))
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .proxy(proxy)
                .sslContext(tls)
                .sslParameters(parameters)
                .authenticator(authenticator)
                .version(HttpClient.Version.HTTP_1_1)
                .executor(executor));

    assertSame(cookies, client.cookieHandler().orElseThrow());
    assertEquals(Duration.ofSeconds(7), client.connectTimeout().orElseThrow());
    assertEquals(HttpClient.Redirect.ALWAYS, client.followRedirects());
    assertSame(proxy, client.proxy().orElseThrow());
    assertSame(tls, client.sslContext());
    assertEquals("TLSv1.3", client.sslParameters().getProtocols()[0]);
    assertSame(authenticator, client.authenticator().orElseThrow());
    assertEquals(HttpClient.Version.HTTP_1_1, client.version());
    assertSame(executor, client.executor().orElseThrow());
  }

  @Test
  void the_users_builder_is_left_as_it_was() {
    HttpClient.Builder builder =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL);
    client(balancer("h:1"), builder);

    assertEquals(HttpClient.Redirect.NORMAL, builder.build().followRedirects());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "orders:80",
        "http://orders",
        "orders/x",
        "10.0.0.1",
        "[::1]",
        "::1",
        "a_b",
        "orders.",
        "-a",
        "u@orders",
        "ord\u00e9rs"
      })
  void a_service_that_no_uri_can_name_is_refused(String host) {
    BalancedHttpClientBuilder builder = BalancedHttpClient.builder(HttpClient.newBuilder());
    LoadBalancer balancer = balancer("h:1");
    var refused =
        assertThrows(IllegalArgumentException.class, () -> builder.service(host, balancer));
    assertTrue(refused.getMessage().startsWith("service: "), refused::getMessage);
  }

  @Test
  void the_same_service_twice_is_refused_in_whichever_case() {
    BalancedHttpClientBuilder builder =
        BalancedHttpClient.builder(HttpClient.newBuilder()).service("Orders.v1", balancer("h:1"));
    LoadBalancer other = balancer("h:2");
    assertEquals(
        "service: orders.V1 (expected: each host once)",
        assertThrows(IllegalArgumentException.class, () -> builder.service("orders.V1", other))
            .getMessage());
  }

  @Test
  void a_client_without_a_service_is_refused() {
    assertEquals(
        "service: none (expected: at least one)",
        assertThrows(
                IllegalStateException.class,
                BalancedHttpClient.builder(HttpClient.newBuilder())::build)
            .getMessage());
  }

  @Test
  void the_host_header_cannot_be_the_services_without_the_jvms_property() {
    var builder =
        BalancedHttpClient.builder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1))
            .service("orders", balancer("h:1"))
            .hostHeader(HostHeader.SERVICE);
    String message = assertThrows(IllegalStateException.class, builder::build).getMessage();
    assertTrue(message.contains("-Djdk.httpclient.allowRestrictedHeaders=host"), message);
  }

  @Test
  void with_the_property_the_host_header_is_the_services() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.httpclient.allowRestrictedHeaders=host",
                "-cp",
                String.join(
                    System.getProperty("path.separator"),
                    location(BalancedHttpClient.class),
                    location(HostHeaderMain.class),
                    location(LoggerFactory.class)),
                HostHeaderMain.class.getName())
            .redirectErrorStream(true)
            .start();
    resources.add(process::destroyForcibly);
    String output = new String(process.getInputStream().readAllBytes());

    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertTrue(output.contains("all as expected"), output);
  }

  /** Where a class was loaded from: the folder of the tests is patched into the module. */
  private static String location(Class<?> type) throws Exception {
    String file = type.getName().replace('.', '/') + ".class";
    String url = type.getClassLoader().getResource(file).toString();
    String root = url.substring(0, url.length() - file.length());
    root = root.startsWith("jar:") ? root.substring(4, root.length() - 2) : root;
    Path path = Path.of(URI.create(root));
    assertTrue(Files.exists(path));
    return path.toString();
  }

  @Test
  void no_instance_is_a_failure_to_connect() {
    HttpClient client = client(balancer());
    HttpRequest request = request().build();

    var sync = assertThrows(ConnectException.class, () -> send(client, request));
    assertTrue(sync.getCause() instanceof NoInstanceAvailableException);
    var async =
        assertThrows(
            CompletionException.class,
            () -> client.sendAsync(request, BodyHandlers.ofString()).join());
    assertTrue(async.getCause() instanceof ConnectException);
    assertThrows(
        ExecutionException.class, () -> client.sendAsync(request, BodyHandlers.ofString()).get());
  }

  @Test
  void a_closed_balancer_is_an_io_error() {
    LoadBalancer balancer = balancer("h:1");
    balancer.close();
    String message =
        assertThrows(IOException.class, () -> send(client(balancer), request().build()))
            .getMessage();
    assertEquals("orders: the balancer is closed", message);
  }

  @Test
  void an_https_request_is_not_sent_to_an_http_instance() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address());
    HttpClient client = client(balancer);
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://orders/")).build();

    String message = assertThrows(SSLException.class, () -> send(client, request)).getMessage();
    assertEquals(
        "instance of orders: "
            + server.address()
            + " (expected: an https instance for an https request)",
        message);
    var async =
        assertThrows(
            CompletionException.class,
            () -> client.sendAsync(request, BodyHandlers.ofString()).join());
    assertTrue(async.getCause() instanceof SSLException);
    assertTrue(server.heads.isEmpty());
    assertEquals(2, endpoint(balancer, 0).ignored());
  }

  @Test
  void a_ready_made_client_reaches_http_instances_and_refuses_https_ones() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    HttpClient ready = HttpClient.newHttpClient();
    HttpClient plain =
        BalancedHttpClient.builder(ready).service("orders", balancer(server.address())).build();
    assertEquals(200, send(plain, request().build()).statusCode());

    HttpClient secure =
        BalancedHttpClient.builder(ready).service("orders", balancer("https://h:1")).build();
    String message =
        assertThrows(SSLException.class, () -> send(secure, request().build())).getMessage();
    assertTrue(message.contains("HttpClient.Builder"), message);
  }

  @Test
  void an_instance_of_another_scheme_is_refused() {
    HttpClient client = client(balancer("grpc://h:1"));
    String message =
        assertThrows(SSLException.class, () -> send(client, request().build())).getMessage();
    assertTrue(message.contains("grpc://h:1 (expected: an http or https instance)"), message);
  }

  @Test
  void what_the_bare_client_takes_for_a_wrong_argument_is_no_fault_of_the_instance()
      throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address());
    HttpClient client = client(balancer);
    HttpRequest connect = new DerivedRequest(request().build(), ORDERS).withMethod("CONNECT");

    assertThrows(IllegalArgumentException.class, () -> send(client, connect));
    assertThrows(
        IllegalArgumentException.class, () -> client.sendAsync(connect, BodyHandlers.ofString()));
    assertThrows(NullPointerException.class, () -> client.send(null, BodyHandlers.ofString()));
    assertThrows(NullPointerException.class, () -> client.send(connect, null));
    assertEquals(2, endpoint(balancer, 0).ignored());
    assertEquals(0, endpoint(balancer, 0).failures());
  }

  @Test
  void closing_ends_the_clients_where_the_jdk_can_and_nothing_is_left_in_flight() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address());
    BalancedHttpClient client =
        client(balancer, HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL));
    assertEquals(200, send(client, request().build()).statusCode());
    assertFalse(client.isTerminated());

    client.close();
    client.close();
    client.shutdown();
    client.shutdownNow();

    boolean canClose = Runtime.version().feature() >= 21;
    assertEquals(canClose, client.awaitTermination(Duration.ofSeconds(20)));
    assertEquals(canClose, client.isTerminated());
    if (canClose) {
      assertThrows(IOException.class, () -> send(client, request().build()));
      assertEquals(0, endpoint(balancer, 0).failures());
      assertEquals(0, balancer.snapshot().retries());
    } else {
      assertEquals(200, send(client, request().build()).statusCode());
    }
  }

  @Test
  void its_name_tells_the_services() {
    assertTrue(client(balancer("h:1")).toString().startsWith("BalancedHttpClient[orders -> "));
  }
}
