package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.select.Endpoint;

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
