package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.lb.EndpointSnapshot;
import dev.steelyard.simulator.SimulationControl;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which pairs of client and server carried a request.
 *
 * @param pairs how many
 * @param mostOfClient to how many servers the client sent that sent to the most
 * @param fewestOfServer from how many clients the server had requests that had the fewest
 * @param mostOfServer as many, the most
 */
record Connections(long pairs, int mostOfClient, int fewestOfServer, int mostOfServer) {

  /** Counts them when it is called; of one run. */
  static final class Counter implements Consumer<SimulationControl> {
    private final int clients;
    private final int[] ofServer;
    private int mostOfClient;

    Counter(int clients, int servers) {
      this.clients = clients;
      this.ofServer = new int[servers];
    }

    @Override
    public void accept(SimulationControl control) {
      for (int i = 0; i < clients; i++) {
        List<EndpointSnapshot> endpoints = control.balancer(i).endpoints();
        int ofClient = 0;
        for (int j = 0; j < ofServer.length; j++) {
          if (endpoints.get(j).requests() > 0) {
            ofServer[j]++;
            ofClient++;
          }
        }
        mostOfClient = Math.max(mostOfClient, ofClient);
      }
    }

    Connections counted() {
      return new Connections(
          Arrays.stream(ofServer).asLongStream().sum(),
          mostOfClient,
          Arrays.stream(ofServer).min().orElse(0),
          Arrays.stream(ofServer).max().orElse(0));
    }
  }
}
