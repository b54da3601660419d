package dev.steelyard.lb;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.resilience.OutlierDetection;
import dev.steelyard.lb.resilience.OutlierDetection.Finding;
import dev.steelyard.lb.resilience.OutlierDetection.Rule;
import dev.steelyard.lb.resilience.OutlierDetection.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the instances of a fleet against each other, interval by interval. Of the writer alone, but
 * for {@link #findings}.
 *
 * <p>An interval is what the endpoints counted at its end minus what they had counted at its
 * beginning; requests write nothing for it. While nothing fails nothing is judged, and no timer
 * runs: the first failure begins an interval, and the intervals go on until one has no failure.
 * Only where latency is judged they go on for ever.
 */
final class OutlierWatch {
  private record Counts(long successes, long failures) {}

  private final OutlierDetection detection;
  private final RandomSource random;
  private Map<LiveEndpoint, Counts> beginning = new HashMap<>();
  private volatile List<String> findings = List.of();

  OutlierWatch(OutlierDetection detection, RandomSource random) {
    this.detection = detection;
    this.random = random;
  }

  long intervalNanos() {
    return detection.interval().toNanos();
  }

  boolean alwaysOn() {
    return detection.judges(Rule.LATENCY);
  }

  /** What the last interval brought to light, in words. */
  List<String> findings() {
    return findings;
  }

  /** An interval begins. */
  void begin(List<LiveEndpoint> endpoints) {
    Map<LiveEndpoint, Counts> now = new HashMap<>();
    for (LiveEndpoint endpoint : endpoints) {
      now.put(endpoint, counts(endpoint));
    }
    beginning = now;
  }

  /**
   * An interval ends, and the next one begins. What is found is tripped, worst first, as long as
   * the fleet's room lasts.
   *
   * @return whether there is to be a next one
   */
  boolean judge(List<LiveEndpoint> endpoints, long now) {
    List<Sample> fleet = new ArrayList<>(endpoints.size());
    long failures = 0;
    for (LiveEndpoint endpoint : endpoints) {
      Counts then = beginning.getOrDefault(endpoint, new Counts(0, 0));
      Counts ended = counts(endpoint);
      // Counts are read one after the other while requests end: never take them back below zero.
      Sample sample =
          new Sample(
              Math.max(ended.successes - then.successes, 0),
              Math.max(ended.failures - then.failures, 0),
              endpoint.latencyNanos(now),
              endpoint.isIn());
      failures += sample.failures();
      fleet.add(sample);
    }
    begin(endpoints);
    List<String> told = new ArrayList<>();
    for (Finding finding : detection.judge(fleet, random)) {
      LiveEndpoint endpoint = endpoints.get(finding.index());
      boolean out = finding.enforced() && endpoint.trip(now);
      String what = out ? "ejected" : finding.enforced() ? "kept, no more may be out" : "shadow";
      told.add(endpoint.registration().id() + ": " + finding.explanation() + " (" + what + ")");
    }
    findings = List.copyOf(told);
    return failures > 0 || alwaysOn();
  }

  private static Counts counts(LiveEndpoint endpoint) {
    long requests = endpoint.requests();
    return new Counts(
        endpoint.count(Outcome.SUCCESS, requests, endpoint.inFlight()),
        endpoint.count(Outcome.FAILURE, 0, 0) + endpoint.count(Outcome.OVERLOADED, 0, 0));
  }
}
