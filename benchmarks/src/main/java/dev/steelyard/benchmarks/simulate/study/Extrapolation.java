package dev.steelyard.benchmarks.simulate.study;

/**
 * What a fleet would be like that is too large to simulate, from what is known of hashing.
 *
 * @param clients how many
 * @param servers how many
 * @param subset how many servers each client uses; {@link Crowd#ALL}
 */
record Extrapolation(long clients, long servers, int subset) {

  private double share() {
    return subset == Crowd.ALL ? 1 : (double) subset / servers;
  }

  /** Connections of a server on average. */
  double perServer() {
    return clients * share();
  }

  /**
   * Connections of the server that has the most. Each client uses a server with the same
   * probability, independently of the others: binomial. The greatest of n deviations is about the
   * square root of 2 ln n times the standard deviation.
   */
  double mostPerServer() {
    double deviation = Math.sqrt(perServer() * (1 - share()));
    return perServer() + Math.sqrt(2 * StrictMath.log((double) servers)) * deviation;
  }

  double connections() {
    return clients * (subset == Crowd.ALL ? (double) servers : subset);
  }

  /** Requests per second that a client sends while the servers are as busy as those simulated. */
  double perSecondOfClient() {
    return Crowd.perSecond(1) * servers / clients;
  }

  /** Requests per second of a client to one of the servers that it uses. */
  double perSecondOfConnection() {
    return perSecondOfClient() / (subset == Crowd.ALL ? servers : subset);
  }

  /** Requests that a client has under way at a time, if none waits. */
  double underWay() {
    return perSecondOfClient() * Crowd.WORK.toNanos() / 1e9;
  }
}
