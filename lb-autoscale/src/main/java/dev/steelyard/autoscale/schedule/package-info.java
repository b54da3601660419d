/**
 * When capacity is known in advance: windows of time in a zone, and what each of them brings.
 *
 * <p>A {@link dev.steelyard.autoscale.schedule.Window} says when: recurring (cron, or days of the
 * week and hours) or one-time. A {@link dev.steelyard.autoscale.schedule.Schedule} says what the
 * window brings: a floor, a load, or bounds that replace those of the policy. A {@link
 * dev.steelyard.autoscale.schedule.Timetable} combines schedules and tells when the answer next
 * changes. All of them are immutable values; the time is an argument, at a resolution of one
 * millisecond, between the years 0 and 9999.
 *
 * <h2>Daylight saving</h2>
 *
 * A cron expression and a local time name positions of the hands of a wall clock. A position that
 * the clock skips stands for the first instant after the gap; one that it shows twice stands for
 * the first. Start and end are translated in the same way, so a window whose start and end both lie
 * in a gap does not happen on that day, and no window ever opens twice. A window with a length,
 * {@code for PT8H}, lasts for exactly that much elapsed time.
 */
@NullMarked
package dev.steelyard.autoscale.schedule;

import org.jspecify.annotations.NullMarked;
