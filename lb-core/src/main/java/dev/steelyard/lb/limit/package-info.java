/**
 * Floor 3, not exported: how much may be under way at once - adaptive limits, waiting lines, rates
 * per client, and how long a request usually takes.
 */
@NullMarked
package dev.steelyard.lb.limit;

import org.jspecify.annotations.NullMarked;
