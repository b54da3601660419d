package dev.steelyard.lb.registry;

/**
 * What an instance may be used for.
 *
 * <table>
 * <caption>Meaning for selection</caption>
 * <tr><th>status</th><th>new requests</th><th>requests of sessions bound to it</th><th>who sets it</th></tr>
 * <tr><td>STARTING</td><td>none</td><td>none</td><td>whoever registers it before it is ready</td></tr>
 * <tr><td>UP</td><td>by its weight</td><td>yes</td><td>registration, health checks</td></tr>
 * <tr><td>DEGRADED</td><td>a quarter of its weight</td><td>yes</td><td>health checks, operator</td></tr>
 * <tr><td>DRAINING</td><td>none</td><td>yes, until it is idle</td><td>{@link InstanceRegistry#drain}</td></tr>
 * <tr><td>MAINTENANCE</td><td>none</td><td>none</td><td>operator</td></tr>
 * <tr><td>DOWN</td><td>none</td><td>none</td><td>health checks</td></tr>
 * </table>
 *
 * <p>Whatever the status becomes, requests already in flight are left to finish.
 */
public enum InstanceStatus {
  /** Registered, not yet ready: gets no requests. */
  STARTING(0, false),
  /** Ready: gets requests by its weight. */
  UP(1, true),
  /** Serves, but badly: gets requests at {@value #DEGRADED_FACTOR} of its weight. */
  DEGRADED(InstanceStatus.DEGRADED_FACTOR, true),
  /** About to leave: finishes what it has and serves sessions bound to it, gets nothing new. */
  DRAINING(0, true),
  /** Taken out by an operator: gets nothing, and no health check brings it back. */
  MAINTENANCE(0, false),
  /** Known not to work: gets nothing until it is set to another status. */
  DOWN(0, false);

  /** What the weight of a {@link #DEGRADED} instance is multiplied by: {@value}. */
  public static final double DEGRADED_FACTOR = 0.25;

  private final double weightFactor;
  private final boolean servesBoundSessions;

  InstanceStatus(double weightFactor, boolean servesBoundSessions) {
    this.weightFactor = weightFactor;
    this.servesBoundSessions = servesBoundSessions;
  }

  /**
   * Returns the health factor of the effective weight.
   *
   * @return 0 to 1; 0 where the instance gets no new requests
   */
  public double weightFactor() {
    return weightFactor;
  }

  /**
   * Returns whether an instance in this status gets new requests.
   *
   * @return true for {@link #UP} and {@link #DEGRADED}
   */
  public boolean acceptsNewRequests() {
    return weightFactor > 0;
  }

  /**
   * Returns whether a session that is bound to an instance in this status stays on it.
   *
   * @return true for {@link #UP}, {@link #DEGRADED} and {@link #DRAINING}
   */
  public boolean servesBoundSessions() {
    return servesBoundSessions;
  }
}
