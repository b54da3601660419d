package dev.steelyard.simulator;

/**
 * What a server had to do.
 *
 * @param name its name
 * @param attempts how often a client chose it, retries and hedges included
 * @param share of all attempts, 0 to 1
 * @param responses how many it answered
 * @param busySeconds the sum of its response times, in seconds
 * @param mostInFlight how many requests were there at most at a time
 */
public record ServerResult(
    String name,
    long attempts,
    double share,
    long responses,
    double busySeconds,
    int mostInFlight) {}
