package dev.steelyard.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.steelyard.lb.registry.Instance;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server in a JVM of its own. */
final class ServerProcess implements AutoCloseable {
  private static final Duration STATS_TIMEOUT = Duration.ofSeconds(10);

  private final ServerProfile profile;
  private final Process process;
  private int port;

  private ServerProcess(ServerProfile profile, Process process) {
    this.profile = profile;
    this.process = process;
  }

  /** Starts the process and does not wait for it, so that several can start at a time. */
  static ServerProcess launch(ServerProfile profile, int connections, long seed)
      throws IOException {
    return new ServerProcess(
        profile,
        JavaProcess.start(
            List.of(
                "server",
                "--service-micros=" + profile.serviceTime().toNanos() / 1_000,
                "--failure-rate=" + profile.failureRate(),
                "--connections=" + connections,
                "--seed=" + seed)));
  }

  /** Waits until the server listens. */
  void awaitReady() throws IOException {
    // Not closed: the server prints one line, and closing the pipe would be news to it.
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII));
    @Nullable String line = out.readLine();
    if (line == null || !line.matches("\\d{1,5}")) {
      throw new IOException(
          profile.id() + ": server did not start; it printed " + (line == null ? "nothing" : line));
    }
    port = Integer.parseInt(line);
  }

  ServerProfile profile() {
    return profile;
  }

  Instance instance() {
    return Instance.of("http://127.0.0.1:" + port).withId(profile.id());
  }

  /** How many requests have arrived at the server, as it says itself. */
  CompletableFuture<Long> served(HttpClient http) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/stats"))
            .timeout(STATS_TIMEOUT)
            .build();
    return http.sendAsync(request, BodyHandlers.ofString(US_ASCII))
        .thenApply(HttpResponse::body)
        .thenApply(Long::parseLong);
  }

  /** Closes its input, as the end of this program does: the server then ends by itself. */
  void letGo() throws IOException {
    process.getOutputStream().close();
  }

  boolean awaitExit(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Kills it as {@code kill -9} does: no goodbye, connections are reset. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
