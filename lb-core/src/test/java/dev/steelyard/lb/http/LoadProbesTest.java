package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.LoadReport;
import dev.steelyard.lb.select.Selectors;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadProbesTest extends HttpTestCase {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final LoadReport IDLE =
      new LoadReport(0, 0, 0, 0, 0, Map.of("requests_in_flight", 0.0, "latency_ms", 1.5));
  private static final String TEXT =
      "TEXT named_metrics.requests_in_flight=0,named_metrics.latency_ms=1.5";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private LoadReport probe(RawServer server, String path) throws Exception {
    Function<Instance, CompletionStage<LoadReport>> probe = LoadProbes.http(client, path, LONG);
    return get(probe.apply(Instance.of(server.address())).toCompletableFuture());
  }

  private RawServer answering(String head, String body) throws IOException {
    return closing(
        RawServer.answering(head + "Content-Length: " + body.length() + "\r\n\r\n" + body));
  }

  private Throwable failure(RawServer server) {
    return assertThrows(ExecutionException.class, () -> probe(server, "/load")).getCause();
  }

  @Test
  void theHeaderIsRead() throws Exception {
    RawServer server =
        answering("HTTP/1.1 200 OK\r\nEndpoint-Load-Metrics: " + TEXT + "\r\n", "eps=1\nnoise");
    assertEquals(IDLE, probe(server, "/load?fast=1"));
    assertTrue(server.head().startsWith("GET /load?fast=1 HTTP/1.1\r\n"));
  }

  @Test
  void withoutTheHeaderTheFirstLineOfTheBodyIs() throws Exception {
    assertEquals(IDLE, probe(answering("HTTP/1.1 200 OK\r\n", TEXT), "/load"));
    RawServer lines = answering("HTTP/1.1 200 OK\r\n", TEXT + "\r\nmore=1\n" + "x".repeat(20_000));
    assertEquals(IDLE, probe(lines, "/load"));
  }

  @Test
  void thePathComesAfterThePrefixOfTheInstance() throws Exception {
    RawServer server = answering("HTTP/1.1 200 OK\r\n", TEXT);
    Instance instance = Instance.of(server.address() + "/base/");
    get(LoadProbes.http(client, "/load", LONG).apply(instance).toCompletableFuture());
    assertTrue(server.head().startsWith("GET /base/load HTTP/1.1\r\n"));
  }

  @Test
  void anythingElseFailsTheStage() throws Exception {
    RawServer missing =
        answering("HTTP/1.1 404 Not Found\r\nEndpoint-Load-Metrics: " + TEXT + "\r\n", "");
    assertTrue(failure(missing).getMessage().endsWith("/load: status 404 (expected: 200)"));
    RawServer json = answering("HTTP/1.1 200 OK\r\nEndpoint-Load-Metrics: JSON {}\r\n", "");
    assertEquals("endpoint-load-metrics format: JSON (expected: TEXT)", failure(json).getMessage());
    RawServer empty = answering("HTTP/1.1 200 OK\r\n", "");
    assertInstanceOf(IllegalArgumentException.class, failure(empty));
    RawServer huge = answering("HTTP/1.1 200 OK\r\n", TEXT + "\n" + "x".repeat(70_000));
    assertInstanceOf(IOException.class, failure(huge));
    RawServer closed = closing(RawServer.start(connection -> connection.head()));
    assertInstanceOf(IOException.class, failure(closed));
  }

  @Test
  void aProbeThatTakesTooLongFails() throws Exception {
    RawServer silent = closing(RawServer.start(RawServer.Connection::awaitClose));
    Function<Instance, CompletionStage<LoadReport>> probe =
        LoadProbes.http(client, "/load", Duration.ofMillis(50));
    CompletionStage<LoadReport> stage = probe.apply(Instance.of(silent.address()));
    Exception failure =
        assertThrows(ExecutionException.class, () -> get(stage.toCompletableFuture()));
    assertInstanceOf(HttpTimeoutException.class, failure.getCause());
  }

  @Test
  void argumentsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> LoadProbes.http(client, "load", LONG));
    assertThrows(
        IllegalArgumentException.class, () -> LoadProbes.http(client, "/load", Duration.ZERO));
    assertThrows(NullPointerException.class, () -> LoadProbes.http(null, "/load", LONG));
  }

  @Test
  void theServerOfTheDocumentAnswersProbesAndRequests(@TempDir Path folder) throws Exception {
    String page = Files.readString(root().resolve("docs/prequal.md"));
    int code = page.indexOf("import com.sun.net.httpserver");
    Path source = folder.resolve("LoadServer.java");
    Files.writeString(source, page.substring(code, page.indexOf("```", code)));
    Process[] servers = new Process[2];
    try {
      InstanceRegistry registry = InstanceRegistry.builder().build();
      for (int i = 0; i < 2; i++) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        servers[i] =
            new ProcessBuilder(java, source.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
      }
      for (Process server : servers) {
        BufferedReader output = server.inputReader();
        registry.register(Instance.of("127.0.0.1:" + output.readLine()));
      }
      Function<Instance, CompletionStage<LoadReport>> probe =
          LoadProbes.http(client, "/load", LONG);
      LoadBalancer orders =
          LoadBalancer.builder("orders", registry).selector(Selectors.prequal(probe)).build();
      balancers.add(orders);
      HttpClient balanced = client(orders);
      for (int i = 0; i < 50; i++) {
        assertEquals(204, balanced.send(request().build(), BodyHandlers.discarding()).statusCode());
      }
      Instance first = endpoint(orders, 0).instance();
      LoadReport report = get(probe.apply(first).toCompletableFuture());
      assertEquals(0, report.namedMetrics().get(LoadReport.REQUESTS_IN_FLIGHT));
      assertTrue(report.namedMetrics().get(LoadReport.LATENCY_MILLIS) > 0);
    } finally {
      for (Process server : servers) {
        if (server != null) {
          server.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
      }
    }
  }

  private static Path root() throws Exception {
    URI location = LoadReport.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path folder = Path.of(location);
    while (!Files.exists(folder.resolve("docs"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
