package dev.steelyard.lb.request;

/** How a request to an instance ended, as far as the instance is to blame. */
public enum Outcome {
  /** The instance answered as it should; an answer that refuses a bad request is one, too. */
  SUCCESS,
  /** The instance failed: no connection, no answer, or an answer that says so (HTTP 5xx). */
  FAILURE,
  /**
   * The instance says that it has too much to do (HTTP 429 and 503). Counts as a failure for
   * selection.
   */
  OVERLOADED,
  /** Says nothing about the instance, in either direction: its time and its result are left out. */
  IGNORED,
  /**
   * The caller gave up. How long that took is the least that the answer would have taken, so it
   * counts as a latency if it is above the average, and not at all if it is below.
   */
  CANCELLED;

  /**
   * Returns whether this makes the instance look worse.
   *
   * @return true for {@link #FAILURE} and {@link #OVERLOADED}
   */
  public boolean isFailure() {
    return this == FAILURE || this == OVERLOADED;
  }
}
