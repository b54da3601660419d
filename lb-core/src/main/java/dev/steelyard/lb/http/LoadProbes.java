package dev.steelyard.lb.http;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.positiveNanos;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.select.LoadReport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Asks instances for their load, for {@link dev.steelyard.lb.select.Selectors#prequal}. */
public final class LoadProbes {
  private static final int OK = 200;

  private LoadProbes() {}

  /**
   * Returns a probe by HTTP: {@code GET} of the instance's URI and a path. The answer must have
   * status 200 and a load report in its text form ({@link LoadReport#parse}), in the header {@value
   * LoadReport#HEADER} or else in the first line of the body. Anything else fails the stage.
   *
   * <p>Thread-safe; does not block. A body is read to its end, so that the connection is used
   * again, and given up above {@value FirstLine#LONGEST_BODY} bytes.
   *
   * @param client what sends: one of the JDK's, not the balanced one, whose requests would be
   *     picked for and counted
   * @param path where the load is, beginning with a slash; a query may follow
   * @param timeout how long a probe may take, above 0; milliseconds, because an answer is of no use
   *     after a second
   * @return the probe
   * @throws IllegalArgumentException if the path or the timeout breaks its rule
   */
  public static Function<Instance, CompletionStage<LoadReport>> http(
      HttpClient client, String path, Duration timeout) {
    requireNonNull(client, "client");
    check(requireNonNull(path, "path").startsWith("/"), "path", path, "begins with /");
    positiveNanos(timeout, "timeout");
    URI asked = URI.create("http://instance" + path);
    return instance -> {
      URI uri = InstanceUri.of(asked, instance.uri(), instance.uri().getScheme());
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
      return client.sendAsync(request, info -> new FirstLine()).thenApply(LoadProbes::report);
    };
  }

  private static LoadReport report(HttpResponse<String> response) {
    if (response.statusCode() != OK) {
      throw new CompletionException(
          new IllegalArgumentException(
              response.uri() + ": status " + response.statusCode() + " (expected: 200)"));
    }
    return LoadReport.parse(
        response.headers().firstValue(LoadReport.HEADER).orElseGet(response::body));
  }
}
