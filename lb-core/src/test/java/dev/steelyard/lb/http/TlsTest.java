package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest extends HttpTestCase {
  private static final URI SECURE = URI.create("https://orders/v1/42");

  @TempDir private static Path folder;
  private static TestTls tls;
  private static KeyStore orders;
  private static KeyStore invoices;
  private static KeyStore address;
  private static SSLContext trust;

  private final BlockingQueue<String> serverNames = new LinkedBlockingQueue<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = new TestTls(folder);
    orders = tls.certificateFor("dns:orders");
    invoices = tls.certificateFor("dns:invoices");
    address = tls.certificateFor("ip:127.0.0.1");
    trust = tls.trusting(orders, invoices, address);
  }

  private RawServer server(KeyStore identity) throws Exception {
    return closing(
        tls.server(
            identity,
            connection -> {
              while (true) {
                connection.head();
                serverNames.add(serverName((SSLSocket) connection.socket));
                connection.send(RawServer.OK);
              }
            }));
  }

  private static String serverName(SSLSocket socket) {
    return ((ExtendedSSLSession) socket.getSession())
        .getRequestedServerNames().stream()
            .map(name -> ((SNIHostName) name).getAsciiName())
            .reduce("", String::concat);
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder().sslContext(trust).version(HttpClient.Version.HTTP_1_1);
  }

  @Test
  void the_certificate_is_verified_against_the_service_which_is_sent_as_sni() throws Exception {
    LoadBalancer balancer = balancer(server(orders).address());
    HttpClient client = client(balancer, builder());
    HttpRequest request = HttpRequest.newBuilder(SECURE).build();

    HttpResponse<String> sync = send(client, request);
    HttpResponse<String> async = get(client.sendAsync(request, BodyHandlers.ofString()));

    assertEquals("ok", sync.body());
    assertEquals("ok", async.body());
    assertEquals("orders", serverNames.poll(20, TimeUnit.SECONDS));
    assertEquals("orders", serverNames.poll(20, TimeUnit.SECONDS));
    assertEquals("orders", sync.sslSession().orElseThrow().getPeerHost());
    assertEquals(2, endpoint(balancer, 0).successes());
  }

  @Test
  void the_sni_is_the_services_also_where_the_instance_has_a_name() throws Exception {
    RawServer server = server(orders);
    HttpClient client = client(balancer("https://localhost:" + server.port()), builder());
    send(client, HttpRequest.newBuilder(SECURE).build());
    assertEquals("orders", serverNames.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void the_users_tls_parameters_are_kept() throws Exception {
    SSLParameters parameters = trust.getDefaultSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.2"});
    HttpClient client =
        client(balancer(server(orders).address()), builder().sslParameters(parameters));
    HttpResponse<String> response = send(client, HttpRequest.newBuilder(SECURE).build());
    assertEquals("TLSv1.2", response.sslSession().orElseThrow().getProtocol());
    assertEquals("orders", serverNames.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void a_certificate_of_another_name_is_refused() throws Exception {
    for (KeyStore wrong : List.of(invoices, address)) {
      RawServer server = server(wrong);
      LoadBalancer balancer = balancer(server.address());
      HttpClient client = client(balancer, builder());
      HttpRequest request = HttpRequest.newBuilder(SECURE).build();

      assertThrows(SSLHandshakeException.class, () -> send(client, request));
      var async =
          assertThrows(
              CompletionException.class,
              () -> client.sendAsync(request, BodyHandlers.ofString()).join());
      assertTrue(async.getCause() instanceof SSLHandshakeException);
      assertEquals(6, endpoint(balancer, 0).failures(), "nothing was sent: each is sent again");
    }
    assertTrue(serverNames.isEmpty());
  }

  @Test
  void a_certificate_that_nobody_trusts_is_refused() throws Exception {
    HttpClient client =
        client(balancer(server(orders).address()), builder().sslContext(tls.trusting(invoices)));
    assertThrows(
        SSLHandshakeException.class, () -> send(client, HttpRequest.newBuilder(SECURE).build()));
  }

  @Test
  void services_behind_one_address_do_not_share_connections() throws Exception {
    RawServer server = server(orders);
    LoadBalancer ordersBalancer = balancer(server.address());
    LoadBalancer invoicesBalancer = balancer(server.address());
    HttpClient client =
        BalancedHttpClient.builder(builder())
            .service("orders", ordersBalancer)
            .service("invoices", invoicesBalancer)
            .build();

    assertEquals(200, send(client, HttpRequest.newBuilder(SECURE).build()).statusCode());
    assertThrows(
        SSLHandshakeException.class,
        () -> send(client, HttpRequest.newBuilder(URI.create("https://invoices/")).build()));
  }

  @Test
  void an_http_request_may_go_to_an_https_instance_and_is_verified() throws Exception {
    HttpClient good = client(balancer(server(orders).address()), builder());
    HttpClient bad = client(balancer(server(address).address()), builder());

    assertEquals(200, send(good, request().build()).statusCode());
    assertThrows(SSLHandshakeException.class, () -> send(bad, request().build()));
  }

  @Test
  void other_https_hosts_are_verified_as_with_the_bare_client() throws Exception {
    RawServer server = server(address);
    HttpClient client = client(balancer("https://h:1"), builder());
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/")).build();
    assertEquals(200, send(client, request).statusCode());
    assertEquals("", serverNames.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void the_users_builder_is_left_as_it_was() throws Exception {
    HttpClient.Builder builder = builder().followRedirects(HttpClient.Redirect.ALWAYS);
    send(
        client(balancer(server(orders).address()), builder),
        HttpRequest.newBuilder(SECURE).build());
    HttpClient built = builder.build();
    assertSame(trust, built.sslContext());
    assertEquals(HttpClient.Redirect.ALWAYS, built.followRedirects());
  }

  @Test
  void http_2_is_negotiated_as_with_the_bare_client() throws Exception {
    CompletableFuture<String> preface = new CompletableFuture<>();
    RawServer server =
        closing(
            tls.server(
                orders,
                connection -> {
                  byte[] bytes = connection.in.readNBytes(24);
                  preface.complete(
                      ((SSLSocket) connection.socket).getApplicationProtocol()
                          + ' '
                          + new String(bytes, StandardCharsets.US_ASCII));
                  connection.awaitClose();
                }));
    HttpClient client =
        client(balancer(server.address()), HttpClient.newBuilder().sslContext(trust));
    CompletableFuture<?> response =
        client.sendAsync(HttpRequest.newBuilder(SECURE).build(), BodyHandlers.ofString());

    assertEquals("h2 PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", get(preface));
    response.cancel(true);
  }

  @Test
  void a_relative_redirect_stays_on_the_service_and_its_name() throws Exception {
    RawServer server =
        closing(
            tls.server(
                orders,
                connection -> {
                  while (true) {
                    String head = connection.head();
                    connection.send(
                        head.startsWith("GET /next")
                            ? RawServer.OK
                            : "HTTP/1.1 302 X\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
                  }
                }));
    HttpClient client =
        client(balancer(server.address()), builder().followRedirects(HttpClient.Redirect.NORMAL));
    assertEquals(
        URI.create("https://orders/next"),
        send(client, HttpRequest.newBuilder(SECURE).build()).uri());
  }

  @Test
  void the_engine_passes_on_everything_but_the_server_name() throws Exception {
    var context = ServiceTls.context(trust, "orders");
    var engine = context.createSSLEngine("10.0.0.1", 443);
    engine.setUseClientMode(true);
    SSLParameters given = trust.getDefaultSSLParameters();
    given.setServerNames(List.of(new SNIHostName("other")));
    given.setApplicationProtocols(new String[] {"h2"});
    given.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(given);

    assertEquals("orders", engine.getPeerHost());
    assertEquals(443, engine.getPeerPort());
    assertEquals(List.of(new SNIHostName("orders")), engine.getSSLParameters().getServerNames());
    assertEquals(List.of(new SNIHostName("other")), given.getServerNames());
    assertEquals("h2", engine.getSSLParameters().getApplicationProtocols()[0]);
    assertEquals("HTTPS", engine.getSSLParameters().getEndpointIdentificationAlgorithm());
    assertTrue(engine.getUseClientMode());
    engine.setEnabledProtocols(new String[] {"TLSv1.3"});
    assertEquals("TLSv1.3", engine.getEnabledProtocols()[0]);
    assertTrue(engine.getSupportedProtocols().length > 0);
    engine.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
    assertEquals(1, engine.getEnabledCipherSuites().length);
    assertTrue(engine.getSupportedCipherSuites().length > 0);
    assertTrue(engine.getEnableSessionCreation());
    assertEquals("orders", context.createSSLEngine().getPeerHost());
    assertSame(trust.getClientSessionContext(), context.getClientSessionContext());
    assertEquals(trust.getProtocol(), context.getProtocol());
  }
}
