/**
 * The loop: reads metrics, asks the function, acts on a target, and remembers what it did.
 *
 * <p>This package alone has threads, I/O and a clock.
 */
@NullMarked
package dev.steelyard.autoscale.loop;

import org.jspecify.annotations.NullMarked;
