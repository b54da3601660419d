package dev.steelyard.autoscale.limits;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When the last instance goes, and what happens when there is work again. Whether there is work is
 * another question than how many instances it needs: rules say the former with {@code
 * Proposal.active}, and where a rule does not say, asking for instances means that there is.
 * Immutable: every method gives another one.
 *
 * <p>Something has to say at zero that there is work: the length of a queue, requests that a proxy
 * holds back. CPU and all else that only running instances measure is undefined there and never
 * wakes a service.
 *
 * <p>Not for services that have to answer at once: the first caller waits for a whole start.
 */
public final class ScaleToZero {
  /** How long a wake-up may take before it may be given up, in seconds: {@value}. */
  public static final int DEFAULT_WAKE_TIMEOUT_SECONDS = 600;

  /** The longest of the durations, in days: {@value}. */
  public static final int GREATEST_DAYS = 3660;

  private final Duration idle;
  private final @Nullable Duration initial;
  private final Duration grace;
  private final Duration retention;
  private final Duration wakeTimeout;
  private final int awake;
  private final int wakeTo;
  private final int idleCount;
  private final boolean straight;
  private final @Nullable String wakePath;

  /** The fields while one is copied. */
  private static final class Draft {
    Duration idle = Duration.ZERO;
    @Nullable Duration initial;
    Duration grace = Duration.ZERO;
    Duration retention = Duration.ZERO;
    Duration wakeTimeout = Duration.ofSeconds(DEFAULT_WAKE_TIMEOUT_SECONDS);
    int awake = 1;
    int wakeTo = 1;
    int idleCount;
    boolean straight;
    @Nullable String wakePath;
  }

  private ScaleToZero(Draft draft) {
    this.idle = draft.idle;
    this.initial = draft.initial;
    this.grace = draft.grace;
    this.retention = draft.retention;
    this.wakeTimeout = draft.wakeTimeout;
    this.awake = draft.awake;
    this.wakeTo = draft.wakeTo;
    this.idleCount = draft.idleCount;
    this.straight = draft.straight;
    this.wakePath = draft.wakePath;
  }

  private Draft draft() {
    Draft draft = new Draft();
    draft.idle = idle;
    draft.initial = initial;
    draft.grace = grace;
    draft.retention = retention;
    draft.wakeTimeout = wakeTimeout;
    draft.awake = awake;
    draft.wakeTo = wakeTo;
    draft.idleCount = idleCount;
    draft.straight = straight;
    draft.wakePath = wakePath;
    return draft;
  }

  /**
   * To zero after so much time without work. Counted from when there was work last; a moment of
   * which nobody can say whether there was counts as work.
   *
   * @param idle how long, in [0, {@value #GREATEST_DAYS} days]
   * @return the rules of scaling to zero
   */
  public static ScaleToZero after(Duration idle) {
    Draft draft = new Draft();
    draft.idle = checked("the idle time", idle);
    return new ScaleToZero(draft);
  }

  /**
   * The same with another countdown for a service that has never had work since it was first seen:
   * a fresh deployment is not scaled away before anybody could call it.
   *
   * @param initial how long, in [0, {@value #GREATEST_DAYS} days]; default the idle time
   * @return the rules
   */
  public ScaleToZero initialCooldown(Duration initial) {
    Draft draft = draft();
    draft.initial = checked("the initial cooldown", initial);
    return new ScaleToZero(draft);
  }

  /**
   * The same with a time after the countdown in which the last instances stay while traffic is
   * being led to whatever is to wake the service.
   *
   * @param grace how long, in [0, {@value #GREATEST_DAYS} days]; default 0
   * @return the rules
   */
  public ScaleToZero grace(Duration grace) {
    Draft draft = draft();
    draft.grace = checked("the grace", grace);
    return new ScaleToZero(draft);
  }

  /**
   * The same with a least time after the countdown that the last instances stay in any case, beside
   * the grace and not on top of it.
   *
   * @param retention how long, in [0, {@value #GREATEST_DAYS} days]; default 0
   * @return the rules
   */
  public ScaleToZero retention(Duration retention) {
    Draft draft = draft();
    draft.retention = checked("the retention", retention);
    return new ScaleToZero(draft);
  }

  /**
   * The same, with a metric that says for how many seconds whatever is to wake the service (a
   * proxy, the reader of a queue) has been proven to be in its place. While it is missing, nothing
   * goes to zero; once it is as long as the grace, the grace is over.
   *
   * @param metric the name of the metric, not blank; default none
   * @return the rules
   */
  public ScaleToZero wakePath(String metric) {
    if (metric.isBlank()) {
      throw new IllegalArgumentException("the metric of the wake path must not be blank");
    }
    Draft draft = draft();
    draft.wakePath = metric;
    return new ScaleToZero(draft);
  }

  /**
   * The same with a least number of instances while there is work, and during the countdown.
   *
   * @param count the number, at least 1; default 1. The policy's own minimum has to be 0
   * @return the rules
   */
  public ScaleToZero minimumAwake(int count) {
    Draft draft = draft();
    draft.awake = atLeast("the minimum awake", count, 1);
    return new ScaleToZero(draft);
  }

  /**
   * The same with a number to which it wakes at once, whatever limits say, and below which it does
   * not go until that many have been ready. What rules ask for beyond it comes as the limits allow.
   *
   * @param count the number, at least 1; default 1; the minimum awake where that is more
   * @return the rules
   */
  public ScaleToZero wakeTo(int count) {
    Draft draft = draft();
    draft.wakeTo = atLeast("the number to wake to", count, 1);
    return new ScaleToZero(draft);
  }

  /**
   * The same with another time after which a wake-up that has not become ready may be given up, if
   * there is no work any more.
   *
   * @param timeout how long, in [0, {@value #GREATEST_DAYS} days]; default {@value
   *     #DEFAULT_WAKE_TIMEOUT_SECONDS} s
   * @return the rules
   */
  public ScaleToZero wakeTimeout(Duration timeout) {
    Draft draft = draft();
    draft.wakeTimeout = checked("the wake timeout", timeout);
    return new ScaleToZero(draft);
  }

  /**
   * The same with another number of instances than 0 while there is no work, as KEDA's {@code
   * idleReplicaCount}.
   *
   * @param count the number, not negative; default 0. Has to be below the minimum awake
   * @return the rules
   */
  public ScaleToZero idleCount(int count) {
    Draft draft = draft();
    draft.idleCount = atLeast("the idle count", count, 0);
    return new ScaleToZero(draft);
  }

  /**
   * The same, going from any number to zero in one jump, as KEDA does: windows, cooldowns and rates
   * of scaling down do not hold it; scaling down that is switched off does. Without it, zero is
   * reached as fast as the rates and cooldowns allow.
   *
   * @return the rules
   */
  public ScaleToZero straight() {
    Draft draft = draft();
    draft.straight = true;
    return new ScaleToZero(draft);
  }

  private static Duration checked(String knob, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(GREATEST_DAYS)) > 0) {
      throw new IllegalArgumentException(
          knob + " must be in [0, " + GREATEST_DAYS + " days], was " + value);
    }
    return value;
  }

  private static int atLeast(String knob, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(knob + " must be at least " + least + ", was " + value);
    }
    return value;
  }

  /**
   * How long there has to be no work.
   *
   * @return how long
   */
  public Duration idle() {
    return idle;
  }

  /**
   * How long, where there has never been work.
   *
   * @return how long
   */
  public Duration initialCooldown() {
    return initial == null ? idle : initial;
  }

  /**
   * How long the last instances stay after the countdown.
   *
   * @return how long; over earlier where the wake path has been proven for as long
   */
  public Duration grace() {
    return grace;
  }

  /**
   * How long the last instances stay after the countdown in any case.
   *
   * @return how long
   */
  public Duration retention() {
    return retention;
  }

  /**
   * The metric of the wake path.
   *
   * @return its name, or null
   */
  public @Nullable String wakePath() {
    return wakePath;
  }

  /**
   * The least number of instances while there is work.
   *
   * @return the number
   */
  public int minimumAwake() {
    return awake;
  }

  /**
   * To how many instances it wakes at once.
   *
   * @return the number, not below the minimum awake
   */
  public int wakeTo() {
    return Math.max(awake, wakeTo);
  }

  /**
   * How long a wake-up may take.
   *
   * @return how long
   */
  public Duration wakeTimeout() {
    return wakeTimeout;
  }

  /**
   * The number of instances while there is no work.
   *
   * @return the number
   */
  public int idleCount() {
    return idleCount;
  }

  /**
   * Whether it goes to zero in one jump.
   *
   * @return whether
   */
  public boolean isStraight() {
    return straight;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScaleToZero that
        && idle.equals(that.idle)
        && Objects.equals(initial, that.initial)
        && grace.equals(that.grace)
        && retention.equals(that.retention)
        && wakeTimeout.equals(that.wakeTimeout)
        && awake == that.awake
        && wakeTo == that.wakeTo
        && idleCount == that.idleCount
        && straight == that.straight
        && Objects.equals(wakePath, that.wakePath);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        idle, initial, grace, retention, wakeTimeout, awake, wakeTo, idleCount, straight, wakePath);
  }

  @Override
  public String toString() {
    return "to "
        + idleCount
        + " after "
        + idle
        + " (never active: "
        + initialCooldown()
        + "), grace "
        + grace
        + ", retention "
        + retention
        + (straight ? ", straight" : ", through the rates")
        + "; wakes to "
        + wakeTo()
        + ", awake at least "
        + awake
        + ", wake timeout "
        + wakeTimeout
        + (wakePath == null ? "" : ", wake path " + wakePath);
  }
}
