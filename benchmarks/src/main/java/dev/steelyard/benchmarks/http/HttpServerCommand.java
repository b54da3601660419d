package dev.steelyard.benchmarks.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;

/** The server that {@code http-overhead} starts as a process of its own; ends with its parent. */
@Command(name = "http-server", hidden = true, description = "Answers until standard input ends.")
public final class HttpServerCommand implements Callable<Integer> {
  private static final byte[] BODY =
      "x".repeat(128).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  /** For picocli. */
  public HttpServerCommand() {}

  @Override
  @SuppressWarnings("SystemOut") // the port, for the parent
  public Integer call() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService executor = Executors.newCachedThreadPool();
    server.setExecutor(executor);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, BODY.length);
          exchange.getResponseBody().write(BODY);
          exchange.close();
        });
    server.start();
    System.out.println(server.getAddress().getPort());
    while (System.in.read() >= 0) {
      // only the end matters
    }
    server.stop(0);
    executor.shutdown();
    return 0;
  }
}
