package dev.steelyard.simulator;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server treats requests, for some time: it answers, well or badly, refuses connections,
 * breaks them, or swallows what it gets. Immutable.
 */
public final class Behaviour {
  private static final int OK = 200;

  /** What becomes of a request. */
  enum Kind {
    ANSWER,
    REFUSE,
    BREAK,
    SWALLOW
  }

  private static final Distribution AT_ONCE = Distribution.fixed(Duration.ZERO);

  final Kind kind;
  final Distribution time;
  int status = OK;
  double errorRate;
  int errorStatus;
  @Nullable Distribution errorTime;
  int aboveInFlight = Integer.MAX_VALUE;
  int aboveStatus;
  long retryAfterNanos;

  private Behaviour(Kind kind, Distribution time) {
    this.kind = kind;
    this.time = time;
  }

  private Behaviour(Behaviour other) {
    this(other.kind, other.time);
    this.status = other.status;
    this.errorRate = other.errorRate;
    this.errorStatus = other.errorStatus;
    this.errorTime = other.errorTime;
    this.aboveInFlight = other.aboveInFlight;
    this.aboveStatus = other.aboveStatus;
    this.retryAfterNanos = other.retryAfterNanos;
  }

  /**
   * Answers every request with status 200.
   *
   * @param time the work of a request: how long a core of speed 1 is busy with it
   * @return the behaviour
   */
  public static Behaviour answers(Distribution time) {
    return new Behaviour(Kind.ANSWER, requireNonNull(time, "time"));
  }

  /**
   * Refuses every connection, as a host does on which no process listens.
   *
   * @return the behaviour
   */
  public static Behaviour refuses() {
    return new Behaviour(Kind.REFUSE, AT_ONCE);
  }

  /**
   * Takes requests and breaks the connection in place of answering.
   *
   * @param time after how long
   * @return the behaviour
   */
  public static Behaviour breaks(Distribution time) {
    return new Behaviour(Kind.BREAK, requireNonNull(time, "time"));
  }

  /**
   * Takes requests and never answers.
   *
   * @return the behaviour
   */
  public static Behaviour swallows() {
    return new Behaviour(Kind.SWALLOW, AT_ONCE);
  }

  /**
   * Answers with another status.
   *
   * @param code 200 to 599
   * @return the changed behaviour
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if it does not answer
   */
  public Behaviour withStatus(int code) {
    Behaviour changed = answering("status");
    changed.status = Checks.status(code, "status");
    return changed;
  }

  /**
   * Answers some requests with an error, at random.
   *
   * @param rate how many, 0 to 1
   * @param code their status, 200 to 599
   * @return the changed behaviour
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if it does not answer
   */
  public Behaviour withErrors(double rate, int code) {
    Behaviour changed = answering("errors");
    changed.errorRate = Checks.share(rate, "errors.rate");
    changed.errorStatus = Checks.status(code, "errors.status");
    return changed;
  }

  /**
   * Answers some requests with an error, at random, that takes another time than an answer.
   *
   * @param rate how many, 0 to 1
   * @param code their status, 200 to 599
   * @param work the work of an error
   * @return the changed behaviour
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if it does not answer
   */
  public Behaviour withErrors(double rate, int code, Distribution work) {
    Behaviour changed = withErrors(rate, code);
    changed.errorTime = requireNonNull(work, "errors.work");
    return changed;
  }

  /**
   * Answers a request with an error, no sooner than it would have answered, if it finds more than
   * so many others.
   *
   * @param inFlight above how many others, at least 0
   * @param code the status, 200 to 599
   * @return the changed behaviour
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if it does not answer
   */
  public Behaviour withErrorsAbove(int inFlight, int code) {
    Checks.check(inFlight >= 0, "errorsAbove.inFlight", inFlight, "at least 0");
    Behaviour changed = answering("errorsAbove");
    changed.aboveInFlight = inFlight;
    changed.aboveStatus = Checks.status(code, "errorsAbove.status");
    return changed;
  }

  /**
   * Sends {@code Retry-After} with status 429 and 503.
   *
   * @param wait how long to be left alone, above 0
   * @return the changed behaviour
   * @throws IllegalArgumentException if out of range
   * @throws IllegalStateException if it does not answer
   */
  public Behaviour withRetryAfter(Duration wait) {
    Behaviour changed = answering("retryAfter");
    changed.retryAfterNanos = Checks.positiveNanos(wait, "retryAfter");
    return changed;
  }

  private Behaviour answering(String knob) {
    if (kind != Kind.ANSWER) {
      throw new IllegalStateException(knob + ": set on one that does not answer (" + kind + ")");
    }
    return new Behaviour(this);
  }
}
