package dev.steelyard.autoscale.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;

/**
 * An occurrence of a window that a change of the clock makes different from what is written.
 *
 * @param kind what becomes of it
 * @param transition when the clock is changed
 * @param start when it opens, as written
 * @param end when it closes, as written; for a window with a length, start plus length
 * @param written how long it would last without the change
 * @param actual how long it does last
 */
public record DstEffect(
    Kind kind,
    Instant transition,
    LocalDateTime start,
    LocalDateTime end,
    Duration written,
    Duration actual) {

  /** What a change of the clock does to an occurrence. */
  public enum Kind {
    /** It lasts less long than written. */
    SHORTER,
    /** It lasts longer than written. */
    LONGER,
    /** Start and end fall into the same gap: it does not happen. */
    SKIPPED,
    /** It lasts as long as written, but the clock shows another start or end. */
    SHIFTED,
    /** Start or end is shown twice by the clock; the first counts, the second does nothing. */
    REPEATED
  }
}
