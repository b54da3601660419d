/** What it costs to guard calls, beside the libraries that do the same. */
@NullMarked
package dev.steelyard.benchmarks.guard;

import org.jspecify.annotations.NullMarked;
