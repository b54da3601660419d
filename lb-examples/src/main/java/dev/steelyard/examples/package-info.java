/** Runnable programs that use the balancer against real servers. */
@NullMarked
package dev.steelyard.examples;

import org.jspecify.annotations.NullMarked;
