/** Floor 0, not exported: argument checks and the one exit for exceptions of user callbacks. */
@NullMarked
package dev.steelyard.lb.internal;

import org.jspecify.annotations.NullMarked;
