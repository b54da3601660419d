package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.FailurePolicy;
import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.NoInstanceAvailableException;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.select.Selectors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are asked for again, time limits, hedges and the other balancer, over HTTP. */
class FailurePolicyTest extends HttpTestCase {
  private static final FailurePolicy GENEROUS = FailurePolicy.standard().withRetryBudget(1, 1000);

  @TempDir private Path folder;
  private final AtomicInteger connections = new AtomicInteger();

  private LoadBalancer balancer(FailurePolicy policy, String... addresses) {
    LoadBalancer balancer =
        LoadBalancer.builder("orders", InstanceRegistry.of(addresses))
            .selector(Selectors.roundRobin())
            .failurePolicy(policy)
            .build();
    balancers.add(balancer);
    return balancer;
  }

  private static String status(int status, String headers, String body) {
    return "HTTP/1.1 "
        + status
        + " X\r\n"
        + headers
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private RawServer answering(String answer) throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connections.incrementAndGet();
              while (true) {
                connection.head();
                connection.body();
                connection.send(answer);
              }
            }));
  }

  /** Sends this much of an answer, and no more. */
  private RawServer stalling(String part) throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connection.head();
              connection.body();
              connection.send(part);
              connection.awaitClose();
            }));
  }

  /** By both ways to send. */
  private static HttpResponse<String> send(HttpClient client, boolean async) throws Exception {
    HttpRequest request = request().build();
    return async
        ? get(client.sendAsync(request, BodyHandlers.ofString()))
        : client.send(request, BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_bad_answer_is_asked_for_elsewhere_and_its_connection_is_used_again(boolean async)
      throws Exception {
    RawServer bad = answering(status(503, "", "x".repeat(20_000)));
    RawServer good = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(GENEROUS, bad.address(), good.address());
    HttpClient client = client(balancer);
    AtomicInteger handled = new AtomicInteger();
    BodyHandler<String> counting =
        info -> {
          handled.incrementAndGet();
          return BodyHandlers.ofString().apply(info);
        };
    for (int i = 0; i < 6; i++) {
      HttpRequest request = request().build();
      HttpResponse<String> response =
          async ? get(client.sendAsync(request, counting)) : client.send(request, counting);
      assertEquals("ok", response.body());
    }
    assertEquals(6, handled.get(), "the handler never hears of what is thrown away");
    assertTrue(endpoint(balancer, 0).overloaded() >= 2);
    assertEquals(endpoint(balancer, 0).overloaded(), balancer.snapshot().retries());
    assertTrue(connections.get() <= 2, connections + " connections");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void the_answer_that_is_returned_has_its_body(boolean async) throws Exception {
    RawServer one = answering(status(503, "", "busy one"));
    RawServer two = answering(status(500, "", "busy two"));
    HttpClient client = client(balancer(GENEROUS, one.address(), two.address()));
    HttpResponse<String> last = send(client, async);
    assertEquals(last.statusCode() == 503 ? "busy one" : "busy two", last.body());

    HttpClient once =
        client(balancer(GENEROUS.withRetryBudget(0, 0), one.address(), two.address()));
    assertTrue(send(once, async).body().startsWith("busy"));
  }

  @Test
  void a_post_is_answered_with_what_comes() throws Exception {
    RawServer bad = answering(status(503, "", "busy"));
    LoadBalancer balancer =
        balancer(GENEROUS, bad.address(), bad.address().replace("127.0.0.1", "localhost"));
    HttpRequest post = request().POST(BodyPublishers.ofString("x")).build();
    assertEquals("busy", send(client(balancer), post).body());
    assertEquals(0, balancer.snapshot().retries());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void retry_after_keeps_requests_away_while_others_can_serve(boolean async) throws Exception {
    RawServer bad = answering(status(429, "Retry-After: 60\r\n", ""));
    RawServer good = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(GENEROUS, bad.address(), good.address());
    HttpClient client = client(balancer);
    for (int i = 0; i < 8; i++) {
      assertEquals("ok", send(client, async).body());
    }
    assertEquals(1, endpoint(balancer, 0).requests());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_attempt_without_an_answer_or_the_rest_of_it_is_given_up_and_sent_elsewhere(boolean async)
      throws Exception {
    RawServer silent = stalling("");
    RawServer half = stalling("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
    RawServer good = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer =
        balancer(
            GENEROUS.withPerTryTimeout(Duration.ofMillis(150)),
            silent.address(),
            half.address(),
            good.address());
    HttpClient client = client(balancer);
    for (int i = 0; i < 3; i++) {
      assertEquals("ok", send(client, async).body());
    }
    assertTrue(endpoint(balancer, 0).failures() >= 1);
    assertTrue(endpoint(balancer, 1).failures() >= 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_limit_of_the_policy_shows_as_a_timeout_of_http(boolean async) throws Exception {
    HttpClient client =
        client(
            balancer(GENEROUS.withOverallTimeout(Duration.ofMillis(100)), stalling("").address()));
    HttpRequest request = request().build();
    if (async) {
      var failure =
          assertThrows(
              CompletionException.class,
              () -> client.sendAsync(request, BodyHandlers.ofString()).join());
      assertInstanceOf(HttpTimeoutException.class, failure.getCause());
    } else {
      assertThrows(HttpTimeoutException.class, () -> send(client, request));
    }
  }

  @Test
  void the_callers_own_timeout_is_not_retried() throws Exception {
    RawServer silent = stalling("");
    LoadBalancer balancer =
        balancer(GENEROUS.withOverallTimeout(Duration.ofSeconds(60)), silent.address());
    HttpRequest request = request().timeout(Duration.ofMillis(100)).build();
    assertThrows(HttpTimeoutException.class, () -> send(client(balancer), request));
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void a_stream_is_limited_until_it_begins() throws Exception {
    RawServer half = stalling("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
    LoadBalancer balancer =
        balancer(GENEROUS.withPerTryTimeout(Duration.ofMillis(100)), half.address());
    try (var body = client(balancer).send(request().build(), BodyHandlers.ofInputStream()).body()) {
      assertEquals("one\n", new String(body.readNBytes(4)));
      assertEquals(1, inFlight(balancer));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void what_takes_long_is_hedged(boolean async) throws Exception {
    AtomicInteger served = new AtomicInteger();
    RawServer.Script slowAtLast =
        connection -> {
          while (true) {
            connection.head();
            if (served.incrementAndGet() > 200) {
              connection.awaitClose();
              return;
            }
            connection.send(RawServer.OK);
          }
        };
    RawServer one = closing(RawServer.start(slowAtLast));
    RawServer two = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer =
        balancer(
            GENEROUS.withHedging(0.999, 0.5, Duration.ofMillis(20)), one.address(), two.address());
    HttpClient client = client(balancer);
    for (int i = 0; i < 450; i++) {
      assertEquals("ok", send(client, async).body());
    }
    assertTrue(endpoint(balancer, 0).cancelled() >= 1);
    assertEquals(0, endpoint(balancer, 0).failures());
  }

  @Test
  void a_file_that_breaks_off_is_not_fetched_into_the_same_file_again() throws Exception {
    RawServer truncating =
        closing(
            RawServer.start(
                connection -> {
                  connection.head();
                  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
                }));
    LoadBalancer balancer = balancer(GENEROUS, truncating.address());
    Path file = Files.createTempFile(folder, "body", "");
    assertThrows(
        IOException.class,
        () -> client(balancer).send(request().build(), BodyHandlers.ofFile(file)));
    assertEquals(0, balancer.snapshot().retries());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void without_an_instance_the_other_balancer_serves(boolean timed) throws Exception {
    RawServer good = closing(RawServer.answering(RawServer.OK));
    FailurePolicy policy = timed ? GENEROUS.withOverallTimeout(Duration.ofSeconds(20)) : GENEROUS;
    LoadBalancer other = balancer(policy, good.address());
    LoadBalancer balancer =
        LoadBalancer.builder("orders", InstanceRegistry.of(RawServer.closedAddress()))
            .failurePolicy(policy)
            .fallback(other)
            .build();
    balancers.add(balancer);
    assertEquals("ok", send(client(balancer), request().build()).body());
    assertEquals(1, endpoint(other, 0).successes());

    LoadBalancer nobody = balancer(policy);
    ConnectException none =
        assertThrows(ConnectException.class, () -> send(client(nobody), request().build()));
    assertInstanceOf(NoInstanceAvailableException.class, none.getCause());
  }

  @Test
  void an_interrupt_while_a_retry_waits_ends_the_call_and_what_it_holds() throws Exception {
    RawServer bad = answering(status(503, "Retry-After: 60\r\n", "busy"));
    LoadBalancer balancer =
        balancer(GENEROUS.withMaxRetryAfter(Duration.ofHours(1)), bad.address());
    HttpClient client = client(balancer);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                thrown.complete(new AssertionError(send(client, request().build()).body()));
              } catch (Throwable failure) {
                thrown.complete(failure);
              }
            });
    caller.start();
    bad.head();
    while (balancer.snapshot().retries() == 0 && !thrown.isDone()) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    assertInstanceOf(InterruptedException.class, get(thrown));
    assertEquals(0, inFlight(balancer));
  }
}
