package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Objects;

/**
 * Translates between instants and the wall clock of a zone, with every position of the clock
 * standing for exactly one instant: in a gap the first one after it, in an overlap the first of the
 * two. The translation never runs backwards, which is what the search for occurrences rests on.
 */
final class WallClock {
  private final ZoneRules rules;

  WallClock(ZoneId zone) {
    this.rules = Objects.requireNonNull(zone, "zone").getRules();
  }

  /** The instant that a position of the clock stands for. */
  Instant instantOf(LocalDateTime local) {
    ZoneOffsetTransition transition = rules.getTransition(local);
    if (transition == null) {
      return local.toInstant(rules.getOffset(local));
    }
    return transition.isGap()
        ? transition.getInstant()
        : local.toInstant(transition.getOffsetBefore());
  }

  /** The same for a position in whole seconds, in epoch milliseconds. */
  long millisOf(LocalDateTime local) {
    return instantOf(local).toEpochMilli();
  }

  /**
   * The last position that stands for an instant not after the given one. In the second pass of an
   * overlap all of its positions are past, so that is the end of the overlap.
   */
  LocalDateTime lastPositionAt(long millis) {
    Instant instant = Instant.ofEpochMilli(millis);
    ZoneOffset offset = rules.getOffset(instant);
    LocalDateTime local = LocalDateTime.ofInstant(instant, offset);
    ZoneOffsetTransition transition = rules.getTransition(local);
    boolean secondPass =
        transition != null && transition.isOverlap() && offset.equals(transition.getOffsetAfter());
    return secondPass ? transition.getDateTimeBefore().minusNanos(1) : local;
  }

  /** What the clock shows. */
  LocalDateTime shownAt(long millis) {
    Instant instant = Instant.ofEpochMilli(millis);
    return LocalDateTime.ofInstant(instant, rules.getOffset(instant));
  }
}
