/** The hot path, and the least that the machine needs for the same work. */
@NullMarked
package dev.steelyard.benchmarks.pick;

import org.jspecify.annotations.NullMarked;
