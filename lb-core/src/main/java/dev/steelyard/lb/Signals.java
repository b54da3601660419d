package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.health.HealthMonitor;
import dev.steelyard.lb.limit.WaitQueue;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.select.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What all endpoints of one balancer share: the clock, and how their averages fade. Its identity
 * tells whose an endpoint is.
 */
final class Signals {

  /** What happens to endpoints that their weights follow. */
  interface Changes {
    /** One answers again that could not be connected to. */
    void recovered(LiveEndpoint endpoint);

    /** One has been ejected, or is no longer watched. */
    void guarded();

    /** One that was ejected is let in again. */
    void letIn(LiveEndpoint endpoint);

    /** A request failed. */
    void failed();

    /** One has reported its load. */
    void reported();
  }

  private static final Changes NOBODY =
      new Changes() {
        @Override
        public void recovered(LiveEndpoint endpoint) {}

        @Override
        public void guarded() {}

        @Override
        public void letIn(LiveEndpoint endpoint) {}

        @Override
        public void failed() {}

        @Override
        public void reported() {}
      };

  private final Ticker ticker;
  // Plain: a request that reads the other value for a moment is timed, or not, as it would have
  // been just before.
  private boolean timed;
  private final DecayingSignals latency;
  private final DecayingSignals failures = DecayingSignals.ofMillis(Endpoint.FAILURE_DECAY_MILLIS);

  private Changes changes = NOBODY;
  private double errorPenalty = -1;
  private boolean alwaysTimed;
  private boolean durationJudged;
  private @Nullable WaitQueue queue;
  private @Nullable HealthMonitor monitor;

  Signals(Ticker ticker, long latencyDecayNanos) {
    this.ticker = ticker;
    this.latency = new DecayingSignals(latencyDecayNanos);
  }

  Ticker ticker() {
    return ticker;
  }

  /** Whether requests are timed: the strategy goes by latency, or the failure policy does. */
  boolean timed() {
    return timed;
  }

  void timed(boolean now) {
    timed = now;
  }

  /**
   * Has all requests timed, whatever the strategy. Set before there are endpoints.
   *
   * @param judged because breakers ask how long calls take
   * @param adapted because limits follow latencies
   */
  void alwaysTimed(boolean judged, boolean adapted) {
    durationJudged = judged;
    alwaysTimed = judged || adapted;
  }

  boolean isDurationJudged() {
    return durationJudged;
  }

  boolean isAlwaysTimed() {
    return alwaysTimed;
  }

  /** Who waits for requests to end. Set before there are endpoints. */
  void queue(@Nullable WaitQueue whoWaits) {
    queue = whoWaits;
  }

  /** Who is to hear how requests end. Set before there are endpoints. */
  void healthMonitor(@Nullable HealthMonitor whom) {
    monitor = whom;
  }

  /** A request to an endpoint ended. */
  void observed(LiveEndpoint endpoint, Outcome outcome) {
    HealthMonitor told = monitor;
    if (told != null) {
      told.passive(endpoint.registration().id(), endpoint.incarnation(), outcome);
    }
  }

  /** A request has ended. */
  void released() {
    WaitQueue line = queue;
    if (line != null) {
      line.release();
    }
  }

  /** Instances may have room that had none, or were not there. */
  void releasedAll() {
    WaitQueue line = queue;
    if (line != null) {
      line.releaseAll();
    }
  }

  /** Who is to be told what happens to endpoints; set before there are any. */
  void changes(Changes listener) {
    changes = listener;
  }

  /** Has reports of load taken note of. Set before there are endpoints. */
  void errorPenalty(double penalty) {
    errorPenalty = penalty;
  }

  /** How much an error weighs in a report of load; below 0 if reports are not used. */
  double errorPenalty() {
    return errorPenalty;
  }

  Changes changes() {
    return changes;
  }

  DecayingSignals latency() {
    return latency;
  }

  DecayingSignals failures() {
    return failures;
  }
}
