/** Floor 2: which instance to send a request to. */
@NullMarked
package dev.steelyard.lb.select;

import org.jspecify.annotations.NullMarked;
