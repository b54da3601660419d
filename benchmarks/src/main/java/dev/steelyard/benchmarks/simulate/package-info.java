/** Scenarios from files, run under several strategies. */
@NullMarked
package dev.steelyard.benchmarks.simulate;

import org.jspecify.annotations.NullMarked;
