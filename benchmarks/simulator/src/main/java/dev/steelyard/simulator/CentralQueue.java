package dev.steelyard.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One queue for all servers, in place of balancers: a request waits until any core is free and goes
 * to the fastest server that has one. No client that knows only what it sees itself can do better
 * than this, as long as what is asked for is not known; so it is the bound to compare with (M/G/k
 * with servers of different speeds).
 */
final class CentralQueue {
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private final List<ServerNode> servers = new ArrayList<>();

  void joined(ServerNode server) {
    servers.add(server);
  }

  void left(ServerNode server) {
    servers.remove(server);
  }

  void send(Request request) {
    waiting.add(request);
    hasRoom();
  }

  void hasRoom() {
    while (!waiting.isEmpty()) {
      ServerNode free = fastestWithRoom();
      if (free == null) {
        return;
      }
      free.chosen();
      free.arrive(new CentralTrip(waiting.remove(), free));
    }
  }

  private @Nullable ServerNode fastestWithRoom() {
    ServerNode best = null;
    for (ServerNode server : servers) {
      if (server.hasRoom() && (best == null || server.speed() > best.speed())) {
        best = server;
      }
    }
    return best;
  }

  /** From the queue on: the way to it takes time before, as the way back does afterwards. */
  private static final class CentralTrip extends Trip {
    private final Request request;

    CentralTrip(Request request, ServerNode node) {
      super(request.engine, node, request.endpoint, request.seed, 0);
      this.request = request;
    }

    @Override
    @Nullable String clientZone() {
      return request.client.zone();
    }

    @Override
    void answered(Answer what) {
      engine.ended(request, what, null);
    }

    @Override
    void failed(Exception why) {
      engine.ended(request, null, why);
    }
  }
}
