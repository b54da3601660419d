/** Floor 0: what the outside world injects - monotonic time, randomness, delayed tasks. */
@NullMarked
package dev.steelyard.lb.env;

import org.jspecify.annotations.NullMarked;
