package dev.steelyard.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that takes a given time to answer and fails a given share of requests.
 *
 * <p>{@code GET /work} is the service; {@code GET /stats} says how many of these requests have
 * arrived, which is the truth that the client's own counts are compared with.
 *
 * <p>Its threads are bounded, as those of real servers are: what comes beyond them waits, so too
 * much load shows as latency, the signal that balancers work with. A failure is answered at once,
 * because that is the dangerous kind: to a balancer that looks only at latency it is a fast server.
 */
final class WorkServer implements AutoCloseable {
  /**
   * Connections waiting to be accepted. The default of 50 is fewer than the callers that may all
   * connect in one moment, and what does not fit waits for TCP to try again, a second later.
   */
  private static final int BACKLOG = 1024;

  private static final byte[] ANSWER = "done\n".getBytes(US_ASCII);

  private final HttpServer http;
  private final ExecutorService executor;
  private final long serviceNanos;
  private final double failureRate;
  private final Random random;
  private final LongAdder served = new LongAdder();

  private WorkServer(
      HttpServer http, int threads, Duration serviceTime, double failureRate, long seed) {
    this.http = http;
    this.executor = Executors.newFixedThreadPool(threads);
    this.serviceNanos = serviceTime.toNanos();
    this.failureRate = failureRate;
    this.random = new Random(seed);
  }

  /**
   * Starts a server on the loopback address.
   *
   * @param port 0 for a free one
   * @param connections how many idle connections it keeps. The JDK's server closes every connection
   *     beyond 200 after its response, and a client that sends on one in that moment gets no
   *     answer; a server that expects a known number of clients is set up for them
   */
  static WorkServer start(
      int port, Duration serviceTime, double failureRate, int threads, int connections, long seed)
      throws IOException {
    // Read once, when the first HttpServer of the JVM is made.
    System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(connections));
    // Headers and body are two writes; with Nagle's algorithm the second one may wait 40 ms for the
    // client's delayed acknowledgement of the first.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    HttpServer http = HttpServer.create(address, BACKLOG);
    WorkServer server = new WorkServer(http, threads, serviceTime, failureRate, seed);
    http.setExecutor(server.executor);
    http.createContext("/work", server::work);
    http.createContext("/stats", server::stats);
    http.start();
    return server;
  }

  int port() {
    return http.getAddress().getPort();
  }

  private void work(HttpExchange exchange) throws IOException {
    served.increment();
    if (random.nextDouble() < failureRate) {
      answer(exchange, 503, new byte[0]);
      return;
    }
    long end = System.nanoTime() + (long) (serviceNanos * (0.5 + random.nextDouble()));
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    answer(exchange, 200, ANSWER);
  }

  private void stats(HttpExchange exchange) throws IOException {
    answer(exchange, 200, Long.toString(served.sum()).getBytes(US_ASCII));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    }
  }

  @Override
  public void close() {
    http.stop(0);
    executor.shutdownNow();
  }
}
