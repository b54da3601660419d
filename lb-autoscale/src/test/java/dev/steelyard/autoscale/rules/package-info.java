/** Tests of the rules. */
@NullMarked
package dev.steelyard.autoscale.rules;

import org.jspecify.annotations.NullMarked;
