package dev.steelyard.autoscale.schedule;

import java.time.LocalDateTime;

/**
 * An occurrence as it is written: positions of the wall clock.
 *
 * @param start when it opens
 * @param end when it closes
 */
record LocalTimes(LocalDateTime start, LocalDateTime end) {}
