package dev.steelyard.examples.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.examples.chaos.FaultServer.Mode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each fault as the JDK's client sees it: what is injected is what the documentation says. */
@Timeout(60)
class FaultServerTest {
  @TempDir Path folder;
  private FaultServer server;
  private HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeEach
  void start() throws IOException {
    server = FaultServer.start(0, Duration.ofMillis(1), journal(), null);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void answersWithTheIdAndWritesItDown() throws Exception {
    assertEquals("a-1\n", get("a-1").body());
    assertEquals("a-2\n", get("a-2").body());
    get("b-1");

    assertEquals(new Journal.Arrivals(2, 0, 0), Journal.read(List.of(journal()), "a-"));
  }

  @Test
  void countsWhatArrivedTwice() throws Exception {
    get("a-1");
    get("a-1");
    post("a-2");
    post("a-2");
    post("a-3");

    assertEquals(new Journal.Arrivals(5, 2, 1), Journal.read(List.of(journal()), "a-"));
  }

  @Test
  void aPostThatWasTurnedAwayWasNotExecuted() throws Exception {
    server.mode(Mode.FAST503);
    assertEquals(503, post("a-1").statusCode());
    server.mode(Mode.NORMAL);
    assertEquals(200, post("a-1").statusCode());

    assertEquals(new Journal.Arrivals(2, 1, 0), Journal.read(List.of(journal()), "a-"));
  }

  @Test
  void resetBreaksTheConnectionAfterTheRequestWasRead() throws Exception {
    server.mode(Mode.RESET);

    IOException failure = assertThrows(IOException.class, () -> post("a-1"));

    StringBuilder causes = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      causes.append(cause);
    }
    assertTrue(causes.toString().contains("reset"), causes::toString);
    assertEquals(1, Journal.read(List.of(journal()), "a-").arrivals());
  }

  @Test
  void refusedClosesWhatIsOpenAndComesBackOnTheSamePort() throws Exception {
    get("a-1");
    server.mode(Mode.REFUSED);
    assertThrows(ConnectException.class, () -> get("a-2"));

    server.mode(Mode.NORMAL);
    assertEquals(200, get("a-3").statusCode());
  }

  @Test
  void truncatedPromisesMoreThanItSends() throws Exception {
    server.mode(Mode.TRUNCATED);

    IOException failure = assertThrows(IOException.class, () -> post("a-long-enough"));

    assertTrue(failure.toString().contains("content-length"), failure.toString());
  }

  @Test
  void errors50IsAboutHalf() throws Exception {
    server.mode(Mode.ERRORS50);
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      statuses.add(get("a-" + i).statusCode());
    }

    long bad = statuses.stream().filter(status -> status == 500).count();
    assertEquals(100, bad + statuses.stream().filter(status -> status == 200).count());
    // Beyond seven standard deviations.
    assertEquals(50, bad, 36);
  }

  @Test
  void slowTakesThirtyTimesAsLong() throws Exception {
    get("a-0");
    server.mode(Mode.SLOW);
    long start = System.nanoTime();
    get("a-1");

    // 1 ms, spread over 50 % to 150 %.
    assertTrue(System.nanoTime() - start >= 15_000_000);
  }

  @Test
  void aWrongCertificateFailsTheHandshakeAlsoWhereAConnectionWasOpen() throws Exception {
    Certificates.make(folder);
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(Certificates.client(folder))
            .build();
    try (FaultServer secure =
        FaultServer.start(0, Duration.ofMillis(1), journal(), ServerTls.read(folder))) {
      URI uri = URI.create("https://127.0.0.1:" + secure.port() + "/work/a-1");
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      assertEquals(200, http.send(request, BodyHandlers.ofString()).statusCode());

      secure.mode(Mode.WRONG_CERTIFICATE);
      assertThrows(SSLException.class, () -> http.send(request, BodyHandlers.ofString()));

      secure.mode(Mode.NORMAL);
      assertEquals(200, http.send(request, BodyHandlers.ofString()).statusCode());
    }
  }

  private Path journal() {
    return folder.resolve("journal");
  }

  private HttpResponse<String> get(String id) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(id)));
  }

  /**
   * The JDK's client sends a GET again by itself when its connection breaks; a POST it does not.
   */
  private HttpResponse<String> post(String id) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(id)).POST(BodyPublishers.ofString("body")));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private URI uri(String id) {
    return URI.create("http://127.0.0.1:" + server.port() + "/work/" + id);
  }
}
