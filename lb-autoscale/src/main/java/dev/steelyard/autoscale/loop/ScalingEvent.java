package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingAction;
import dev.steelyard.autoscale.ScalingReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the history: a change that was wanted, and what became of it. Why it was wanted, what
 * happened to it, and what went wrong are three fields and not one text (Cloud Foundry's model).
 *
 * <p>Entries in a row that say the same are one entry: ten minutes in a cooldown are not forty
 * entries.
 *
 * @param time when it happened, the first time
 * @param lastTime when it happened the last time
 * @param times how often it happened in a row
 * @param status what became of it
 * @param action what was decided
 * @param from how many instances there were; -1 if nobody could tell
 * @param wanted how many the rules, or a hand, asked for
 * @param to how many there should be after it: {@code from} if nothing was changed
 * @param reasons why
 * @param message what became of it, in words
 * @param error what went wrong; null unless the status is {@link Status#FAILED}
 */
public record ScalingEvent(
    Instant time,
    Instant lastTime,
    int times,
    Status status,
    ScalingAction action,
    int from,
    int wanted,
    int to,
    List<ScalingReason> reasons,
    String message,
    @Nullable String error) {

  /** What became of it. */
  public enum Status {
    /** The target was changed to what was wanted. */
    APPLIED,
    /** The target was changed, but not to what was wanted: a limit held. */
    LIMITED,
    /** Nothing was changed: a limit, a cooldown, a dry run, a back-off, scaling switched off. */
    IGNORED,
    /** The target should have been changed and was not, or not as it should have been. */
    FAILED
  }

  /**
   * Makes the list immutable.
   *
   * @param time when it happened, the first time
   * @param lastTime when it happened the last time
   * @param times how often it happened in a row
   * @param status what became of it
   * @param action what was decided
   * @param from how many instances there were
   * @param wanted how many were asked for
   * @param to how many there should be after it
   * @param reasons why
   * @param message what became of it, in words
   * @param error what went wrong, or null
   */
  public ScalingEvent {
    reasons = List.copyOf(reasons);
  }

  static ScalingEvent once(
      Instant time,
      Status status,
      ScalingAction action,
      int from,
      int wanted,
      int to,
      List<ScalingReason> reasons,
      String message,
      @Nullable String error) {
    return new ScalingEvent(
        time, time, 1, status, action, from, wanted, to, reasons, message, error);
  }

  /**
   * What went wrong.
   *
   * @return the error, empty unless the status is {@link Status#FAILED}
   */
  public Optional<String> failure() {
    return Optional.ofNullable(error);
  }

  boolean repeats(ScalingEvent earlier) {
    return status != Status.APPLIED
        && status != Status.LIMITED
        && equals(
            new ScalingEvent(
                time,
                lastTime,
                times,
                earlier.status,
                earlier.action,
                earlier.from,
                earlier.wanted,
                earlier.to,
                earlier.reasons,
                earlier.message,
                earlier.error));
  }

  ScalingEvent again(Instant now) {
    return new ScalingEvent(
        time, now, times + 1, status, action, from, wanted, to, reasons, message, error);
  }
}
