/** Floor 1: what a request brings to a choice, and how it ended. */
@NullMarked
package dev.steelyard.lb.request;

import org.jspecify.annotations.NullMarked;
