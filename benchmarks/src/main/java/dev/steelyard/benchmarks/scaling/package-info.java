/** What a scaling decision costs. */
@NullMarked
package dev.steelyard.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;
