package dev.steelyard.examples.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.steelyard.examples.kubernetes.KubernetesScaleTarget.Kind;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real client over real HTTP, against a server that speaks the scale subresource. */
@Timeout(120)
class KubernetesScaleTargetTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private KubernetesClient client;
  private KubernetesScaleTarget target;
  private volatile int replicas = 3;
  private volatile int version = 100;
  private volatile int changedByOthers;
  private volatile int refuseWith;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    for (String kind : List.of("deployments", "statefulsets")) {
      server.createContext("/apis/apps/v1/namespaces/shop/" + kind + "/orders/scale", this::scale);
    }
    server.createContext("/", exchange -> fail(exchange, 404, "NotFound"));
    server.start();
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .withRequestRetryBackoffLimit(0)
            .build();
    client = new KubernetesClientBuilder().withConfig(config).build();
    target = new KubernetesScaleTarget(client, Kind.DEPLOYMENT, "shop", "orders");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private void scale(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
    if (refuseWith != 0) {
      fail(exchange, refuseWith, "Refused");
      return;
    }
    if (!exchange.getRequestMethod().equals("GET")) {
      JsonNode asked = JSON.readTree(exchange.getRequestBody());
      if (changedByOthers > 0) {
        changedByOthers--;
        version++;
      }
      if (asked.path("metadata").path("resourceVersion").asInt() != version) {
        fail(exchange, 409, "Conflict");
        return;
      }
      replicas = asked.path("spec").path("replicas").asInt();
      version++;
    }
    // As the API does: a 0 is left out.
    answer(
        exchange,
        200,
        """
        {"kind":"Scale","apiVersion":"autoscaling/v1",
         "metadata":{"name":"orders","namespace":"shop","resourceVersion":"%d"},
         "spec":{%s},"status":{"replicas":%d}}
        """
            .formatted(version, replicas == 0 ? "" : "\"replicas\":" + replicas, replicas));
  }

  private static void fail(HttpExchange exchange, int code, String reason) throws IOException {
    answer(
        exchange,
        code,
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
         "message":"no","reason":"%s","code":%d}
        """
            .formatted(reason, code));
  }

  private static void answer(HttpExchange exchange, int code, String json) throws IOException {
    try (exchange) {
      byte[] body = json.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Test
  void readsAndChangesTheReplicas() throws IOException {
    assertEquals(3, target.count());
    target.scaleTo(7);

    assertEquals(7, replicas);
    assertEquals(7, target.count());
    String path = "/apis/apps/v1/namespaces/shop/deployments/orders/scale";
    assertEquals("GET " + path, requests.get(0));
    assertEquals("PUT " + path, requests.get(2));
  }

  @Test
  void whatIsThereAlreadyIsNotWritten() throws IOException {
    target.scaleTo(3);

    assertEquals(1, requests.size());
  }

  @Test
  void zeroReplicasAreZero() throws IOException {
    target.scaleTo(0);

    assertEquals(0, replicas);
    assertEquals(0, target.count());
    target.scaleTo(2);
    assertEquals(2, replicas);
  }

  @Test
  void aStatefulSetIsScaledTheSameWay() throws IOException {
    KubernetesScaleTarget set =
        new KubernetesScaleTarget(client, Kind.STATEFUL_SET, "shop", "orders");
    set.scaleTo(5);

    assertEquals(5, replicas);
    assertEquals("GET /apis/apps/v1/namespaces/shop/statefulsets/orders/scale", requests.get(0));
  }

  @Test
  void aChangeOfSomebodyElseIsReadAndTheWriteTriedAgain() throws IOException {
    changedByOthers = 2;
    target.scaleTo(7);

    assertEquals(7, replicas);
    assertEquals(3, requests.stream().filter(r -> r.startsWith("PUT")).count());
  }

  @Test
  void aConflictEachTimeIsGivenUp() {
    changedByOthers = 99;
    IOException failure = assertThrows(IOException.class, () -> target.scaleTo(7));

    assertEquals(
        "deployment shop/orders: changed by somebody else each time, 5 times",
        failure.getMessage());
    assertEquals(3, replicas);
  }

  @Test
  void whatIsForbiddenSaysWhatIsNeeded() {
    refuseWith = 403;

    assertEquals(
        "deployment shop/orders: not allowed; it needs get and update on deployments/scale",
        assertThrows(IOException.class, () -> target.count()).getMessage());
  }

  @Test
  void badCredentialsAreTold() {
    refuseWith = 401;

    assertEquals(
        "deployment shop/orders: the credentials are refused",
        assertThrows(IOException.class, () -> target.scaleTo(4)).getMessage());
  }

  @Test
  void aWorkloadThatIsNotThereIsTold() {
    KubernetesScaleTarget other =
        new KubernetesScaleTarget(client, Kind.DEPLOYMENT, "shop", "nothing");

    String message = assertThrows(IOException.class, other::count).getMessage();
    assertEquals("deployment shop/nothing does not exist", message.replace(":", ""));
  }

  @Test
  void aServerThatIsGoneIsAnError() {
    server.stop(0);

    assertThrows(IOException.class, () -> target.count());
  }
}
