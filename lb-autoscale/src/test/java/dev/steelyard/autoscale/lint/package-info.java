/** Tests of the linter. */
@NullMarked
package dev.steelyard.autoscale.lint;

import org.jspecify.annotations.NullMarked;
