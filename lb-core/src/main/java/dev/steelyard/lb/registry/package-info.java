/** Floor 1: which instances there are, in what status, and how that changes. */
@NullMarked
package dev.steelyard.lb.registry;

import org.jspecify.annotations.NullMarked;
