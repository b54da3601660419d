package dev.steelyard.simulator;

import dev.steelyard.lb.select.LoadReport;
import org.jspecify.annotations.Nullable;

/** A request on its way to a server, there, and back: one event that is planned again and again. */
abstract class Trip extends Event {
  private enum Stage {
    TO_SERVER,
    AT_SERVER,
    BACK,
    BROKEN,
    REFUSED,
    TIMED_OUT
  }

  final Engine engine;
  final ServerNode node;
  final String endpoint;
  final long seed;
  final int number;
  private Stage stage = Stage.TO_SERVER;
  private Answer answer;
  private @Nullable LoadReport report;

  // Of the server: what is left of the work at which time, where it is in the list, and how many
  // others were there when it came.
  double workLeft;
  long workedUntil;
  long arrivedNanos;
  int slot;
  int others;
  boolean breaks;

  /**
   * Makes a trip.
   *
   * @param seed decides how much work this is, whichever server does it
   * @param number of the attempt, 0 for the first of the request: what fails once need not fail
   *     again
   */
  Trip(Engine engine, ServerNode node, String endpoint, long seed, int number) {
    this.engine = engine;
    this.node = node;
    this.endpoint = endpoint;
    this.seed = seed;
    this.number = number;
    this.answer = node.ok();
  }

  /** Where the client is, or null. */
  abstract @Nullable String clientZone();

  /** The answer is there. */
  abstract void answered(Answer what);

  /** There will be no answer. */
  abstract void failed(Exception why);

  /** The request is sent. */
  final void send() {
    if (node.isCutFrom(clientZone())) {
      stage = Stage.TIMED_OUT;
      engine.planIn(engine.network().connectTimeoutNanos, this);
      return;
    }
    long delay = engine.delay(clientZone(), node);
    if (delay == 0) {
      node.arrive(this);
    } else {
      engine.planIn(delay, this);
    }
  }

  /** The server works on it for so long. */
  final void workFor(long nanos) {
    stage = Stage.AT_SERVER;
    engine.planIn(nanos, this);
  }

  /** What the server will answer when its work is done. */
  final void outcome(Answer what) {
    answer = what;
  }

  final Answer outcome() {
    return answer;
  }

  /** The server has answered. */
  final void sendBack(Answer what) {
    answer = what;
    report = node.report();
    back(Stage.BACK);
  }

  /** What the server said with its answer about its load; null for nothing. */
  final @Nullable LoadReport report() {
    return report;
  }

  /** The connection has broken, or was refused. */
  final void sendBackBroken(boolean wasRefused) {
    back(wasRefused ? Stage.REFUSED : Stage.BROKEN);
  }

  private void back(Stage as) {
    if (!node.isCutFrom(clientZone())) {
      stage = as;
      engine.planIn(engine.delay(clientZone(), node), this);
    }
  }

  @Override
  void run() {
    switch (stage) {
      case AT_SERVER -> node.worked(this);
      case TIMED_OUT -> failed(new Failures.NotConnected(node.name()));
      default -> arrived();
    }
  }

  /** At the end of a way; what is under way when the network is cut is lost. */
  private void arrived() {
    if (node.isCutFrom(clientZone())) {
      return;
    }
    switch (stage) {
      case TO_SERVER -> node.arrive(this);
      case BACK -> answered(answer);
      case BROKEN -> failed(new Failures.Broken(node.name()));
      case REFUSED -> failed(new Failures.NotConnected(node.name()));
      default -> throw new AssertionError(stage);
    }
  }
}
