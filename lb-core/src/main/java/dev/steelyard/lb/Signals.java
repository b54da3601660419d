package dev.steelyard.lb;

import dev.steelyard.lb.env.Ticker;
import dev.steelyard.lb.select.Endpoint;

/**
 * What all endpoints of one balancer share: the clock, and how their averages fade. Its identity
 * tells whose an endpoint is.
 */
final class Signals {
  private final Ticker ticker;
  private final boolean timed;
  private final DecayingSignals latency;
  private final DecayingSignals failures = DecayingSignals.ofMillis(Endpoint.FAILURE_DECAY_MILLIS);

  Signals(Ticker ticker, boolean timed, long latencyDecayNanos) {
    this.ticker = ticker;
    this.timed = timed;
    this.latency = new DecayingSignals(latencyDecayNanos);
  }

  Ticker ticker() {
    return ticker;
  }

  /** Whether the strategy goes by latency. */
  boolean timed() {
    return timed;
  }

  DecayingSignals latency() {
    return latency;
  }

  DecayingSignals failures() {
    return failures;
  }
}
