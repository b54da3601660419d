/** Runs the whole set and says in plain words what came out. */
@NullMarked
package dev.steelyard.benchmarks.report;

import org.jspecify.annotations.NullMarked;
