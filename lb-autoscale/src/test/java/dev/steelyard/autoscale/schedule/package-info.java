/** Tests of schedules. */
@NullMarked
package dev.steelyard.autoscale.schedule;

import org.jspecify.annotations.NullMarked;
