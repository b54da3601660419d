package dev.steelyard.simulator;

import java.time.Duration;
import java.util.List;

/**
 * What happened between two times.
 *
 * @param from the beginning, since the start of the run
 * @param sent requests that clients began
 * @param answered requests that ended, well or badly
 * @param failed of those, the ones that ended badly
 * @param p50 the median of the times of those that ended; zero if none did
 * @param p99 their 99th percentile
 * @param ejected at the end, how many servers are ejected, summed over the clients that were asked:
 *     all, or as many as have 20 000 endpoints together
 * @param attempts how often each server was chosen, in the order of {@link
 *     SimulationResult#servers}
 * @param inFlight at the end, how many requests are at each server
 */
public record Sample(
    Duration from,
    long sent,
    long answered,
    long failed,
    Duration p50,
    Duration p99,
    int ejected,
    List<Integer> attempts,
    List<Integer> inFlight) {

  /**
   * Copies the lists. Those of servers that join later are shorter in samples before.
   *
   * @param from the beginning
   * @param sent requests that clients began
   * @param answered requests that ended
   * @param failed of those, the ones that ended badly
   * @param p50 the median
   * @param p99 the 99th percentile
   * @param ejected how many servers are ejected
   * @param attempts how often each server was chosen
   * @param inFlight how many requests are at each server
   */
  public Sample {
    attempts = List.copyOf(attempts);
    inFlight = List.copyOf(inFlight);
  }
}
