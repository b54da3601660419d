/** What holds a change of the number of instances back: windows, cooldowns, rates, budgets. */
@NullMarked
package dev.steelyard.autoscale.limits;

import org.jspecify.annotations.NullMarked;
