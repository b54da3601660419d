package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The servers and clients to which trouble comes: in three zones, equally many in each.
 *
 * @param servers how many, a multiple of three
 * @param cores of each
 * @param clients how many
 */
record Site(int servers, int cores, int clients) {
  static final List<String> ZONES = List.of("a", "b", "c");
  static final Distribution WORK = Distribution.exponential(ofMillis(20));
  private static final Duration WITHIN = Duration.ofNanos(250_000);
  private static final double COLD = 3;
  private static final int WARM_AFTER = 200;

  static Site of(StudyContext context) {
    return context.isQuick() ? new Site(3, 1, 3) : new Site(21, 4, 21);
  }

  /** How many requests it can work on per second. */
  double capacity() {
    return servers * cores / (WORK.meanNanos() / 1e9);
  }

  String name(int server) {
    return "s-" + server;
  }

  String zone(int server) {
    return ZONES.get(server % ZONES.size());
  }

  /** The servers of a zone. */
  List<Integer> in(String zone) {
    return all().filter(i -> zone(i).equals(zone)).boxed().toList();
  }

  IntStream all() {
    return IntStream.range(0, servers);
  }

  Server server(int number) {
    return Server.named(name(number), WORK).withCores(cores).withZone(zone(number));
  }

  /** A server that is cold when its process starts. */
  Server cold(int number) {
    return server(number).startingCold(COLD, WARM_AFTER);
  }

  /** Without servers; with samples of a second. */
  Scenario.Builder scenario(String title, double load, int seconds) {
    return scenario(title, Arrivals.poisson(load * capacity()), seconds);
  }

  Scenario.Builder scenario(String title, Arrivals arrivals, int seconds) {
    return Scenario.named(title)
        .clients(clients)
        .clientZones(ZONES.toArray(new String[0]))
        .network(
            Network.of(Distribution.fixed(WITHIN)).withAcrossZones(Distribution.fixed(ofMillis(1))))
        .arrivals(arrivals)
        .lasts(ofSeconds(seconds))
        .sampleEvery(ofSeconds(1));
  }
}
