package dev.steelyard.simulator;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What came of a run. Immutable; equal runs give equal results, and the same {@link #toString}.
 *
 * <p>Times are those that the caller sees: from the request to its answer or failure, with all
 * retries. Requests before {@link Scenario.Builder#measureFrom} are not among them.
 */
public final class SimulationResult {

  /**
   * How many.
   *
   * @param sent requests
   * @param answered requests that ended, well or badly
   * @param succeeded requests that were answered with a status below 400
   * @param attempts how often a server was chosen in the whole run, retries and hedges included
   */
  public record Counts(long sent, long answered, long succeeded, long attempts) {}

  private final String scenario;
  private final long seed;
  private final Duration lasted;
  private final Counts counts;
  private final double meanSeconds;
  private final Histogram times;
  private final SortedMap<String, Long> failures;
  private final List<ServerResult> servers;
  private final List<Sample> samples;

  SimulationResult(
      String scenario,
      long seed,
      Duration lasted,
      Counts counts,
      double meanSeconds,
      Histogram times,
      Map<String, Long> failures,
      List<ServerResult> servers,
      List<Sample> samples) {
    this.scenario = scenario;
    this.seed = seed;
    this.lasted = lasted;
    this.counts = counts;
    this.meanSeconds = meanSeconds;
    this.times = times;
    this.failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
    this.servers = List.copyOf(servers);
    this.samples = List.copyOf(samples);
  }

  /**
   * Returns the name of the scenario.
   *
   * @return the name
   */
  public String scenario() {
    return scenario;
  }

  /**
   * Returns the seed of the run.
   *
   * @return the seed
   */
  public long seed() {
    return seed;
  }

  /**
   * Returns how long the run lasted, in virtual time.
   *
   * @return until the last answer, or until it was broken off
   */
  public Duration lasted() {
    return lasted;
  }

  /**
   * Returns how many requests there were.
   *
   * @return the counts
   */
  public Counts counts() {
    return counts;
  }

  /**
   * Returns how many requests succeeded.
   *
   * @return of those sent, in percent; 100 if none was
   */
  public double successPercent() {
    return counts.sent() == 0 ? 100 : 100.0 * counts.succeeded() / counts.sent();
  }

  /**
   * Returns the mean time of the requests that ended.
   *
   * @return zero if none did
   */
  public Duration mean() {
    return Duration.ofNanos(Math.round(meanSeconds * 1e9));
  }

  /**
   * Returns the mean time of the requests that ended, in seconds.
   *
   * @return 0 if none did
   */
  public double meanSeconds() {
    return meanSeconds;
  }

  /**
   * Returns a percentile of the times of all requests, failures too; one that was never answered
   * has taken until the end of the run. To three digits.
   *
   * @param percent 0 to 100
   * @return so many percent took no longer; zero if there were none
   * @throws IllegalArgumentException if out of range
   */
  public Duration percentile(double percent) {
    Checks.check(percent >= 0 && percent <= 100, "percentile", percent, "0..100");
    return Duration.ofNanos(times.getValueAtPercentile(percent));
  }

  /**
   * Returns how many attempts were made per request, over the whole run.
   *
   * @return 1 if nothing was retried or hedged, and measuring began at the start
   */
  public double attemptsPerRequest() {
    long sent = samples.stream().mapToLong(Sample::sent).sum();
    return sent == 0 ? 0 : (double) counts.attempts() / sent;
  }

  /**
   * Returns how requests failed.
   *
   * @return how many by cause: {@code status 500}, the name of an exception, {@code unanswered}
   */
  public SortedMap<String, Long> failures() {
    return failures;
  }

  /**
   * Returns what the servers had to do.
   *
   * @return in the order in which they joined
   */
  public List<ServerResult> servers() {
    return servers;
  }

  /**
   * Returns what one server had to do.
   *
   * @param name its name
   * @return its result
   * @throws IllegalArgumentException if there was none of that name
   */
  public ServerResult server(String name) {
    return servers.get(index(name));
  }

  private int index(String name) {
    for (int i = 0; i < servers.size(); i++) {
      if (servers.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("server: \"" + name + "\" (expected: one of the scenario)");
  }

  /**
   * Returns which share of the attempts went to a server.
   *
   * @param server its name
   * @return 0 to 1; over the whole run
   * @throws IllegalArgumentException if there was none of that name
   */
  public double share(String server) {
    return server(server).share();
  }

  /**
   * Returns which share of the attempts went to a server for some time.
   *
   * @param server its name
   * @param from since the start of the run; samples that begin before are left out
   * @param to as long; samples that begin then or later are left out
   * @return 0 to 1; 0 if there were no attempts
   * @throws IllegalArgumentException if there was none of that name
   */
  public double share(String server, Duration from, Duration to) {
    int index = index(server);
    long own = 0;
    long all = 0;
    for (Sample sample : samples) {
      if (sample.from().compareTo(from) >= 0 && sample.from().compareTo(to) < 0) {
        own += index < sample.attempts().size() ? sample.attempts().get(index) : 0;
        all += sample.attempts().stream().mapToLong(Integer::longValue).sum();
      }
    }
    return all == 0 ? 0 : (double) own / all;
  }

  /**
   * Returns the run as it went.
   *
   * @return samples in the order of time
   */
  public List<Sample> samples() {
    return samples;
  }

  /** What a failed assertion wants to show: the result in a few lines. */
  @Override
  public String toString() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, seed %d: %d requests, %.3f %% succeeded, %.3f attempts each",
            scenario,
            seed,
            counts.sent(),
            successPercent(),
            attemptsPerRequest()));
    lines.add(
        String.format(
            Locale.ROOT,
            "mean %.3f ms, p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms",
            meanSeconds * 1e3,
            percentile(50).toNanos() / 1e6,
            percentile(99).toNanos() / 1e6,
            percentile(99.9).toNanos() / 1e6));
    if (!failures.isEmpty()) {
      lines.add("failures: " + failures);
    }
    int shown = Math.min(servers.size(), 20);
    for (ServerResult server : servers.subList(0, shown)) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: %.2f %% of the attempts, at most %d in flight",
              server.name(),
              100 * server.share(),
              server.mostInFlight()));
    }
    if (shown < servers.size()) {
      lines.add("and " + (servers.size() - shown) + " more servers");
    }
    return lines.toString();
  }
}
