package dev.steelyard.lb.http;

import dev.steelyard.lb.LoadBalancer;
import dev.steelyard.lb.registry.InstanceRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Runs in a JVM of its own, because the JDK's client reads its property once. */
final class HostHeaderMain {
  private HostHeaderMain() {}

  public static void main(String[] args) throws Exception {
    try (RawServer server = RawServer.answering(RawServer.OK)) {
      LoadBalancer balancer =
          LoadBalancer.builder("orders", InstanceRegistry.of(server.address())).build();
      HttpClient client =
          BalancedHttpClient.builder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1))
              .service("orders", balancer)
              .hostHeader(HostHeader.SERVICE)
              .build();
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://Orders:81/"));
      client.send(request.copy().header("X-Other", "1").build(), BodyHandlers.discarding());
      expect(server, "\r\nHost: Orders:81\r\n");
      client.send(request.copy().header("Host", "own").build(), BodyHandlers.discarding());
      expect(server, "\r\nHost: own\r\n");

      try {
        client.send(
            request.copy().version(HttpClient.Version.HTTP_2).build(), BodyHandlers.discarding());
        throw new AssertionError("HTTP/2 was not refused");
      } catch (IllegalArgumentException refused) {
        require(refused.getMessage().startsWith("version: HTTP_2 (expected: HTTP_1_1"));
      }
      try {
        BalancedHttpClient.builder(HttpClient.newBuilder())
            .service("orders", balancer)
            .hostHeader(HostHeader.SERVICE)
            .build();
        throw new AssertionError("a client of HTTP/2 was not refused");
      } catch (IllegalStateException refused) {
        require(refused.getMessage().contains("HTTP_1_1"));
      }
      require(balancer.snapshot().endpoints().get(0).inFlight() == 0);
      balancer.close();
    }
    System.out.println("all as expected");
    System.exit(0);
  }

  private static void expect(RawServer server, String line) throws InterruptedException {
    String head = server.head();
    require(head.contains(line));
    require(head.indexOf("\r\nHost:") == head.lastIndexOf("\r\nHost:"));
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new AssertionError();
    }
  }
}
