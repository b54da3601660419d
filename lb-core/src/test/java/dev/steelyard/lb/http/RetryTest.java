package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest extends HttpTestCase {
  @TempDir private Path folder;

  /** Reads the request and resets the connection. */
  private RawServer resetting() throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connection.head();
              connection.body();
              connection.reset();
            }));
  }

  private RawServer echoing() throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              while (true) {
                connection.head();
                String body = new String(connection.body());
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
              }
            }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "OWN"})
  void a_refused_connection_is_retried_elsewhere_for_every_method(String method) throws Exception {
    RawServer server = echoing();
    LoadBalancer balancer = balancer(RawServer.closedAddress(), server.address());
    HttpClient client = client(balancer);
    HttpRequest request = request().method(method, BodyPublishers.ofString("body")).build();

    for (int i = 0; i < 3; i++) {
      assertEquals("body", send(client, request).body());
      assertEquals("body", get(client.sendAsync(request, BodyHandlers.ofString())).body());
    }
    assertTrue(balancer.snapshot().retries() >= 1);
    assertEquals(balancer.snapshot().retries(), endpoint(balancer, 0).failures());
    assertEquals(6, endpoint(balancer, 1).successes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
  void a_connection_that_breaks_is_retried_elsewhere_for_idempotent_methods(String method)
      throws Exception {
    RawServer server = closing(RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    LoadBalancer balancer = balancer(resetting().address(), server.address());
    HttpClient client = client(balancer);
    HttpRequest request = request().method(method, BodyPublishers.noBody()).build();

    for (int i = 0; i < 2; i++) {
      assertEquals(200, send(client, request).statusCode());
      assertEquals(200, get(client.sendAsync(request, BodyHandlers.ofString())).statusCode());
    }
    assertTrue(endpoint(balancer, 0).failures() > 0);
    assertEquals(4, endpoint(balancer, 1).successes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH", "OWN"})
  void a_connection_that_breaks_is_not_retried_for_other_methods(String method) throws Exception {
    LoadBalancer balancer = balancer(resetting().address(), resetting().address());
    HttpClient client = client(balancer);
    HttpRequest request = request().method(method, BodyPublishers.ofString("body")).build();

    assertThrows(IOException.class, () -> send(client, request));
    var failure =
        assertThrows(
            CompletionException.class,
            () -> client.sendAsync(request, BodyHandlers.ofString()).join());
    assertTrue(failure.getCause() instanceof IOException);
    assertEquals(0, balancer.snapshot().retries());
    assertEquals(1, endpoint(balancer, 0).failures());
    assertEquals(1, endpoint(balancer, 1).failures());
  }

  @Test
  void the_last_failure_is_thrown_when_all_have_failed() throws Exception {
    LoadBalancer balancer =
        balancer(
            RawServer.closedAddress(),
            RawServer.closedAddress(),
            RawServer.closedAddress(),
            RawServer.closedAddress());
    HttpClient client = client(balancer);

    assertThrows(ConnectException.class, () -> send(client, request().build()));
    assertEquals(FailurePolicy.DEFAULT_MAX_RETRIES, balancer.snapshot().retries());
    var failure =
        assertThrows(
            CompletionException.class,
            () -> client.sendAsync(request().build(), BodyHandlers.ofString()).join());
    assertTrue(failure.getCause() instanceof ConnectException);
  }

  @Test
  void the_budget_bounds_the_retries() throws Exception {
    LoadBalancer balancer =
        LoadBalancer.builder(
                "orders", InstanceRegistry.of(RawServer.closedAddress(), RawServer.closedAddress()))
            .selector(Selectors.roundRobin())
            .retryBudget(0.5, 0.001) // one now, and another one in a quarter of an hour
            .build();
    balancers.add(balancer);
    HttpClient client = client(balancer);
    for (int i = 0; i < 10; i++) {
      assertThrows(ConnectException.class, () -> send(client, request().build()));
    }
    assertEquals(1, balancer.snapshot().retries());
    assertEquals(11, endpoint(balancer, 0).requests() + endpoint(balancer, 1).requests());
  }

  /** Can be read once, and says how often it was. */
  private static final class OneShot implements BodyPublisher {
    final AtomicInteger reads = new AtomicInteger();
    private final boolean fails;

    OneShot(boolean fails) {
      this.fails = fails;
    }

    @Override
    public long contentLength() {
      return 4;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      reads.incrementAndGet();
      SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>();
      publisher.subscribe(subscriber);
      if (fails) {
        publisher.closeExceptionally(new IOException("the body's own"));
      } else {
        publisher.submit(ByteBuffer.wrap("body".getBytes()));
        publisher.close();
      }
    }
  }

  @Test
  void a_body_of_unknown_kind_goes_elsewhere_if_nobody_has_read_it() throws Exception {
    RawServer server = echoing();
    LoadBalancer balancer = balancer(RawServer.closedAddress(), server.address());
    HttpClient client = client(balancer);
    for (int i = 0; i < 4; i++) {
      OneShot body = new OneShot(false);
      assertEquals("body", send(client, request().POST(body).build()).body());
      assertEquals(1, body.reads.get());
    }
    assertTrue(balancer.snapshot().retries() > 0);
  }

  @Test
  void a_body_of_unknown_kind_is_never_sent_twice() throws Exception {
    LoadBalancer balancer = balancer(resetting().address(), resetting().address());
    OneShot body = new OneShot(false);
    OneShot other = new OneShot(false);

    assertThrows(IOException.class, () -> send(client(balancer), request().PUT(body).build()));
    assertThrows(
        CompletionException.class,
        () ->
            client(balancer)
                .sendAsync(request().PUT(other).build(), BodyHandlers.ofString())
                .join());
    assertEquals(1, body.reads.get());
    assertEquals(1, other.reads.get());
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void a_body_that_fails_by_itself_is_no_fault_of_the_instance() throws Exception {
    LoadBalancer balancer = balancer(echoing().address(), echoing().address());
    OneShot body = new OneShot(true);

    assertThrows(IOException.class, () -> send(client(balancer), request().PUT(body).build()));
    assertEquals(0, balancer.snapshot().retries());
    assertEquals(1, endpoint(balancer, 0).ignored() + endpoint(balancer, 1).ignored());
  }

  @Test
  void the_bodies_that_the_jdk_can_repeat_are_repeated() throws Exception {
    Path file = Files.writeString(folder.resolve("body"), "body");
    for (BodyPublisher body :
        List.of(
            BodyPublishers.ofString("body"),
            BodyPublishers.ofByteArray("body".getBytes()),
            BodyPublishers.ofFile(file))) {
      LoadBalancer balancer = balancer(resetting().address(), echoing().address());
      HttpClient client = client(balancer);
      for (int i = 0; i < 2; i++) {
        assertEquals("body", send(client, request().PUT(body).build()).body());
      }
      assertTrue(balancer.snapshot().retries() >= 1, body::toString);
    }
  }
}
