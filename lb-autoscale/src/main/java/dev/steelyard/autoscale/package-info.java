/**
 * Says how many instances a service should have: a pure function of its state and its metrics, with
 * no clock, no threads and no I/O.
 */
@NullMarked
package dev.steelyard.autoscale;

import org.jspecify.annotations.NullMarked;
