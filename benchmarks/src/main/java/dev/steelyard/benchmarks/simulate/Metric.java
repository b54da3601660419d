package dev.steelyard.benchmarks.simulate;

import dev.steelyard.simulator.ServerResult;
import dev.steelyard.simulator.SimulationResult;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A figure of a result.
 *
 * @param name as in files, with the servers and the time that it is about
 */
record Metric(String name, ToDoubleFunction<SimulationResult> figure) {
  private static final String SHARE = "share";
  private static final String MOST_IN_FLIGHT = "most_in_flight";
  private static final Map<String, ToDoubleFunction<SimulationResult>> PLAIN = plain();
  private static final double NANOS_PER_MILLI = 1e6;

  private static Map<String, ToDoubleFunction<SimulationResult>> plain() {
    Map<String, ToDoubleFunction<SimulationResult>> plain = new LinkedHashMap<>();
    plain.put("success_percent", SimulationResult::successPercent);
    plain.put("mean_ms", result -> result.meanSeconds() * 1e3);
    plain.put("p50_ms", result -> millis(result, 50));
    plain.put("p90_ms", result -> millis(result, 90));
    plain.put("p99_ms", result -> millis(result, 99));
    plain.put("p999_ms", result -> millis(result, 99.9));
    plain.put("attempts_per_request", SimulationResult::attemptsPerRequest);
    plain.put("sent", result -> result.counts().sent());
    plain.put("unanswered", result -> result.counts().sent() - result.counts().answered());
    plain.put(
        "busy_s", result -> result.servers().stream().mapToDouble(ServerResult::busySeconds).sum());
    return plain;
  }

  private static double millis(SimulationResult result, double percent) {
    return result.percentile(percent).toNanos() / NANOS_PER_MILLI;
  }

  double of(SimulationResult result) {
    return figure.applyAsDouble(result);
  }

  /** Reads the keys that say which figure. */
  static Metric read(Fields fields, Fleet fleet) {
    Set<String> names = new LinkedHashSet<>(PLAIN.keySet());
    names.add(SHARE);
    names.add(MOST_IN_FLIGHT);
    List<String> all = List.copyOf(names);
    String name = fields.need("metric", "one of " + String.join(", ", all)).oneOf(all);
    ToDoubleFunction<SimulationResult> plain = PLAIN.get(name);
    if (plain != null) {
      return new Metric(name, plain);
    }
    Value server = fields.need("server", "the name of a server, or a list");
    Set<String> servers = new HashSet<>(fleet.named(server));
    String about = name + " of " + server.node().toString().replace("\"", "");
    if (name.equals(MOST_IN_FLIGHT)) {
      return new Metric(about, result -> mostInFlight(result, servers));
    }
    Value from = fields.find("from_s");
    Value to = fields.find("to_s");
    if (from == null && to == null) {
      return new Metric(about, result -> share(result, servers));
    }
    Duration begin = from == null ? Duration.ZERO : from.seconds();
    Duration end = to == null ? Duration.ofDays(400) : to.seconds();
    if (begin.compareTo(end) >= 0) {
      throw Refusal.of(fields.path("to_s"), end, "later than from_s, " + begin);
    }
    return new Metric(about + between(from, to), result -> share(result, servers, begin, end));
  }

  private static String between(@Nullable Value from, @Nullable Value to) {
    return (from == null ? "" : " from " + from.node() + " s")
        + (to == null ? "" : " to " + to.node() + " s");
  }

  private static double mostInFlight(SimulationResult result, Set<String> servers) {
    return result.servers().stream()
        .filter(server -> servers.contains(server.name()))
        .mapToInt(ServerResult::mostInFlight)
        .max()
        .orElse(0);
  }

  private static double share(SimulationResult result, Set<String> servers) {
    return result.servers().stream()
        .filter(server -> servers.contains(server.name()))
        .mapToDouble(ServerResult::share)
        .sum();
  }

  private static double share(
      SimulationResult result, Set<String> servers, Duration from, Duration to) {
    return result.servers().stream()
        .map(ServerResult::name)
        .filter(servers::contains)
        .mapToDouble(name -> result.share(name, from, to))
        .sum();
  }
}
