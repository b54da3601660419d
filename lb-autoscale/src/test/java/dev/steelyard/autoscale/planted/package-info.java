/** Code that breaks the rules of the architecture, so that the rules can be seen to notice it. */
@NullMarked
package dev.steelyard.autoscale.planted;

import org.jspecify.annotations.NullMarked;
