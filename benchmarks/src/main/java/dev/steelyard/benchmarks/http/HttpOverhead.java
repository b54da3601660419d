package dev.steelyard.benchmarks.http;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.http.BalancedHttpClient;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * A {@link BalancedHttpClient} beside the bare JDK client, one thread, one loopback server, kept
 * connections. The two take turns in short blocks, each beginning every other pair.
 *
 * @param pairs how many pairs of blocks are measured
 * @param block requests per block
 */
public record HttpOverhead(int pairs, int block) {

  /**
   * What was measured.
   *
   * @param ratios balanced to bare
   * @param bareMicros microseconds per request of the bare client, the mean of its fastest block
   * @param balancedMicros the same of the balanced one
   */
  public record Result(PairedRatios ratios, double bareMicros, double balancedMicros) {}

  /**
   * Starts a server, and measures.
   *
   * @return the result
   * @throws IOException if the server does not start or a request fails
   * @throws InterruptedException if the thread is interrupted
   */
  public Result run() throws IOException, InterruptedException {
    try (ServerProcess server = ServerProcess.start()) {
      String address = "127.0.0.1:" + server.port();
      InstanceRegistry registry = InstanceRegistry.of("http://" + address);
      try (LoadBalancer balancer = LoadBalancer.builder("orders", registry).build()) {
        // Two delegates of the same making: a shared one would be no client of its own.
        HttpClient bare = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpClient balanced =
            BalancedHttpClient.builder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1))
                .service("orders", balancer)
                .build();
        HttpRequest direct = request("http://" + address + "/v1/42");
        HttpRequest named = request("http://orders/v1/42");
        return measure(bare, direct, balanced, named);
      }
    }
  }

  private Result measure(
      HttpClient bare, HttpRequest direct, HttpClient balanced, HttpRequest named)
      throws IOException, InterruptedException {
    // As long again as a third of what is measured, for the compilers on both sides.
    for (int pair = 0; pair <= pairs / 3; pair++) {
      block(bare, direct);
      block(balanced, named);
    }
    double[] bareNanos = new double[pairs];
    double[] balancedNanos = new double[pairs];
    for (int pair = 0; pair < pairs; pair++) {
      boolean bareFirst = pair % 2 == 0;
      if (bareFirst) {
        bareNanos[pair] = block(bare, direct);
      }
      balancedNanos[pair] = block(balanced, named);
      if (!bareFirst) {
        bareNanos[pair] = block(bare, direct);
      }
    }
    return new Result(
        PairedRatios.of(balancedNanos, bareNanos), fastest(bareNanos), fastest(balancedNanos));
  }

  private double block(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (int i = 0; i < block; i++) {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException("answered " + response.statusCode());
      }
    }
    return System.nanoTime() - start;
  }

  private double fastest(double[] nanos) {
    double least = Double.MAX_VALUE;
    for (double value : nanos) {
      least = Math.min(least, value);
    }
    return least / block / 1000;
  }

  private static HttpRequest request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).build();
  }
}
