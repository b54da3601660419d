/** What sticky sessions cost: time per request, and memory per session. */
@NullMarked
package dev.steelyard.benchmarks.sticky;

import org.jspecify.annotations.NullMarked;
