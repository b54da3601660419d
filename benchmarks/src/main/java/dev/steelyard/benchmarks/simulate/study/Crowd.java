package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.lb.select.Routing;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.ServerResult;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;

/**
 * Clients and equal servers, as busy whatever their numbers are.
 *
 * @param clients how many clients
 * @param servers how many servers
 * @param requests how many requests, about; the second half is measured
 */
record Crowd(int clients, int servers, int requests) {
  static final double LOAD = 0.8;
  static final int CORES = 4;
  static final Duration WORK = Duration.ofMillis(20);
  private static final Duration ONE_WAY = Duration.ofNanos(250_000);

  /** Every client uses every server. */
  static final int ALL = 0;

  /** How many clients' parts a server is in that {@link #evenSubset} makes sure of, on average. */
  static final int CLIENTS_PER_SERVER = 20;

  private static final int LEAST_SUBSET = 20;

  /**
   * What came of a run.
   *
   * @param subset how many servers each client uses; {@link Crowd#ALL}
   * @param p99 in nanoseconds
   * @param p999 in nanoseconds
   */
  record Outcome(
      Crowd crowd, int subset, Connections connections, Spread spread, double p99, double p999) {

    static Outcome of(Crowd crowd, int subset, Connections connections, SimulationResult result) {
      return new Outcome(
          crowd,
          subset,
          connections,
          Spread.of(result.servers().stream().map(ServerResult::attempts).toList()),
          (double) result.percentile(99).toNanos(),
          (double) result.percentile(99.9).toNanos());
    }
  }

  /**
   * How many servers each client has to use so that all servers are used alike, or {@link #ALL}.
   */
  int evenSubset() {
    int size =
        Math.max((int) Math.ceil((double) CLIENTS_PER_SERVER * servers / clients), LEAST_SUBSET);
    return size < servers ? size : ALL;
  }

  long endpoints() {
    return (long) clients * servers;
  }

  static double perSecond(int servers) {
    return LOAD * servers * CORES * 1e9 / WORK.toNanos();
  }

  /** How many requests a client has under way at a time, if none waits. */
  double underWay() {
    return LOAD * servers * CORES / clients;
  }

  Outcome run(int subset, ClientSetup setup, long seed) {
    Connections.Counter counter = new Connections.Counter(clients, servers);
    ClientSetup routed =
        subset == ALL
            ? setup
            : (balancer, client) ->
                setup
                    .apply(balancer, client)
                    .routing(Routing.none().clientSubset(subset, "client-" + client.index()));
    SimulationResult result =
        scenario().at(duration().minusNanos(1), counter).balancer(routed).build().run(seed);
    return Outcome.of(this, subset, counter.counted(), result);
  }

  /** One queue for all: whose clients they are makes no difference. */
  SimulationResult central(long seed) {
    return scenario().build().runCentralQueue(seed);
  }

  private Duration duration() {
    return Duration.ofNanos(Math.round(requests / perSecond(servers) * 1e9));
  }

  private Scenario.Builder scenario() {
    return Scenario.named(clients + " clients, " + servers + " servers")
        .clients(clients)
        .servers(servers, Server.named("s", Distribution.exponential(WORK)).withCores(CORES))
        .network(Network.of(Distribution.fixed(ONE_WAY)))
        .arrivals(Arrivals.poisson(perSecond(servers)))
        .lasts(duration())
        .measureFrom(duration().dividedBy(2))
        .sampleEvery(duration());
  }
}
