package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What lies between clients and servers. Immutable. */
public final class Network {
  /** How long it takes until a connection that nobody answers is given up, in ms: {@value}. */
  public static final int DEFAULT_CONNECT_TIMEOUT_MILLIS = 1_000;

  private static final Distribution NOTHING = Distribution.fixed(Duration.ZERO);

  final Distribution within;
  final Distribution across;
  final double loss;
  final long retransmitNanos;
  final long connectTimeoutNanos;

  private Network(
      Distribution within,
      Distribution across,
      double loss,
      long retransmitNanos,
      long connectTimeoutNanos) {
    this.within = within;
    this.across = across;
    this.loss = loss;
    this.retransmitNanos = retransmitNanos;
    this.connectTimeoutNanos = connectTimeoutNanos;
  }

  /**
   * A network that takes no time and loses nothing.
   *
   * @return the network
   */
  public static Network ideal() {
    return of(NOTHING);
  }

  /**
   * A network.
   *
   * @param oneWay how long a message is under way
   * @return the network
   */
  public static Network of(Distribution oneWay) {
    requireNonNull(oneWay, "oneWay");
    return new Network(
        oneWay, oneWay, 0, 0, Duration.ofMillis(DEFAULT_CONNECT_TIMEOUT_MILLIS).toNanos());
  }

  /**
   * Takes another time between zones.
   *
   * @param oneWay how long a message is under way between a client and a server of two zones
   * @return the changed network
   */
  public Network withAcrossZones(Distribution oneWay) {
    return new Network(
        within, requireNonNull(oneWay, "oneWay"), loss, retransmitNanos, connectTimeoutNanos);
  }

  /**
   * Loses messages, which are sent again as TCP does: after a time, after twice that, and so on.
   *
   * @param probability of each message each time it is sent, 0 to below 1
   * @param retransmit after how long it is sent again first, above 0
   * @return the changed network
   * @throws IllegalArgumentException if out of range
   */
  public Network withLoss(double probability, Duration retransmit) {
    Checks.check(probability >= 0 && probability < 1, "loss", probability, "0 to below 1");
    return new Network(
        within,
        across,
        probability,
        Checks.positiveNanos(retransmit, "loss.retransmit"),
        connectTimeoutNanos);
  }

  /**
   * Sets how long it takes until a connection to a server behind a partition is given up. Default:
   * {@value #DEFAULT_CONNECT_TIMEOUT_MILLIS} ms.
   *
   * @param timeout above 0
   * @return the changed network
   * @throws IllegalArgumentException if out of range
   */
  public Network withConnectTimeout(Duration timeout) {
    return new Network(
        within, across, loss, retransmitNanos, Checks.positiveNanos(timeout, "connectTimeout"));
  }

  /** How long a message is under way. */
  long delay(boolean isAcross, Stream random) {
    long delay = (isAcross ? across : within).draw(random, 0);
    long again = retransmitNanos;
    while (loss > 0 && Stream.open(random) < loss) {
      delay = Checks.sum(delay, again);
      again = Checks.sum(again, again);
    }
    return delay;
  }
}
