package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Servers with something wrong, which share a load.
 *
 * @param key in study.json and in names of files
 * @param title in tables
 * @param what what is wrong, in a sentence
 * @param work the work of a request
 * @param speeds of the servers
 * @param each makes a server what it is
 * @param available the share of its time in which a server works, counting slow time as less
 * @param deploys whether each server is replaced by a cold one in the course of a run
 */
record Fleet(
    String key,
    String title,
    String what,
    Distribution work,
    List<Double> speeds,
    UnaryOperator<Server> each,
    double available,
    boolean deploys) {
  static final int SERVERS = 20;
  static final int CORES = 4;
  static final int CLIENTS = 20;
  static final Duration ONE_WAY = Duration.ofNanos(250_000);
  private static final Distribution EXPONENTIAL = Distribution.exponential(ofMillis(20));
  private static final double COLD = 5;
  private static final int REQUESTS_PER_WARM_UP = 1_000; // all warm-ups together: 2.7 % of the work
  private static final double DECAYS = 3; // to a 20th: e to the power of -3
  private static final double WARM_UP = 0.1;
  private static final Duration DRAIN = ofSeconds(2);

  Fleet {
    speeds = List.copyOf(speeds);
  }

  static List<Fleet> all() {
    List<Double> equal = Collections.nCopies(SERVERS, 1.0);
    List<Double> unequal = new ArrayList<>(Collections.nCopies(SERVERS, 1.0));
    Collections.fill(unequal.subList(0, 5), 2.0);
    Collections.fill(unequal.subList(15, SERVERS), 0.5);
    List<Double> oneSlow = new ArrayList<>(equal);
    oneSlow.set(SERVERS - 1, 0.1);
    Distribution tail = Distribution.pareto(ofMillis(6), 1.3, ofSeconds(2));
    return List.of(
        fleet("heterogeneous", "5 of 20 servers are twice as fast, 5 half as fast", unequal),
        fleet("slow instance", "1 of 20 servers is 10 times slower", oneSlow),
        new Fleet(
            "gc-pauses",
            "GC pauses",
            "each server stands still about every 5 s, for 100 ms in the median, 400 ms in 1 % "
                + "of the cases",
            EXPONENTIAL,
            equal,
            server ->
                server.withPauses(
                    Distribution.exponential(ofSeconds(5)),
                    Distribution.logNormal(ofMillis(100), ofMillis(400))),
            share(5_000, Distribution.logNormal(ofMillis(100), ofMillis(400)), 0),
            false),
        new Fleet(
            "antagonists",
            "antagonists",
            "each server runs at 40 % for about 1 s of 5",
            EXPONENTIAL,
            equal,
            server ->
                server.withAntagonist(
                    Distribution.exponential(ofSeconds(4)),
                    Distribution.exponential(ofSeconds(1)),
                    0.4),
            share(4_000, Distribution.exponential(ofSeconds(1)), 0.4),
            false),
        new Fleet(
            "heavy-tails",
            "heavy tails",
            "the work is Pareto-distributed (exponent 1.3), from 6 ms to 2 s, "
                + Figures.millis(tail.meanNanos())
                + " ms in the mean",
            tail,
            equal,
            UnaryOperator.identity(),
            1,
            false),
        new Fleet(
            "cold-caches",
            "cold caches",
            "each server is replaced in turn; a new one needs 5 times the work at first, and is "
                + "warm after a thousandth of the requests of the run",
            EXPONENTIAL,
            equal,
            UnaryOperator.identity(),
            1,
            true));
  }

  private static Fleet fleet(String title, String what, List<Double> speeds) {
    return new Fleet(
        title.replace(' ', '-'),
        title,
        what,
        EXPONENTIAL,
        speeds,
        UnaryOperator.identity(),
        1,
        false);
  }

  private static double share(long everyMillis, Distribution length, double speed) {
    double lost = length.meanNanos() / 1e6;
    return 1 - (1 - speed) * lost / (everyMillis + lost);
  }

  /** How many requests it can work on per second, all of them warm. */
  double capacity() {
    double speed = speeds.stream().mapToDouble(Double::doubleValue).sum();
    return speed * CORES * available / (work.meanNanos() / 1e9);
  }

  /**
   * Makes the scenario.
   *
   * @param load the share of what the fleet can do, warming up included
   * @param requests about how many there are
   */
  Scenario scenario(double load, int requests) {
    int warmAfter = Math.max(requests / REQUESTS_PER_WARM_UP, 1);
    double extra = deploys ? SERVERS * (COLD - 1) * warmAfter / DECAYS : 0;
    double seconds = (requests + extra) / (load * capacity());
    Duration lasts = seconds(seconds);
    Scenario.Builder scenario =
        Scenario.named(title)
            .clients(CLIENTS)
            .network(Network.of(Distribution.fixed(ONE_WAY)))
            .arrivals(Arrivals.poisson(requests / seconds))
            .lasts(lasts)
            .measureFrom(seconds(WARM_UP * seconds));
    for (int i = 0; i < SERVERS; i++) {
      Server server = Server.named("s-" + i, work).withCores(CORES).withSpeed(speeds.get(i));
      scenario.server(each.apply(server));
      if (deploys) {
        String old = server.name();
        Server fresh = server.withName("new-" + i).startingCold(COLD, warmAfter);
        scenario.at(
            seconds(seconds * (WARM_UP + (0.95 - WARM_UP) * i / SERVERS)),
            control -> {
              control.join(fresh);
              control.drain(old, DRAIN);
            });
      }
    }
    return scenario.build();
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
