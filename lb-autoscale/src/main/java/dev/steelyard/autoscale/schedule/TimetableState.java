package dev.steelyard.autoscale.schedule;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a timetable says at an instant.
 *
 * @param at the instant
 * @param active all schedules in force, ramps included, in the order of the timetable
 * @param floor the floor that counts: the highest, of equals the first listed; null if none is in
 *     force
 * @param bounds the bounds that count: one-time before recurring, then the first listed; null if
 *     none are in force
 * @param nextChange the first instant after {@code at} at which the answer may be another, never
 *     later than it is; null if it stays for ever
 */
public record TimetableState(
    Instant at,
    List<ActiveSchedule> active,
    @Nullable ActiveSchedule floor,
    @Nullable ActiveSchedule bounds,
    @Nullable Instant nextChange) {
  /**
   * Copies the list.
   *
   * @param at the instant
   * @param active all schedules in force, ramps included
   * @param floor the floor that counts, or null
   * @param bounds the bounds that count, or null
   * @param nextChange the next instant at which the answer may be another, or null
   */
  public TimetableState {
    active = List.copyOf(active);
  }
}
