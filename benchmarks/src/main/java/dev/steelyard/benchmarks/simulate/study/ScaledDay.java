package dev.steelyard.benchmarks.simulate.study;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.replay.Trace;
import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.ClientSetup;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Network;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.Server;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.List;

/**
 * A recorded load on a fleet whose size a policy decides.
 *
 * <p>Time is not compressed: the constants of both autoscaler and balancer are in seconds. What is
 * scaled is how many requests there are, to what a fleet of some size can do.
 */
final class ScaledDay {
  /** Where a fleet that is sized well would be. */
  static final double TARGET = 0.7;

  static final int CORES = 2;
  static final int CLIENTS = 10;

  /** Five times the mean work. */
  static final Duration SLO = Duration.ofSeconds(1);

  static final double COLD_FACTOR = 5;
  static final int WARM_AFTER = 100;
  static final Duration SAMPLE = Duration.ofMinutes(10);

  private static final Duration MEDIAN = Duration.ofMillis(180);
  private static final Duration P99 = Duration.ofMillis(500);
  private static final double NORMAL_P99 = 2.3263478740408408;
  private static final Duration ONE_WAY = Duration.ofNanos(500_000);

  private final Trace trace;
  private final int peakServers;
  private final int least;

  /**
   * Scales a load.
   *
   * @param load requests per interval
   * @param peakServers how many servers at {@link #TARGET} the busiest interval needs
   * @param least the least number of servers
   */
  ScaledDay(Trace load, int peakServers, int least) {
    this.trace = load.scale(peakServers * TARGET * perServer() / load.max());
    this.peakServers = peakServers;
    this.least = least;
  }

  /** Requests per second of one server that is never idle: cores by mean work. */
  static double perServer() {
    double sigma = StrictMath.log((double) P99.toNanos() / MEDIAN.toNanos()) / NORMAL_P99;
    return CORES / (MEDIAN.toNanos() / 1e9 * StrictMath.exp(sigma * sigma / 2));
  }

  int peakServers() {
    return peakServers;
  }

  int least() {
    return least;
  }

  /** More than is needed, as bounds of autoscalers are. */
  int most() {
    return 2 * peakServers;
  }

  /** Requests per second, interval by interval. */
  Trace rate() {
    return trace;
  }

  /**
   * What came of a day.
   *
   * @param slow the share of the requests that took longer than {@link #SLO}
   * @param largest the most instances that served at a time
   */
  record Outcome(
      SimulationResult result,
      double slow,
      double instanceHours,
      int largest,
      int ups,
      int downs,
      int reversals,
      List<FleetScaler.Size> sizes) {}

  /** How many servers the first interval needs at {@link #TARGET}. */
  int first() {
    return Math.max((int) Math.ceil(trace.value(0) / perServer() / TARGET), least);
  }

  /**
   * Runs it.
   *
   * @param first how many servers there are at first; they are warm
   */
  Outcome run(
      ScalingPolicy policy,
      int first,
      ClientSetup setup,
      FleetScaler.Farewell farewell,
      long seed) {
    double[] rates = new double[trace.size()];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = trace.value(i);
    }
    Server warm = Server.named("s", Distribution.logNormal(MEDIAN, P99)).withCores(CORES);
    Server template = warm.startingCold(COLD_FACTOR, WARM_AFTER);
    FleetScaler scaler = new FleetScaler(policy, template, first, trace.start(), farewell);
    SimulationResult result =
        Scenario.named(trace.name())
            .clients(CLIENTS)
            .servers(first, warm)
            .network(Network.of(Distribution.fixed(ONE_WAY)))
            .discoveryDelay(Distribution.exponential(Duration.ofSeconds(1)))
            .arrivals(Arrivals.recorded(trace.interval(), rates))
            .lasts(trace.interval().multipliedBy(rates.length))
            .sampleEvery(SAMPLE)
            .every(FleetScaler.STEP, scaler)
            .balancer(setup)
            .build()
            .run(seed);
    return new Outcome(
        result,
        slowerThan(result, SLO),
        scaler.instanceHours(),
        scaler.sizes().stream().mapToInt(FleetScaler.Size::serving).max().orElse(first),
        scaler.ups(),
        scaler.downs(),
        scaler.reversals(),
        scaler.sizes());
  }

  /** The share of the requests that took longer: what the percentiles say, to a millionth. */
  static double slowerThan(SimulationResult result, Duration limit) {
    long within = 0;
    long above = 1_000_001;
    while (above - within > 1) {
      long middle = (within + above) / 2;
      if (result.percentile(middle / 10_000.0).compareTo(limit) <= 0) {
        within = middle;
      } else {
        above = middle;
      }
    }
    return 1 - within / 1e6;
  }
}
