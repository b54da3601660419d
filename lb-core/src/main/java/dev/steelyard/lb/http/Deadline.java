package dev.steelyard.lb.http;

import dev.steelyard.lb.env.Ticker;
import java.time.Duration;

/**
 * When something must be over. On the system's clock, not the balancer's: it goes with the timeouts
 * of the JDK's client, which know no other.
 */
final class Deadline {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

  private final long startNanos;
  private final long nanos;

  private Deadline(long startNanos, long nanos) {
    this.startNanos = startNanos;
    this.nanos = nanos;
  }

  static Deadline in(Duration timeout) {
    Duration bounded = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
    return new Deadline(Ticker.system().nanos(), bounded.toNanos());
  }

  /** What is left for an attempt: above zero, since a request may not have less. */
  Duration remaining() {
    return Duration.ofNanos(Math.max(nanos - (Ticker.system().nanos() - startNanos), 1));
  }
}
