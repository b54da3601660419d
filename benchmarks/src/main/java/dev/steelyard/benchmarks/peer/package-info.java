/** Other libraries' balancers, picked side by side with ours. */
@NullMarked
package dev.steelyard.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
