package dev.steelyard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.examples.ServerProfile.Role;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ServerProcessTest {
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void servesWorkAndCountsIt() throws Exception {
    try (ServerFleet fleet = fleet(0)) {
      ServerProcess server = fleet.withRole(Role.STAYS);

      assertEquals(200, get(server));
      assertEquals(200, get(server));
      assertEquals(2, server.served(http).get());
    }
  }

  @Test
  void failsTheShareThatItWasTold() throws Exception {
    try (ServerFleet fleet = fleet(1)) {
      assertEquals(503, get(fleet.withRole(Role.STAYS)));
    }
  }

  @Test
  void aKilledServerRefusesConnections() throws Exception {
    try (ServerFleet fleet = fleet(0)) {
      ServerProcess server = fleet.withRole(Role.STAYS);
      server.close();
      assertTrue(server.awaitExit(Duration.ofSeconds(30)));

      assertThrows(IOException.class, () -> get(server));
    }
  }

  @Test
  void endsWhenTheParentLetsGoOfItsInput() throws Exception {
    try (ServerFleet fleet = fleet(0)) {
      ServerProcess server = fleet.withRole(Role.STAYS);
      server.letGo();

      assertTrue(server.awaitExit(Duration.ofSeconds(30)));
    }
  }

  private static ServerFleet fleet(double failureRate) throws IOException {
    return ServerFleet.start(
        List.of(new ServerProfile("s", Role.STAYS, Duration.ofMillis(1), failureRate)), 200, 1);
  }

  private int get(ServerProcess server) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(server.instance().uri().resolve("/work")).build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }
}
