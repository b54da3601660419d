/** Finds what is wrong with a policy before it is used, and demonstrates it. */
@NullMarked
package dev.steelyard.autoscale.lint;

import org.jspecify.annotations.NullMarked;
