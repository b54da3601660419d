package dev.steelyard.lb.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Probes against real servers on the loopback address. */
@Timeout(60)
class ProbesTest {
  private TinyServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new TinyServer();
  }

  @AfterEach
  void stopServer() throws IOException {
    server.close();
  }

  private Instance instance(String path) {
    return Instance.of("http://127.0.0.1:" + server.port() + path);
  }

  /** The reason of a failure, or "" for a pass. */
  private static String reason(HealthProbe probe, Instance instance) throws Exception {
    CompletableFuture<Boolean> stage;
    try {
      stage = probe.check(instance).toCompletableFuture();
    } catch (Exception failure) {
      return ProbeFailure.reason(failure);
    }
    return stage
        .handle(
            (works, failure) -> failure != null ? ProbeFailure.reason(failure) : works ? "" : "no")
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void httpAsksBelowTheInstancesPathAndTakesA2xx() throws Exception {
    HttpHealthProbe probe = HealthProbe.http("/health?full=a%2Fb");
    assertEquals("", reason(probe, instance("/base%2Fx/")));
    assertEquals("GET /base%2Fx/health?full=a%2Fb -", server.requests.remove());
    assertEquals("", reason(probe.method("HEAD").header("X-Check", "me"), instance("")));
    assertEquals("HEAD /health?full=a%2Fb me", server.requests.remove());
    assertEquals("HttpHealthProbe[GET /health?full=a%2Fb, status 200..299]", probe.toString());
  }

  @Test
  void anotherStatusFailsUnlessItIsExpected() throws Exception {
    HttpHealthProbe broken = HealthProbe.http("/broken");
    assertEquals("status 503 (expected: 200..299)", reason(broken, instance("")));
    assertEquals("", reason(broken.expectStatus(503, 503), instance("")));
    assertEquals(
        "status 200 (expected: 503, 400..404)",
        reason(
            HealthProbe.http("/fine").expectStatus(503, 503).expectStatus(400, 404), instance("")));
  }

  @Test
  void aRedirectIsAnAnswerAndNotFollowed() throws Exception {
    assertEquals(
        "status 302 (expected: 200..299)", reason(HealthProbe.http("/moved"), instance("")));
    assertEquals(1, server.requests.size());
  }

  @Test
  void theBodyIsMatchedByTextOrPattern() throws Exception {
    HttpHealthProbe probe = HealthProbe.http("/fine");
    assertEquals("", reason(probe.expectBody("\"UP\""), instance("")));
    assertEquals("the body does not have \"DOWN\"", reason(probe.expectBody("DOWN"), instance("")));
    assertEquals("", reason(probe.expectBody(Pattern.compile("status.{3}UP")), instance("")));
    assertEquals(
        "the body does not have /^UP$/",
        reason(probe.expectBody(Pattern.compile("^UP$")), instance("")));
  }

  @Test
  void aBodyWithoutEndIsReadToTheBound() throws Exception {
    HttpHealthProbe probe = HealthProbe.http("/huge");
    assertEquals("", reason(probe, instance("")));
    String whole = "x".repeat(HttpHealthProbe.LONGEST_BODY);
    assertEquals("", reason(probe.expectBody(whole), instance("")));
    assertTrue(reason(probe.expectBody(whole + 'x'), instance("")).startsWith("the body does not"));
  }

  @Test
  void aPatternThatOverflowsTheStackIsAFailure() throws Exception {
    Pattern deep = Pattern.compile("(x|y)*z");
    assertEquals(
        "StackOverflowError", reason(HealthProbe.http("/huge").expectBody(deep), instance("")));
  }

  @Test
  void aGivenClientIsUsedAndMayNotFollowRedirects() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    assertEquals("", reason(HealthProbe.http("/fine").client(client), instance("")));
    HttpClient follows =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertEquals(
        "client: followRedirects NORMAL (expected: NEVER)",
        assertThrows(
                IllegalArgumentException.class, () -> HealthProbe.http("/fine").client(follows))
            .getMessage());
  }

  @Test
  void badSettingsOfHttpAreRefused() {
    HttpHealthProbe probe = HealthProbe.http("/fine");
    for (Runnable setting :
        List.<Runnable>of(
            () -> HealthProbe.http("fine"),
            () -> HealthProbe.http("/a b"),
            () -> HealthProbe.http("/a#b"),
            () -> probe.method(" "),
            () -> probe.method("CONNECT"),
            () -> probe.header("Host", "orders"),
            () -> probe.header("a b", "c"),
            () -> probe.expectStatus(99, 200),
            () -> probe.expectStatus(200, 199),
            () -> probe.expectStatus(600, 600),
            () -> probe.expectStatus(500, 600),
            () -> probe.expectBody(""),
            () -> probe.method("HEAD").expectBody("x"),
            () -> probe.expectBody("x").method("HEAD"))) {
      assertThrows(IllegalArgumentException.class, setting::run);
    }
  }

  @Test
  void whoRefusesTheConnectionFails() throws Exception {
    Instance nobody = nobody();
    assertTrue(reason(HealthProbe.http("/"), nobody).startsWith("ConnectException"));
    assertTrue(reason(HealthProbe.tcp(), nobody).startsWith("ConnectException"));
    assertEquals("", reason(HealthProbe.tcp(), instance("")));
    assertEquals("no port in redis://127.0.0.1", reason(HealthProbe.tcp(), redis()));
    assertTrue(reason(HealthProbe.http("/"), redis()).startsWith("IllegalArgumentException"));
    assertTrue(
        reason(HealthProbe.tcp(), Instance.of("no-such-host.invalid:1")).contains("Unresolved"));
  }

  private static Instance redis() {
    return new Instance("r", URI.create("redis://127.0.0.1"), 1, null, Map.of());
  }

  private static Instance nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Instance.of("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  @Test
  void theLoopbackAddressAnswersAnEcho() throws Exception {
    assertEquals("", reason(HealthProbe.ping(Duration.ofSeconds(2)), instance("")));
    for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofDays(1))) {
      assertThrows(IllegalArgumentException.class, () -> HealthProbe.ping(timeout));
    }
  }

  /** A server that accepts and never answers, one that refuses, and one that works. */
  @Test
  void aMonitorTellsTheServersApart() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      InstanceRegistry registry = InstanceRegistry.builder().build();
      registry.register(instance("").withId("works"), InstanceStatus.STARTING);
      registry.register(Instance.of("http://127.0.0.1:" + silent.getLocalPort()).withId("silent"));
      registry.register(nobody().withId("nobody"));
      HealthMonitor monitor =
          HealthMonitor.builder(registry, HealthProbe.http("/fine"))
              .interval(Duration.ofSeconds(2))
              .fastInterval(Duration.ofMillis(50))
              .timeout(Duration.ofMillis(1500))
              .build();
      monitor.start();
      Predicate<String> isDown = id -> registry.snapshot().find(id).status() == InstanceStatus.DOWN;
      HostileProbeTest.until(
          () ->
              registry.snapshot().find("works").status() == InstanceStatus.UP
                  && isDown.test("silent")
                  && isDown.test("nobody"));
      monitor.close();
      assertEquals(
          "no answer within PT1.5S",
          monitor.summary().instances().stream()
              .filter(health -> health.registration().id().equals("silent"))
              .findFirst()
              .orElseThrow()
              .reason());
    }
  }

  /** ribbon#327, #348, eureka#872: threads that outlive what they were for. */
  @Test
  void theProbesOwnClientGoesWithTheLastMonitor() throws Exception {
    InstanceRegistry registry = InstanceRegistry.builder().build();
    registry.register(instance(""), InstanceStatus.STARTING);
    HttpHealthProbe probe = HealthProbe.http("/fine");
    HealthMonitor one = HealthMonitor.builder(registry, probe).build();
    HealthMonitor other = HealthMonitor.builder(registry, probe).build();
    one.start();
    other.start();
    HostileProbeTest.until(
        () -> registry.snapshot().registrations().get(0).status() == InstanceStatus.UP);
    one.close();
    one.close();
    assertEquals("", reason(probe, instance("")), "the other one still uses it");
    assertFalse(threads().isEmpty());
    other.close();
    HostileProbeTest.until(
        () -> {
          System.gc(); // what ends the client before JDK 21
          return threads().isEmpty();
        });
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("steelyard-health"))
        .toList();
  }
}
