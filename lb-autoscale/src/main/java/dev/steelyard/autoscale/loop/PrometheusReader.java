package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks Prometheus: all queries of a round at once, one time limit for the round. Thread-safe. */
final class PrometheusReader {
  private static final int OK = 200;
  private static final int REDIRECTS = 300;
  private static final int ERRORS = 400;

  private final HttpClient http;
  private final URI endpoint;
  private final Map<String, String> headers;
  private final Duration timeout;
  private final int maxBytes;

  /**
   * @param server what comes before {@code /api/v1/query}, a path of a proxy included
   * @param timeout of a whole round
   * @param maxBytes of one answer
   */
  PrometheusReader(
      HttpClient http, URI server, Map<String, String> headers, Duration timeout, int maxBytes) {
    this.http = http;
    String base = server.toString();
    this.endpoint =
        URI.create(
            (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/api/v1/query");
    this.headers = Map.copyOf(headers);
    this.timeout = timeout;
    this.maxBytes = maxBytes;
  }

  /** How one query ended: exactly one of the two is there. */
  sealed interface Result {
    /** It was answered. */
    record Answered(PrometheusAnswer answer) implements Result {}

    /** It was not. */
    record Failed(ReadException why) implements Result {}
  }

  /** Returns one result per query, in their order; throws only if this thread is interrupted. */
  List<Result> ask(List<String> queries) throws InterruptedException {
    List<CompletableFuture<HttpResponse<byte[]>>> calls = new ArrayList<>();
    for (String query : queries) {
      calls.add(http.sendAsync(request(query), info -> new BoundedBody(maxBytes)));
    }
    boolean[] late = new boolean[calls.size()];
    try {
      CompletableFuture.allOf(calls.toArray(new CompletableFuture<?>[0]))
          .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException each) {
      // Told below, for each.
    } finally {
      // Before they are cancelled: the client may end a call with an error of its own on the way.
      for (int i = 0; i < late.length; i++) {
        late[i] = !calls.get(i).isDone();
        calls.get(i).cancel(true);
      }
    }
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < late.length; i++) {
      results.add(late[i] ? new Result.Failed(late()) : result(calls.get(i)));
    }
    return results;
  }

  private HttpRequest request(String query) {
    String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
    // The time of the evaluation is the server's: asking for ours would make a difference of the
    // clocks look like old data, or like none.
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoint + "?query=" + encoded)).timeout(timeout);
    headers.forEach(request::setHeader);
    return request.header("Accept", "application/json").build();
  }

  private Result result(CompletableFuture<HttpResponse<byte[]>> call) {
    try {
      return new Result.Answered(read(call.join()));
    } catch (ReadException failure) {
      return new Result.Failed(failure);
    } catch (CompletionException failure) {
      return new Result.Failed(explain(failure));
    }
  }

  private static PrometheusAnswer read(HttpResponse<byte[]> response) throws ReadException {
    int status = response.statusCode();
    if (status >= REDIRECTS && status < ERRORS) {
      String where = response.headers().firstValue("Location").orElse("nowhere");
      throw new ReadException(Kind.REDIRECTED, "HTTP " + status + " to " + where);
    }
    if (status == OK) {
      return PrometheusParser.parse(response.body());
    }
    try {
      PrometheusParser.parse(response.body());
    } catch (ReadException failure) {
      if (failure.kind() == Kind.QUERY_FAILED) {
        throw new ReadException(Kind.QUERY_FAILED, "HTTP " + status + ", " + failure.getMessage());
      }
    }
    String text = Texts.oneLine(new String(response.body(), StandardCharsets.UTF_8));
    throw new ReadException(
        Kind.HTTP_ERROR, "HTTP " + status + (text.isEmpty() ? "" : ", " + text));
  }

  private ReadException explain(CompletionException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ReadException known) {
        return known;
      }
      if (cause instanceof HttpConnectTimeoutException) {
        return new ReadException(Kind.UNREACHABLE, "no connection in time");
      }
      if (cause instanceof HttpTimeoutException) {
        return late();
      }
    }
    Throwable cause = failure.getCause() instanceof IOException io ? io : failure;
    return new ReadException(Kind.UNREACHABLE, Texts.of(cause));
  }

  private ReadException late() {
    return new ReadException(Kind.TIMEOUT, "no complete answer in " + timeout.toMillis() + " ms");
  }
}
