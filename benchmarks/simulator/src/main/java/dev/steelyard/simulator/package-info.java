/** Scenarios for balancers: described, run in virtual time, and judged. */
@NullMarked
package dev.steelyard.simulator;

import org.jspecify.annotations.NullMarked;
