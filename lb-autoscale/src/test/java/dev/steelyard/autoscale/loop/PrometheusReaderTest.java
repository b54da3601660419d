package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.loop.PrometheusReader.Result;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that are down, slow, broken or that lie about the protocol. */
@Timeout(60)
class PrometheusReaderTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String ONE =
      "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[5,\"42\"]}}";

  private static PrometheusReader reader(URI server, Duration timeout) {
    return new PrometheusReader(HTTP, server, Map.of(), timeout, 10_000);
  }

  private static Result ask(RawServer server) throws InterruptedException {
    return reader(server.uri(), Duration.ofSeconds(20)).ask(List.of("up")).get(0);
  }

  private static ReadException failure(Result result) {
    return assertInstanceOf(Result.Failed.class, result).why();
  }

  private static void assertFails(Kind kind, String message, RawServer server) throws Exception {
    try (server) {
      ReadException why = failure(ask(server));
      assertEquals(kind, why.kind(), why.getMessage());
      assertTrue(why.getMessage().contains(message), why.getMessage());
    }
  }

  @Test
  void theQueryIsEncodedAndHeadersAreSent() throws Exception {
    try (RawServer server = RawServer.json(ONE)) {
      URI behindProxy = URI.create(server.uri() + "/monitoring/");
      PrometheusReader reader =
          new PrometheusReader(
              HTTP,
              behindProxy,
              Map.of("Authorization", "Bearer t"),
              Duration.ofSeconds(20),
              9_999);

      Result result = reader.ask(List.of("sum(a{b=\"c d&e\"})+1")).get(0);

      assertEquals(
          42, assertInstanceOf(Result.Answered.class, result).answer().rows().get(0).value());
      String head = server.requests().get(0);
      assertTrue(
          head.startsWith(
              "GET /monitoring/api/v1/query?query=sum%28a%7Bb%3D%22c+d%26e%22%7D%29%2B1 HTTP/1.1"),
          head);
      assertTrue(head.contains("Authorization: Bearer t"), head);
    }
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    URI nobody = URI.create("http://127.0.0.1:" + port);

    ReadException why = failure(reader(nobody, Duration.ofSeconds(20)).ask(List.of("up")).get(0));

    assertEquals(Kind.UNREACHABLE, why.kind());
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer server = new RawServer((request, out) -> never.await())) {
      Result result = reader(server.uri(), Duration.ofSeconds(2)).ask(List.of("up")).get(0);

      assertEquals(Kind.TIMEOUT, failure(result).kind());
    } finally {
      never.countDown();
    }
  }

  @Test
  void aServerThatSendsTheBodyDropByDropIsGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            (request, out) -> {
              out.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{".getBytes(UTF_8));
              out.flush();
              never.await();
            })) {
      Result result = reader(server.uri(), Duration.ofSeconds(2)).ask(List.of("up")).get(0);

      assertEquals(Kind.TIMEOUT, failure(result).kind());
    } finally {
      never.countDown();
    }
  }

  @Test
  void oneSlowQueryDoesNotTakeTheAnswersOfTheOthersAway() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            (request, out) -> {
              if (request.contains("slow")) {
                never.await();
              }
              out.write(RawServer.http(200, "application/json", ONE));
            })) {
      List<Result> results =
          reader(server.uri(), Duration.ofSeconds(2)).ask(List.of("fast", "slow", "fast"));

      assertInstanceOf(Result.Answered.class, results.get(0));
      assertEquals(Kind.TIMEOUT, failure(results.get(1)).kind());
      assertInstanceOf(Result.Answered.class, results.get(2));
    } finally {
      never.countDown();
    }
  }

  @Test
  void anInterruptedReadEndsAndKeepsTheInterruption() throws Exception {
    try (RawServer server = RawServer.json(ONE)) {
      Thread.currentThread().interrupt();

      assertThrows(
          InterruptedException.class,
          () -> reader(server.uri(), Duration.ofSeconds(20)).ask(List.of("up")));
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void theConnectionBreaksInTheMiddleOfTheBody() throws Exception {
    assertFails(
        Kind.UNREACHABLE,
        "",
        new RawServer(
            (request, out) ->
                out.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"status\"".getBytes(UTF_8))));
  }

  @Test
  void theAnswerIsLargerThanTheLimit() throws Exception {
    assertFails(Kind.TOO_LARGE, "more than 10000 bytes", RawServer.json(ONE + " ".repeat(10_000)));
  }

  @Test
  void anAnswerWithoutEndIsCutOffAtTheLimit() throws Exception {
    assertFails(
        Kind.TOO_LARGE,
        "more than 10000 bytes",
        new RawServer(
            (request, out) -> {
              out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
              while (true) {
                out.write(new byte[1_000]);
              }
            }));
  }

  @Test
  void aLoginPageIsNoMetric() throws Exception {
    assertFails(
        Kind.MALFORMED,
        "<html>",
        RawServer.of(200, "text/html", "<html><body>Please log in: 42</body></html>"));
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    assertFails(
        Kind.REDIRECTED,
        "HTTP 302 to http://elsewhere.example/login",
        new RawServer(
            (request, out) ->
                out.write(
                    ("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/login\r\n"
                            + "Content-Length: 0\r\n\r\n")
                        .getBytes(UTF_8))));
  }

  @ParameterizedTest
  @CsvSource({"401", "403", "404", "429", "500", "502", "503"})
  void anErrorOfSomebodyBetweenIsTold(int status) throws Exception {
    assertFails(
        Kind.HTTP_ERROR,
        "HTTP " + status + ", no upstream",
        RawServer.of(status, "text/plain", "no upstream\n"));
  }

  @ParameterizedTest
  @CsvSource({"400,bad_data", "422,execution", "503,timeout", "200,internal"})
  void prometheusOwnErrorsSayWhy(int status, String type) throws Exception {
    assertFails(
        Kind.QUERY_FAILED,
        type + ": parse error at char 3",
        RawServer.of(
            status,
            "application/json",
            "{\"status\":\"error\",\"errorType\":\""
                + type
                + "\",\"error\":\"parse error at char 3\"}"));
  }

  @Test
  void aMessageOfAServerCannotForgeLinesOfALogNorFillIt() throws IOException, InterruptedException {
    try (RawServer server =
        RawServer.of(500, "text/plain", "a\r\nWARN all is well" + "x".repeat(5_000))) {
      ReadFailure told = failure(ask(server)).of("cpu");

      assertTrue(told.message().length() <= Texts.LONGEST);
      assertTrue(told.toString().startsWith("cpu: HTTP_ERROR, HTTP 500, a  WARN all is well"));
    }
  }
}
