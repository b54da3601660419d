/** Servers that are started and stopped as the load asks, behind the load balancer. */
@NullMarked
package dev.steelyard.examples.autoscale;

import org.jspecify.annotations.NullMarked;
