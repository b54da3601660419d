/** Floor 2: what bounds the harm that failures do. */
@NullMarked
package dev.steelyard.lb.resilience;

import org.jspecify.annotations.NullMarked;
