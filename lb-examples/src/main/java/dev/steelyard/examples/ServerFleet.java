package dev.steelyard.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The server processes of a run, which end with it: when it is closed, when the program is
 * interrupted (a shutdown hook), and when it is killed (see {@link ServerCommand}).
 */
final class ServerFleet implements AutoCloseable {
  private final List<ServerProcess> servers = new ArrayList<>();
  private final Thread hook = new Thread(this::kill, "servers-shutdown");

  private ServerFleet() {}

  /** Starts all servers and returns when they listen. */
  static ServerFleet start(List<ServerProfile> profiles, int connections, long seed)
      throws IOException {
    ServerFleet fleet = new ServerFleet();
    Runtime.getRuntime().addShutdownHook(fleet.hook);
    try {
      for (ServerProfile profile : profiles) {
        fleet.add(ServerProcess.launch(profile, connections, seed + fleet.servers.size()));
      }
      for (ServerProcess server : fleet.servers) {
        server.awaitReady();
      }
      return fleet;
    } catch (IOException | RuntimeException failure) {
      fleet.close();
      throw failure;
    }
  }

  private synchronized void add(ServerProcess server) {
    servers.add(server);
  }

  List<ServerProcess> servers() {
    return List.copyOf(servers);
  }

  /** The first server with this role; every role has one. */
  ServerProcess withRole(ServerProfile.Role role) {
    return servers.stream()
        .filter(server -> server.profile().role() == role)
        .findFirst()
        .orElseThrow();
  }

  private synchronized void kill() {
    servers.forEach(ServerProcess::close);
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook runs as well, and finds nothing left to kill.
    }
  }
}
