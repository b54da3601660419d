package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

/**
 * Why a value could not be had. A failure is never turned into a number: the value is missing, and
 * the policy's rule for missing data decides.
 *
 * @param what the metric, and the instance where it concerns only one, as {@code cpu} or {@code
 *     cpu[10.0.0.1:8080]}
 * @param kind the kind of failure
 * @param message what happened, in one line of at most {@value Texts#LONGEST} characters
 */
public record ReadFailure(String what, Kind kind, String message) {
  /**
   * Checks the arguments and shortens the message.
   *
   * @param what what is missing
   * @param kind the kind of failure
   * @param message what happened
   * @throws NullPointerException if an argument is null
   */
  public ReadFailure {
    requireNonNull(what, "what");
    requireNonNull(kind, "kind");
    message = Texts.oneLine(message);
  }

  @Override
  public String toString() {
    return what + ": " + kind + ", " + message;
  }

  /** The kinds of failure. */
  public enum Kind {
    /** No connection, or it broke before the answer was complete. */
    UNREACHABLE,
    /** No complete answer in time. */
    TIMEOUT,
    /** The answer has an HTTP status other than 200 and is not one of Prometheus' own errors. */
    HTTP_ERROR,
    /** The answer is a redirect. It is not followed: that would give credentials to a stranger. */
    REDIRECTED,
    /** Prometheus refused or failed the query and says why. */
    QUERY_FAILED,
    /** The answer is not what the protocol says: HTML, broken JSON, fields of a wrong type. */
    MALFORMED,
    /** The answer is larger than the limit. */
    TOO_LARGE,
    /** The answer carries warnings: parts of the data are missing from it. */
    PARTIAL,
    /** The answer is a matrix, a string or a histogram, not a vector or a scalar. */
    WRONG_TYPE,
    /** The answer has no sample: nothing matches, or all of it is stale. */
    EMPTY,
    /** Several samples where there can be one: of the pool, or of one instance. */
    AMBIGUOUS,
    /** A sample does not say which instance it belongs to. */
    UNLABELLED,
    /** The value is NaN or infinite. */
    NOT_A_NUMBER,
    /** The value is a number that this metric cannot have. */
    OUT_OF_RANGE,
    /** The sample is from later than now, by more than clocks may differ. */
    FROM_THE_FUTURE,
    /** This JVM cannot tell the value, or not yet. */
    UNSUPPORTED,
    /** The source threw an exception. */
    SOURCE_FAILED,
    /** The read before this one has not returned yet. */
    STILL_READING
  }
}
