package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.lb.LoadBalancer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTest extends HttpTestCase {
  private final CountDownLatch rest = new CountDownLatch(1);
  private final CompletableFuture<Void> closedByClient = new CompletableFuture<>();

  /** Sends the first half of a body, and the second when {@link #rest} says so. */
  private RawServer halting() throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connection.head();
              connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
              rest.await();
              connection.send("two\n");
              connection.head();
            }));
  }

  /** Sends a part of the answer, and waits for the client to close the connection. */
  private RawServer hanging(String part) throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connection.head();
              connection.body();
              connection.send(part);
              connection.awaitClose();
              closedByClient.complete(null);
            }));
  }

  private RawServer truncating() throws IOException {
    return closing(
        RawServer.start(
            connection -> {
              connection.head();
              connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
            }));
  }

  @Test
  void a_stream_holds_the_lease_until_it_is_read_to_its_end() throws Exception {
    LoadBalancer balancer = balancer(halting().address());
    InputStream body =
        client(balancer).send(request().build(), BodyHandlers.ofInputStream()).body();

    assertEquals("one\n", new String(body.readNBytes(4), StandardCharsets.UTF_8));
    assertEquals(1, inFlight(balancer));
    rest.countDown();
    assertEquals("two\n", new String(body.readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).successes());
  }

  @Test
  void a_stream_holds_the_lease_until_it_is_closed() throws Exception {
    LoadBalancer balancer =
        balancer(hanging("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n").address());
    HttpClient client = client(balancer);
    InputStream body =
        get(client.sendAsync(request().build(), BodyHandlers.ofInputStream())).body();

    assertEquals(1, inFlight(balancer));
    body.close();
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).cancelled());
    get(closedByClient);
  }

  @Test
  void lines_hold_the_lease_until_the_last() throws Exception {
    LoadBalancer balancer = balancer(halting().address());
    try (Stream<String> lines =
        client(balancer).send(request().build(), BodyHandlers.ofLines()).body()) {
      assertEquals(1, inFlight(balancer));
      rest.countDown();
      assertEquals(List.of("one", "two"), lines.toList());
    }
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).successes());
  }

  @Test
  void a_publisher_holds_the_lease_until_it_completes() throws Exception {
    LoadBalancer balancer = balancer(halting().address());
    Flow.Publisher<List<ByteBuffer>> body =
        client(balancer).send(request().build(), BodyHandlers.ofPublisher()).body();
    assertEquals(1, inFlight(balancer));
    rest.countDown();

    BodySubscriber<String> reader = BodySubscribers.ofString(StandardCharsets.UTF_8);
    body.subscribe(reader);
    assertEquals("one\ntwo\n", get(reader.getBody().toCompletableFuture()));
    assertEquals(0, inFlight(balancer));
  }

  @Test
  void a_body_that_is_thrown_away_holds_the_lease_until_it_has_come() throws Exception {
    LoadBalancer balancer = balancer(halting().address());
    CompletableFuture<HttpResponse<Void>> response =
        client(balancer).sendAsync(request().build(), BodyHandlers.discarding());
    assertEquals(1, inFlight(balancer));
    rest.countDown();
    get(response);
    assertEquals(0, inFlight(balancer));
    assertEquals(1, endpoint(balancer, 0).successes());
  }

  private record CancelsAtOnce() implements BodySubscriber<String> {
    @Override
    public CompletionStage<String> getBody() {
      return CompletableFuture.completedFuture("nothing read");
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {}

    @Override
    public void onError(Throwable throwable) {}

    @Override
    public void onComplete() {}
  }

  @ParameterizedTest
  @CsvSource({"200, CANCELLED", "500, FAILURE", "503, OVERLOADED"})
  void a_body_that_nobody_wants_ends_the_lease_and_a_bad_status_still_counts(
      int status, String outcome) throws Exception {
    LoadBalancer balancer =
        balancer(hanging("HTTP/1.1 " + status + " X\r\nContent-Length: 8\r\n\r\none\n").address());
    HttpResponse<String> response =
        client(balancer).send(notRepeated(), info -> new CancelsAtOnce());

    assertEquals("nothing read", response.body()); // may be there before the body is begun
    get(closedByClient);
    assertEquals(0, inFlight(balancer));
    assertEquals(outcome, outcomeOf(endpoint(balancer, 0)));
  }

  private static HttpRequest notRepeated() {
    return request().POST(BodyPublishers.noBody()).build();
  }

  private static String outcomeOf(EndpointSnapshot endpoint) {
    assertEquals(1, endpoint.requests());
    return endpoint.successes() == 1
        ? "SUCCESS"
        : endpoint.failures() == 1
            ? "FAILURE"
            : endpoint.overloaded() == 1
                ? "OVERLOADED"
                : endpoint.cancelled() == 1 ? "CANCELLED" : "IGNORED";
  }

  @ParameterizedTest
  @CsvSource({
    "200, SUCCESS", "204, SUCCESS", "301, SUCCESS", "404, SUCCESS", "429, OVERLOADED",
    "499, SUCCESS", "500, FAILURE", "503, OVERLOADED", "504, FAILURE", "599, FAILURE"
  })
  void the_status_decides_the_outcome(int status, String outcome) throws Exception {
    String length = status == 204 ? "" : "Content-Length: 0\r\n";
    RawServer server =
        closing(RawServer.answering("HTTP/1.1 " + status + " X\r\n" + length + "\r\n"));
    LoadBalancer whole = balancer(server.address());
    LoadBalancer streamed = balancer(server.address());
    assertEquals(status, send(client(whole), notRepeated()).statusCode());
    try (InputStream body =
        client(streamed).send(notRepeated(), BodyHandlers.ofInputStream()).body()) {
      assertEquals(0, body.readAllBytes().length);
    }

    assertEquals(outcome, outcomeOf(endpoint(whole, 0)));
    assertEquals(outcome, outcomeOf(endpoint(streamed, 0)));
  }

  @Test
  void a_classifier_of_the_users_sees_the_answer_and_one_that_throws_harms_nobody()
      throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address());
    AtomicReference<Object> seen = new AtomicReference<>();
    HttpClient client =
        BalancedHttpClient.builder(HttpClient.newBuilder())
            .service("orders", balancer)
            .classifier(
                (response, failure) -> {
                  seen.set(response);
                  throw new IllegalStateException("on purpose");
                })
            .build();

    assertEquals("ok", send(client, request().build()).body());
    assertInstanceOf(HttpResponse.ResponseInfo.class, seen.get());
    assertEquals("IGNORED", outcomeOf(endpoint(balancer, 0)));
    assertEquals(1, balancer.snapshot().callbackFaults());
  }

  @Test
  void a_stream_that_breaks_off_is_a_failure() throws Exception {
    LoadBalancer balancer = balancer(truncating().address());
    InputStream body =
        client(balancer).send(request().build(), BodyHandlers.ofInputStream()).body();

    assertThrows(IOException.class, body::readAllBytes);
    assertEquals("FAILURE", outcomeOf(endpoint(balancer, 0)));
  }

  @Test
  void a_whole_body_that_breaks_off_is_a_failure_and_is_fetched_elsewhere() throws Exception {
    RawServer other = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(truncating().address(), other.address());
    HttpClient client = client(balancer);
    for (int i = 0; i < 4; i++) {
      assertEquals("ok", send(client, request().build()).body());
      assertEquals("ok", get(client.sendAsync(request().build(), BodyHandlers.ofString())).body());
    }
    assertTrue(endpoint(balancer, 0).failures() > 0);
    assertEquals(endpoint(balancer, 0).failures(), endpoint(balancer, 0).requests());
    assertEquals(8, endpoint(balancer, 1).successes());
  }

  @Test
  void a_post_whose_answer_breaks_off_is_not_repeated() throws Exception {
    LoadBalancer balancer = balancer(truncating().address(), truncating().address());
    HttpRequest post = request().POST(BodyPublishers.ofString("x")).build();

    assertThrows(IOException.class, () -> send(client(balancer), post));
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void a_fault_of_the_users_handler_is_neither_a_failure_nor_repeated() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    RawServer other = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address(), other.address());
    HttpClient client = client(balancer);
    BodyHandler<String> inApply =
        info -> {
          throw new IllegalStateException("on purpose");
        };
    BodyHandler<String> inMapping =
        info ->
            BodySubscribers.mapping(
                BodySubscribers.ofString(StandardCharsets.UTF_8),
                text -> {
                  throw new IllegalStateException("on purpose");
                });
    BodyHandler<Void> inConsumer =
        BodyHandlers.ofByteArrayConsumer(
            bytes -> {
              throw new IllegalStateException("on purpose");
            });

    for (BodyHandler<?> handler : List.of(inApply, inMapping, inConsumer)) {
      assertThrows(Exception.class, () -> client.send(request().build(), handler));
      assertThrows(
          ExecutionException.class,
          () -> client.sendAsync(request().build(), handler).get(20, TimeUnit.SECONDS));
    }
    assertEquals(0, balancer.snapshot().retries());
    for (int i = 0; i < 2; i++) {
      assertEquals(0, endpoint(balancer, i).failures());
      assertEquals(3, endpoint(balancer, i).requests());
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n'"})
  void cancelling_the_future_ends_the_exchange_and_the_lease(String part) throws Exception {
    RawServer server = hanging(part);
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<HttpResponse<String>> response =
        client(balancer).sendAsync(request().build(), BodyHandlers.ofString());
    server.head();
    assertEquals(1, inFlight(balancer));

    assertTrue(response.cancel(true));
    assertEquals(0, inFlight(balancer));
    assertEquals("CANCELLED", outcomeOf(endpoint(balancer, 0)));
    get(closedByClient);
    assertThrows(CancellationException.class, response::join);
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void cancelling_a_future_that_is_derived_ends_the_exchange_and_the_lease() throws Exception {
    RawServer server = hanging("");
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<Integer> status =
        client(balancer)
            .sendAsync(request().build(), BodyHandlers.ofString())
            .thenApply(HttpResponse::body)
            .thenApply(String::length);
    server.head();

    status.cancel(true);
    get(closedByClient);
    assertEquals("CANCELLED", outcomeOf(endpoint(balancer, 0)));
  }

  @Test
  void a_timeout_of_the_future_ends_the_exchange_and_the_lease() throws Exception {
    RawServer server = hanging("");
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<HttpResponse<String>> response =
        client(balancer).sendAsync(request().build(), BodyHandlers.ofString());
    server.head(); // the exchange is under way
    response.orTimeout(50, TimeUnit.MILLISECONDS);

    var failure = assertThrows(ExecutionException.class, response::get);
    assertInstanceOf(TimeoutException.class, failure.getCause());
    get(closedByClient);
    assertEquals("CANCELLED", outcomeOf(endpoint(balancer, 0)));
  }

  @Test
  void an_interrupt_ends_the_exchange_and_the_lease() throws Exception {
    RawServer server = hanging("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\n");
    LoadBalancer balancer = balancer(server.address());
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () ->
                thrown.complete(
                    assertThrows(
                        Throwable.class, () -> send(client(balancer), request().build()))));
    caller.start();
    server.head();
    caller.interrupt();

    assertInstanceOf(InterruptedException.class, get(thrown));
    get(closedByClient);
    assertEquals("CANCELLED", outcomeOf(endpoint(balancer, 0)));
    assertEquals(0, balancer.snapshot().retries());
  }

  @Test
  void a_thread_that_is_interrupted_already_sends_nothing() {
    LoadBalancer balancer = balancer("http://127.0.0.1:1");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> send(client(balancer), request().build()));
    assertEquals("CANCELLED", outcomeOf(endpoint(balancer, 0)));
  }

  @Test
  void closing_the_balancer_under_load_leaves_nothing_in_flight() throws Exception {
    RawServer server = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(server.address());
    HttpClient client = client(balancer);
    List<CompletableFuture<HttpResponse<String>>> responses =
        Stream.generate(() -> client.sendAsync(request().build(), BodyHandlers.ofString()))
            .limit(50)
            .toList();
    balancer.close();
    for (var response : responses) {
      assertEquals("ok", get(response).body());
    }
    assertEquals(0, inFlight(balancer));
  }

  @Test
  void closing_the_client_under_load_leaves_nothing_in_flight() throws Exception {
    RawServer server = hanging("");
    LoadBalancer balancer = balancer(server.address());
    BalancedHttpClient client = client(balancer);
    List<CompletableFuture<HttpResponse<String>>> responses =
        Stream.generate(() -> client.sendAsync(request().build(), BodyHandlers.ofString()))
            .limit(20)
            .toList();
    client.shutdownNow();
    if (Runtime.version().feature() < 21) {
      responses.forEach(response -> response.cancel(true));
    }
    for (var response : responses) {
      assertThrows(Exception.class, () -> get(response));
    }
    assertEquals(0, inFlight(balancer));
    assertEquals(0, endpoint(balancer, 0).failures());
  }

  @Test
  void virtual_or_not_many_threads_leave_nothing_in_flight() throws Exception {
    RawServer first = closing(RawServer.answering(RawServer.OK));
    RawServer second = closing(RawServer.answering(RawServer.OK));
    LoadBalancer balancer = balancer(first.address(), second.address());
    HttpClient client = client(balancer);
    CountDownLatch done = new CountDownLatch(8);
    for (int t = 0; t < 8; t++) {
      new Thread(
              () -> {
                try {
                  for (int i = 0; i < 50; i++) {
                    send(client, request().build());
                  }
                  done.countDown();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              })
          .start();
    }
    assertTrue(done.await(40, TimeUnit.SECONDS));
    assertEquals(400, endpoint(balancer, 0).successes() + endpoint(balancer, 1).successes());
  }
}
